"""Adjustments: what one person asked for (`adjustment_new`), another grants or refuses."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import exports, keyset, pages, sworn, worklists
from backoffice.doors.addresses import Known
from backoffice.words import later
from payouts import countries
from payouts.countries import calendars
from payouts.queries import explain, filter_words, waiting, worklist
from sellers.ledger.models import Adjustment, AdjustmentKind
from sellers.ledger.money import Money
from sellers.ledger.operations import adjustments
from sellers.ledger.queries import adjustments as questions
from sellers.ledger.queries import balances
from sellers.models import Seller

ASK, DECIDE, SEE = "ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment"
RAISES, LOWERS = "raises", "lowers"


GRANTED = "granted"


class DecisionForm(forms.Form):
    """The word of who decides. To grant takes a tick, too; to refuse, a reason."""

    note = forms.CharField(
        required=False,
        max_length=adjustments.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Note for the record"),
        help_text=later("Needed to refuse."),
    )
    looked = sworn.tick(later("I looked at the document and the reason"))

    def clean(self) -> None:
        if self.data.get("decision") == GRANTED and not self.cleaned_data.get("looked"):
            self.add_error(
                "looked", _("Not granted: look at the document and the reason first, then tick this.")
            )


class KindChip(forms.Form):
    kind = forms.ChoiceField(label=later("Kind"), choices=AdjustmentKind.choices)


class EffectChip(forms.Form):
    effect = forms.ChoiceField(
        label=later("Effect"),
        choices=list(filter_words.EFFECTS.items()),
    )


class CurrencyChip(worklists.CurrencyChip):
    """Any currency that a country or what waits here has."""

    def others(self) -> Iterable[str]:
        return questions.waiting().order_by().values_list("account__currency", flat=True).distinct()


CHIPS: dict[str, type[forms.Form]] = {
    "kind": KindChip,
    "effect": EffectChip,
    "currency": CurrencyChip,
    **worklists.OTHERS,
}


def _narrowed(request: HttpRequest, rows: "QuerySet[Adjustment]") -> "QuerySet[Adjustment]":
    given = worklists.chosen(request, CHIPS)
    if "kind" in given:
        rows = rows.filter(kind=given["kind"])
    if "currency" in given:
        rows = rows.filter(account__currency=given["currency"])
    if whom := worklists.for_whom(request, "not_asked_by"):
        rows = rows.exclude(requested_by=whom.pk)
    match given.get("effect"):
        case "raises":
            return rows.filter(amount_minor__gt=0)
        case "lowers":
            return rows.filter(amount_minor__lt=0)
    return rows


def _export(request: HttpRequest) -> list[dict[str, str]]:
    """The way to a file of exactly these rows."""
    given = worklists.exported(request, "effect", "currency", "not_asked_by")
    return exports.verb(request, "adjustments", given | {"adjustment": request.GET.get("kind")})


def _how_many() -> str:
    oldest = questions.waiting().order_by("pk").values_list("requested_at", flat=True).first()
    since = explain.clock(oldest, settings.TIME_ZONE) if oldest is not None else ""
    return worklists.lead(count=waiting.adjustments, oldest=since)


KNOWN = (*keyset.PLACE, *CHIPS)
DECIDED = "decided"


def _chosen(request: HttpRequest) -> "QuerySet[Adjustment]":
    """Those that wait for somebody, or those that were decided, as the address says. Raises `UnknownChoice`."""
    over = request.GET.get("show") == DECIDED
    return _narrowed(request, questions.decided() if over else questions.waiting())


@pages.page(ASK, DECIDE, SEE, knows=Known(*KNOWN, "whole", show=(DECIDED,), sort=worklists.ORDERS))
def totals(request: HttpRequest) -> HttpResponse:
    """What raises and what lowers what we owe, apart, in each currency; asked for after the rows."""
    fields = {"currency": "account__currency", "minor": "amount_minor"}
    found = worklist.summed(_chosen(request), **fields, whole="whole" in request.GET)
    return worklists.totals(request, found, ngettext("adjustment", "adjustments", found.count))


@pages.page(ASK, DECIDE, SEE, knows=Known(*KNOWN, show=(DECIDED,), sort=worklists.ORDERS))
def listed(request: HttpRequest) -> HttpResponse:
    """Those that wait for somebody, or those that were decided."""
    decided, rows = request.GET.get("show") == DECIDED, _chosen(request)
    page = (
        keyset.page(request, rows)
        if decided
        else keyset.page(
            request,
            rows.annotate(currency=F("account__currency")),
            sorts=worklists.SORTS,
            usual=worklists.OLDEST,
        )
    )
    here = reverse("admin:ledger_adjustment_list")
    context = {
        "title": _("Adjustments"),
        "lead": _("{how_many} Corrections of sellers' balances: one person asks, another decides.")
        .format(how_many=_how_many())
        .strip(),
        "verbs": _export(request),
        "chips": worklists.chips(request, CHIPS),
        "totals_url": f"{reverse('admin:ledger_adjustment_totals')}?{request.GET.urlencode()}",
        "may": DECIDE in pages.permissions(request),
        "reader": request.user.pk,
        "tabs": [
            {"label": _("To decide"), "url": here, "current": not decided},
            {"label": _("Decided"), "url": f"{here}?show=decided", "current": decided},
        ],
        "decided": decided,
        "rows": [
            {"it": it, "seller": it.account.seller, "money": Money(it.amount_minor, it.account.currency)}
            for it in page.rows
        ],
        "pager": page,
        "sorts": page.headings,
        "empty_title": _("Nothing was decided yet") if decided else _("Nothing waits"),
        "empty_text": _("An adjustment is asked for on the page of a seller."),
    }
    return pages.render(request, "admin/ledger/adjustment/list.html", context)


@pages.page(ASK, DECIDE, SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One adjustment: what, why, by whom; and the decision, or the form to take it."""
    it = get_object_or_404(questions.all_of(), pk=pk)
    return _render(request, it, DecisionForm())


@require_POST
@pages.page(DECIDE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse."""
    it = get_object_or_404(questions.all_of(), pk=pk)
    form = DecisionForm(request.POST)
    granted = request.POST.get("decision") == GRANTED
    if form.is_valid():
        now = database_now()
        try:
            adjustments.decide(
                adjustment_id=pk,
                granted=granted,
                note=form.cleaned_data["note"],
                due_date=local_today(it.account.seller, now),
                actor=pages.actor(request),
                now=now,
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], reverse("admin:ledger_adjustment_detail", args=[pk]))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("Granted and posted: the balance has changed.")
                if granted
                else _("Refused: nothing was posted."),
            )
            return redirect("admin:ledger_adjustment_list")
    return _render(request, it, form)


@require_POST
@pages.page(ASK)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Who asked takes it back."""
    it = get_object_or_404(questions.all_of(), pk=pk)
    try:
        adjustments.withdraw(adjustment_id=it.pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:ledger_adjustment_detail", args=[pk]))
    messages.success(request, _("Taken back: nothing was posted, and nobody decides on it any more."))
    return redirect("admin:ledger_adjustment_list")


@pages.page(SEE)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The document, as a download that no browser opens as a page of ours; that it was read is recorded."""
    get_object_or_404(questions.all_of(), pk=pk)
    name, plain = adjustments.read_document(adjustment_id=pk, actor=pages.actor(request), now=database_now())
    return pages.stream(name, plain)


def local_today(seller: Seller, now: datetime) -> date:
    """The day in the seller's country; the database's where that country is not open."""
    if not countries.is_open(seller.country):
        return now.date()
    return calendars.local_today(countries.get(seller.country), now)


def _render(request: HttpRequest, it: Any, form: DecisionForm) -> HttpResponse:
    own = it.requested_by_id == request.user.pk
    may = DECIDE in pages.permissions(request) and not it.decision
    held = balances.balances(
        seller_id=it.account.seller_id, today=local_today(it.account.seller, database_now())
    )
    balance = next((each for each in held if each.account_id == it.account_id), None)
    currency = it.account.currency
    context = {
        "title": it.get_kind_display(),
        "it": it,
        "seller": it.account.seller,
        "money": Money(it.amount_minor, currency),
        "balance": Money(balance.payable, currency) if balance else Money(0, currency),
        "alike": list(questions.alike(it)[:5]),
        "form": form if may and not own else None,
        "why_not": _("You asked for it: another person must decide.") if may and own else "",
        "may_withdraw": own and not it.decision and ASK in pages.permissions(request),
        "may_read": SEE in pages.permissions(request),
        "back_url": reverse("admin:ledger_adjustment_list"),
        "back_label": _("Adjustments"),
        "reference": f"A{it.pk}",
        "timeline_entries": None,
    }
    return pages.render(
        request, "admin/ledger/adjustment/detail.html", context, status=422 if form.errors else 200
    )


urlpatterns = [
    path("adjustments/", listed, name="ledger_adjustment_list"),
    path("adjustments/<int:pk>/", detail, name="ledger_adjustment_detail"),
    path("adjustments/totals/", totals, name="ledger_adjustment_totals"),
    path("adjustments/<int:pk>/decide/", decide, name="ledger_adjustment_decide"),
    path("adjustments/<int:pk>/withdraw/", withdraw, name="ledger_adjustment_withdraw"),
    path("adjustments/<int:pk>/document/", document, name="ledger_adjustment_document"),
]
