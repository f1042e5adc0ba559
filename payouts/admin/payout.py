"""The page of one payout: how much, to whom, for what, is it all right, what happened, what is next."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import addresses, pages
from backoffice.doors.addresses import Known
from backoffice.words import dated, either, later, number
from payouts.admin import doings as deeds
from payouts.admin import recalls, verbs
from payouts.models import Flag, Payout
from payouts.operations import review
from payouts.queries import attempts, blocks, flags, history, judgement, worklist
from payouts.queries.why import paragraphs
from sellers.ledger import written
from sellers.ledger.models import EarningKind
from sellers.ledger.money import Money
from sellers.ledger.queries import earnings

KNOWN = Known("after", lines=("all", *EarningKind.values))


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=review.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Note for colleagues"),
    )


def _find(reference: str) -> Payout:
    rows = Payout.objects.select_related(
        "seller", "batch", "run", "payout_account", "payout_account__decision", "reissue_of"
    )
    return get_object_or_404(rows, reference=reference.upper())


def _url(payout: Payout) -> str:
    return reverse("admin:payouts_payout_detail", args=[payout.reference])


def _statement(payout: Payout) -> dict[str, str]:
    return {
        "label": pgettext("for the seller", "Statement"),
        "url": reverse("admin:payouts_payout_statement", args=[payout.reference]),
    }


@pages.page("payouts.view_payout", knows=KNOWN)
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One payout."""
    payout = _find(reference)
    now = database_now()
    doings = deeds.of(payout=payout, actor=pages.actor(request), held=pages.permissions(request))
    before = judgement.previous(payout)
    groups = judgement.lines(payout, before)
    opened = request.GET.get("lines", "")
    money = Money(payout.amount_minor, payout.currency)
    seats = judgement.seats(payout)
    context = {
        "title": f"{payout.reference}, {payout.seller.name}",
        "payout": payout,
        "reference": payout.reference,
        "back_url": pages.back_url(request, reverse("admin:payouts_payout_list")),
        "back_label": _("Payouts"),
        "money": money,
        "holds": blocks.open_holds(payouts=[payout]).get(payout.pk, []),
        "barred": worklist.barred(payout),
        "explanation": paragraphs.payout(payout=payout, now=now),
        "verbs": [*doings.now, _statement(payout)],
        "later": doings.later,
        "flag_entries": _flags(payout, groups, now),
        "groups": groups,
        "before": before,
        "before_money": None if before is None else Money(before.amount_minor, before.currency),
        "total_change": None
        if before is None
        else Money(payout.amount_minor - before.amount_minor, payout.currency),
        "opened": opened,
        "lines": _lines(request, payout, opened),
        "seats": seats,
        "may_approve": _any_of(seats),
        **_made_by(request, payout),
        "stories": attempts.of_payout(payout=payout, now=now),
        "recalls": recalls.of_payout(payout),
        "sees_unknown": "payouts.view_submission" in pages.permissions(request),
        "may_answer": "payouts.answer_recall" in pages.permissions(request),
        "timeline_entries": history.of_payout(payout=payout),
        "earlier": Payout.objects.filter(seller=payout.seller).exclude(pk=payout.pk).order_by("-pk")[:6],
        "note_form": NoteForm() if "sellers.add_note" in pages.permissions(request) else None,
    }
    return pages.render(request, "admin/payouts/payout/detail.html", context)


def _any_of(seats: judgement.Seats) -> str:
    """Who may approve it, as one choice; the last may be "2 others"."""
    others = ngettext("{number} other", "{number} others", seats.more).format(number=number(seats.more))
    return either([*seats.may_approve, *([others] if seats.more else [])])


def _made_by(request: HttpRequest, payout: Payout) -> dict[str, str]:
    """The day of the run that made the payout, and the way to it; nothing where no run did."""
    if payout.run is None:
        return {}
    may = "payouts.view_payoutrun" in pages.permissions(request)
    return {
        "made_on": dated(timezone.localdate(payout.run.started_at), "medium"),
        "run_url": reverse("admin:payouts_run_detail", args=[payout.run.pk]) if may else "",
    }


def _lines(request: HttpRequest, payout: Payout, kind: str) -> earnings.Page | None:
    """The lines of one kind, or all, from where the address says; none while no kind is opened."""
    if not kind or payout.span is None:
        return None
    place = request.GET.get("after", "")
    after = earnings.Cursor.read(place)
    if place and after is None:
        raise addresses.no_place("after", place)
    only = "" if kind == "all" else kind
    return earnings.lines(**judgement.span_of(payout), kind=only, following=after)


def _flags(payout: Payout, groups: list[judgement.LineGroup], now: datetime) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for flag in flags.raised(payout_ids=[payout.pk]).get(payout.pk, []):
        said = flags.words(flag, currency=payout.currency, now=now)
        entries.append(
            {"level": said.level, "title": said.title, "fact": said.fact, **_evidence(flag, payout)}
        )
    entries.sort(key=lambda entry: str(entry["level"]))
    total = sum(group.money.minor for group in groups)
    adds_up = total == payout.amount_minor
    fact = _("The lines add up to {text}.").format(text=written.text(Money(total, payout.currency)))
    entries.append({"level": "good" if adds_up else "bad", "fact": fact})
    return entries


def _evidence(flag: Flag, payout: Payout) -> dict[str, str]:
    """Where the fact behind a flag is looked at."""
    if flag.kind == "account_shared":
        query = urlencode({"q": " ".join(flag.facts["sellers"])})
        return {"url": f"{reverse('admin:search')}?{query}", "link": _("See who")}
    if flag.kind == "unusual_amount":
        query = urlencode({"seller": payout.seller.reference, "currency": payout.currency, "status": "PAID"})
        return {"url": f"{reverse('admin:payouts_payout_list')}?{query}", "link": _("See what was paid")}
    if flag.kind in ("account_changed", "name_differs", "country_differs"):
        url = reverse("admin:payouts_payoutaccount_detail", args=[payout.payout_account_id])
        return {"url": url, "link": _("See the account")}
    return {}


@require_POST
@pages.page("sellers.add_note")
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a note on a payout."""
    payout = _find(reference)
    form = NoteForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else request.POST.get("text", "")
    try:
        review.annotate(payout_id=payout.pk, actor=pages.actor(request), text=text, now=database_now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Note written."))
    return redirect(_url(payout))


urlpatterns = [
    *verbs.urlpatterns,
    path("payouts/<str:reference>/note/", note, name="payouts_payout_note"),
    path("payouts/<str:reference>/", detail, name="payouts_payout_detail"),
]
