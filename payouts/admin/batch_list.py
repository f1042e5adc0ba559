"""The list of batches: newest first, narrowed by status, currency, account and value date, and what it comes to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known, UnknownChoice
from backoffice.words import later, number
from payouts.admin._currency import CHIPS as BY_CURRENCY
from payouts.models import Batch, FundingAccount
from payouts.queries import (
    batch_look,
    deciding,
    explain,
    export_filters,
    filter_words,
    filters,
    typed,
    waiting,
    worklist,
)
from payouts.queries import batches as asked
from payouts.states import BatchStatus
from sellers.ledger.money import Money

TABS = (
    ("", later("All")),
    ("PROPOSED", later("Awaiting approval")),
    ("SUBMITTING", later("Being submitted")),
    ("SUBMITTED", later("With the bank")),
    ("SETTLED", later("Settled")),
)
DAYS = ("value_from", "value_until")
"""As the export of batches names them, so that it is led to with the same rows."""


class FundingChip(forms.Form):
    """Narrows the list to what is paid from one account of ours."""

    funding = forms.ChoiceField(label=later("Funding account"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = FundingAccount.objects.order_by("code").values_list("code", flat=True)
        self.fields["funding"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


class KeptChip(forms.Form):
    """Narrows the list to what is proposed and nobody can approve as it stands, or somebody can."""

    kept_back = forms.ChoiceField(
        label=later("Kept back"),
        choices=[("true", filter_words.KEPT_BACK[True]), ("false", filter_words.KEPT_BACK[False])],
    )


class ValueDateChip(forms.Form):
    value_from = forms.DateField(
        label=later("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    value_until = forms.DateField(
        label=later("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


CHIPS: dict[str, type[forms.Form]] = (
    worklists.WAITS | BY_CURRENCY | {"funding": FundingChip, "kept_back": KeptChip}
)
EXPORTED = ("status", *CHIPS, *DAYS)
FORMER = export_filters.BatchFilter.renamed
KNOWN = (*EXPORTED, *keyset.PLACE, *FORMER)


def _between(request: HttpRequest, names: Sequence[str] = DAYS) -> filters.ListFilter:
    """The batches between the value dates of the address. Raises `filters.BadFilter`."""
    days = QueryDict(mutable=True)
    for name in names:
        days.setlist(name, request.GET.getlist(name))
    return filters.read(days, kind=export_filters.BatchFilter, queryset=asked.all_of())


def _chosen(request: HttpRequest, rows: "QuerySet[Batch]") -> "QuerySet[Batch]":
    """Those of the rows that the rest of the address asks for. Raises `UnknownChoice`."""
    given, status = worklists.chosen(request, CHIPS), request.GET.get("status", "")
    if status:
        if status not in BatchStatus.values:
            raise UnknownChoice(_("Status"), status, name="status", choices=BatchStatus.values)
        rows = rows.filter(status=status)
    if "currency" in given:
        rows = rows.filter(currency=given["currency"])
    if "funding" in given:
        rows = rows.filter(funding_account__code=given["funding"])
    if "kept_back" in given:
        rows = asked.narrowed(rows, kept=given["kept_back"] == "true")
    if whom := worklists.for_whom(request):
        rows = rows.filter(pk__in=deciding.batches(person_id=whom.pk))
    return rows


@pages.page("payouts.view_batch", knows=Known(*KNOWN))
def listed(request: HttpRequest) -> HttpResponse:
    """The batches of this address, newest first.

    Value dates that cannot be read are said at their fields, above the batches that the rest of the address asks for.
    """
    if FORMER.keys() & set(request.GET):
        return redirect(
            f"{request.path}?{export_filters.BatchFilter.by_present_names(request.GET).urlencode()}"
        )
    problems: dict[str, list[str]] = {}
    try:
        between = _between(request)
    except filters.BadFilter as refused:
        between, problems = _between(request, ()), refused.errors
    page = keyset.page(request, _chosen(request, between.qs))
    now, status = database_now(), request.GET.get("status", "")
    totals = reverse("admin:payouts_batch_totals")
    return pages.render(
        request,
        "admin/payouts/batch/list.html",
        {
            "title": _("Batches"),
            "lead": _("Approved payouts that share a rail, a funding account, a currency and a value date."),
            "verbs": [
                *(
                    exports.verb(request, "batches", {name: request.GET.get(name) for name in EXPORTED})
                    if not problems
                    else ()
                ),
                *_propose_verb(request),
            ],
            "tabs": [
                {"label": label, "url": _address(request, status=value), "current": value == status}
                for value, label in TABS
            ],
            "chips": [*worklists.chips(request, CHIPS), *_day_chips(request, between, problems)],
            "totals_url": f"{totals}?{_query(request, *keyset.PLACE, *(DAYS if problems else ())).urlencode()}",
            "rows": _rows(page.rows, now),
            "pager": page,
            "empty_title": _("No batch here"),
            "empty_text": _("Approved payouts become batches when somebody proposes them."),
            "problems": problems,
            "without_url": f"{request.path}{_address(request, *problems)}".removesuffix("?"),
        },
        status=400 if problems else 200,
    )


@pages.page("payouts.view_batch", knows=Known(*KNOWN, "whole"))
def totals(request: HttpRequest) -> HttpResponse:
    """What the filtered batches come to, asked for after the rows."""
    rows, whole = _chosen(request, _between(request).qs), "whole" in request.GET
    found = worklist.summed(rows, currency="currency", minor="total_minor", whole=whole)
    return worklists.totals(request, found, ngettext("batch", "batches", found.count))


def _query(request: HttpRequest, *without: str) -> QueryDict:
    query = request.GET.copy()
    for name in without:
        query.pop(name, None)
    return query


def _address(request: HttpRequest, *without: str, **change: str) -> str:
    """The list with these parts of its address changed or taken away, from its first page."""
    query = _query(request, *keyset.PLACE, *without, *change)
    query.update({name: value for name, value in change.items() if value})
    return f"?{query.urlencode()}"


def _day_chips(
    request: HttpRequest, between: filters.ListFilter, problems: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """The value dates that are set, each to change or take away; or the pair of them to set."""
    label, keep = _("Value date"), list(_query(request, *keyset.PLACE, *DAYS).items())
    if problems:
        given, url = request.GET.dict(), _address(request, *DAYS)
        return [worklists.changeable(label, url, ValueDateChip, keep, given, problems=problems)]
    given = typed.of(between)
    return [
        worklists.changeable(words, _address(request, name), ValueDateChip, keep, given, named=f"{name}_")
        for words, name in between.chips()
    ] or [worklists.offered(label, ValueDateChip, keep)]


def _propose_verb(request: HttpRequest) -> list[dict[str, str]]:
    ready = waiting.to_batch().order_by()[:1001].count()
    if "payouts.propose_batch" not in pages.permissions(request) or not ready:
        return []
    label = ngettext("Put {n} approved payout into batches", "Put {n} approved payouts into batches", ready)
    back = reverse("admin:payouts_batch_list")
    query = f"all_matching=1&query=status%3DAPPROVED%26blocked%3Dfalse&back={back}"
    url = f"{reverse('admin:payouts_payout_act', args=['batch'])}?{query}"
    return [
        {
            "label": label.format(n=number(ready) if ready <= 1000 else f"{number(1000)}+"),
            "url": url,
            "kind": "main",
        }
    ]


def _rows(batches: Sequence[Batch], now: datetime) -> list[dict[str, Any]]:
    kept = set(asked.kept_back().filter(pk__in=[each.pk for each in batches]).values_list("pk", flat=True))
    return [
        _row(batch, now) | {"kept_back": _why_kept(batch) if batch.pk in kept else ""} for batch in batches
    ]


def _why_kept(batch: Batch) -> str:
    """In a few words, why nobody can approve it."""
    return _("nothing may leave yet") if batch.item_count else _("every payout has left")


def _row(batch: Batch, now: datetime) -> dict[str, Any]:
    """A batch whose cut-off passed before its approval is for a later value date than it was proposed for."""
    row: dict[str, Any] = {
        "batch": batch,
        "money": Money(batch.total_minor, batch.currency),
        "value_date": batch.value_date,
    }
    if batch.status in (BatchStatus.PROPOSED, BatchStatus.APPROVED):
        deadline = explain.deadline(batch, now)
        row["cut_off"] = explain.clock(deadline.cut_off_at, explain.bank_zone(batch))
        row["value_date"] = deadline.value_date
        row["was"] = batch_look.value_date_before(batch, deadline.value_date)
    return row


urlpatterns = [
    path("batches/", listed, name="payouts_batch_list"),
    path("batches/totals/", totals, name="payouts_batch_totals"),
]
