"""Settings: the caps on what may leave, and the raises that wait for another person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, numbers, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import later, number
from payouts import countries
from payouts.models import Cap, CapChange, CapKind
from payouts.operations import caps
from payouts.queries import caps as asked
from payouts.queries import deciding, tallies
from sellers.ledger import money, written
from sellers.ledger.money import Money

SEE = ("payouts.view_cap",)
WORDS = {
    CapKind.PAYOUT: later("where it is approved, and again where it is sent"),
    CapKind.SELLER_DAY: later("all that goes to one seller on one value date"),
    CapKind.FUNDING_DAY: later("all that leaves each account of ours on one value date"),
}


class CapForm(forms.Form):
    """The cap that is wanted; `cleaned_data["limit_minor"]` is None where none is."""

    kind = forms.ChoiceField(
        label=later("Cap of"), choices=CapKind.choices, widget=forms.RadioSelect, initial=CapKind.PAYOUT
    )
    currency = forms.ChoiceField(label=later("Currency"))
    amount = forms.CharField(
        required=False,
        max_length=30,
        label=later("At most"),
        help_text=later(
            "Digits; decimals as in your language, where the currency has any. Empty: no cap any more."
        ),
    )
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Reason, for those who ask later"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = sorted({country.currency for country in countries.all()} | set(asked.currencies()))
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "currency" in found:
            written, mark = numbers.marked(str(found.get("amount", "")).strip())
            try:
                limit = money.parse(written, found["currency"], decimal_mark=mark) if written else None
                found["limit_minor"] = limit.minor if limit else None
            except money.MoneyError as error:
                self.add_error("amount", str(error))
        return found


@pages.page(*SEE, knows=Known(*keyset.PLACE, *worklists.WAITS))
def listed(request: HttpRequest) -> HttpResponse:
    """Every cap in force, and the raises that wait."""
    held, whom = pages.permissions(request), worklists.for_whom(request)
    page = keyset.page(request, asked.all_of_them(), by=asked.ORDER, newest_first=False)
    wishes = deciding.cap_raises(person_id=whom.pk) if whom else asked.waiting()
    context = {
        "title": _("Caps"),
        "lead": _(
            "How much may leave, in each currency. A lower cap is in force at once; a raise "
            "needs another person."
        ),
        "verbs": [{"label": _("Set a cap"), "kind": "main", "url": reverse("admin:payouts_cap_change")}]
        if caps.CHANGE in held
        else [],
        "to_settings": "auth.view_user" in held,
        "chips": worklists.set_chips(request, worklists.WAITS),
        "waiting": [_wish(request, change) for change in wishes],
        "rows": [_row(cap, caps.CHANGE in held) for cap in page.rows],
        "pager": page,
        "empty_title": _("No cap yet"),
        "empty_text": _("Whatever two people approve may leave, however much it is."),
    }
    return pages.render(request, "admin/payouts/cap/list.html", context)


def _row(cap: Cap, may_change: bool) -> dict[str, Any]:
    url = f"{reverse('admin:payouts_cap_change')}?kind={cap.kind}&currency={cap.currency}"
    return {
        "cap": cap,
        "label": CapKind(cap.kind).label,
        "words": WORDS[CapKind(cap.kind)],
        "money": _money(cap.limit_minor, cap.currency),
        "url": url if may_change else "",
    }


def _wish(request: HttpRequest, change: CapChange) -> dict[str, Any]:
    held = pages.permissions(request)
    own = change.asked_by_id == request.user.pk
    return {
        "change": change,
        "label": CapKind(change.kind).label,
        "before": _money(change.from_minor, change.currency),
        "money": _money(change.to_minor, change.currency),
        "who": _name(change),
        "url": reverse("admin:payouts_cap_decide", args=[change.pk]),
        "may_grant": caps.GRANT in held and not own,
        "off": _why_off(request, change) if caps.GRANT in held else "",
        "may_dismiss": caps.GRANT in held,
    }


def _why_off(request: HttpRequest, change: CapChange) -> str:
    """Why this reader does not grant it; empty where they may."""
    return _("Off for you: you asked for it.") if change.asked_by_id == request.user.pk else ""


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


@pages.page(caps.CHANGE)
def change(request: HttpRequest) -> HttpResponse:
    """A cap is set, lowered, or asked to be raised."""
    start = {name: request.GET[name] for name in ("kind", "currency") if name in request.GET}
    form = CapForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = caps.ask(
                kind=given["kind"],
                currency=given["currency"],
                limit_minor=given["limit_minor"],
                reason=given["reason"],
                actor=pages.actor(request),
                now=database_now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = (
                _("The cap is in force.")
                if made.granted
                else _("Asked for: another person must grant it. Until then the old cap stands.")
            )
            messages.success(request, said)
            return redirect("admin:payouts_cap_list")
    context = {
        "title": _("Set a cap"),
        "lead": _("A day is a value date: the day our account is debited."),
        "form": form,
        "verb": _("Set this cap"),
        "back_url": reverse("admin:payouts_cap_list"),
        "back_label": _("Caps"),
    }
    return pages.render(request, "parts/form.html", context)


@pages.page(caps.GRANT)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person grants a raise, or somebody dismisses it: first what that means in numbers, then the deed."""
    wish = get_object_or_404(CapChange.objects.select_related("asked_by"), pk=pk)
    given = request.POST if request.method == "POST" else request.GET
    granted = given.get("decision") == "grant"
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        return _decided(request, wish, granted)
    back = reverse("admin:payouts_cap_list")
    if wish.decided_at is not None:
        return pages.stale(request, [_("This raise was granted or dismissed already.")], back)
    before, after = (_limit(minor, wish.currency) for minor in (wish.from_minor, wish.to_minor))
    title = (
        _("Grant {after} instead of {before}")
        if granted
        else _("Dismiss the raise to {after}: {before} stands")
    ).format(before=before, after=after)
    follows = [
        _("{cap} in {currency}: {words}.").format(
            cap=CapKind(wish.kind).label, currency=wish.currency, words=WORDS[CapKind(wish.kind)]
        ),
        _("{name} asked for it: {reason}").format(name=_name(wish), reason=wish.reason),
        *_let_go(wish, granted),
    ]
    context = {
        "title": title,
        "verb": title,
        "off": _why_off(request, wish) if granted else "",
        "kind": "main" if granted else "stop",
        "form": forms.Form(),
        "noun": _("cap"),
        "preview": {"count": 1, "follows": follows},
        "hidden": [("decision", "grant" if granted else "dismiss")],
        "back_url": back,
        "back_label": _("Caps"),
    }
    return pages.render(request, "parts/confirm.html", context)


def _let_go(wish: CapChange, granted: bool) -> list[str]:
    """How many payouts the present cap of one payout keeps back that the raise would let go."""
    if wish.kind != CapKind.PAYOUT or wish.from_minor is None:
        return []
    found = tallies.totals(tallies.counted(asked.between(wish)))
    if not found.count:
        return [_("No payout of today is kept back by the present cap.")]
    words = (
        ngettext(
            "{n} payout that waits now may leave then: {sums}.",
            "{n} payouts that wait now may leave then: {sums}.",
            found.count,
        )
        if granted
        else ngettext(
            "{n} payout that waits now stays: {sums}.", "{n} payouts that wait now stay: {sums}.", found.count
        )
    )
    return [words.format(n=number(found.count), sums=", ".join(written.text(sum_) for sum_ in found.sums))]


def _limit(minor: int | None, currency: str) -> str:
    return _("no cap") if minor is None else written.text(Money(minor, currency))


def _name(wish: CapChange) -> str:
    return wish.asked_by.get_full_name() or wish.asked_by.get_username()


def _decided(request: HttpRequest, wish: CapChange, granted: bool) -> HttpResponse:
    verb = caps.grant if granted else caps.dismiss
    try:
        verb(change_id=wish.pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:payouts_cap_list"))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Granted: the new cap is in force.") if granted else _("Dismissed: the cap stands.")
        )
    return redirect("admin:payouts_cap_list")


urlpatterns = [
    path("settings/caps/", listed, name="payouts_cap_list"),
    path("settings/caps/change/", change, name="payouts_cap_change"),
    path("settings/caps/<int:pk>/decide/", decide, name="payouts_cap_decide"),
]
