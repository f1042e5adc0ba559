"""The lists of payouts: to review, to approve, failed and returned, and all. One page, four places."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.doors import addresses, keyset, pages, worklists
from backoffice.words import later, sentences
from payouts.admin import _bulk, _mistyped, finding, saved_views, verbs
from payouts.admin._sorting import SORTS
from payouts.admin.places import PLACES, Place, verbs_in
from payouts.models import Payout
from payouts.queries import (
    cutoffs,
    filter_errors,
    filters,
    references,
    streams,
    tallies,
    typed,
    views,
    worklist,
)
from payouts.states import UNSENT, PayoutStatus


class CountryChip(forms.Form):
    country = worklists.ManyField(label=later("Country"), choices=filters.countries_open)


class BatchChip(forms.Form):
    batch = forms.CharField(label=later("Batch, such as B12"))


class ValueDateChip(forms.Form):
    value_from = forms.DateField(
        label=later("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    value_until = forms.DateField(
        label=later("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class FlagChip(forms.Form):
    flag = worklists.ManyField(label=later("Flag"), choices=filters.flags_known)


class AmountChip(forms.Form):
    amount_min = forms.CharField(
        label=later("Amount from"),
        required=False,
        help_text=later(
            "In each payout’s own currency: 3,000 is 3,000 euros, and 3,000 yen. Filter by one currency, too."
        ),
    )
    amount_max = forms.CharField(label=later("Amount to"), required=False)


class HoldChip(forms.Form):
    on_hold = forms.ChoiceField(
        label=later("On hold"), choices=[("true", later("On hold")), ("false", later("Not on hold"))]
    )


class BlockedChip(forms.Form):
    blocked = forms.ChoiceField(
        label=later("Blocked"), choices=[("true", later("Blocked")), ("false", later("Nothing blocks it"))]
    )


class SellerChip(forms.Form):
    seller = forms.CharField(label=later("Name, e-mail, id or reference"))


class StatusChip(forms.Form):
    status = worklists.ManyField(label=later("Status"), choices=PayoutStatus.choices)


class MadeChip(forms.Form):
    created_after = forms.DateField(
        label=later("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    created_before = forms.DateField(
        label=later("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class MovedChip(forms.Form):
    moved_from = forms.DateField(
        label=later("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    moved_until = forms.DateField(
        label=later("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


_BY_TALLIES = frozenset({"status", "country"})
VIEWS = ("all",)
"""What an address says that no view of the reader's is to be opened."""
IN_BATCHES = (BatchChip, ValueDateChip)
CHIPS: tuple[tuple[str, type[forms.Form]], ...] = (
    (later("Status"), StatusChip),
    (later("Country"), CountryChip),
    (later("Flag"), FlagChip),
    (later("Amount"), AmountChip),
    (later("On hold"), HoldChip),
    (later("Blocked"), BlockedChip),
    (later("Seller"), SellerChip),
    (later("Made"), MadeChip),
    (later("In its status"), MovedChip),
    (later("Currency"), worklists.CurrencyChip),
    (later("Batch"), BatchChip),
    (later("Value date"), ValueDateChip),
)


def _chosen(request: HttpRequest, place: Place) -> tuple[filters.PayoutFilter, QueryDict]:
    """The filter of the URL, the place's own status put in. Raises `filters.BadFilter`, `BadAddress`."""
    addresses.only(request, "view", VIEWS)
    query = request.GET.copy()
    for name in (*keyset.PLACE, "sort", "view"):
        query.pop(name, None)
    if place.status is not None:
        addresses.only(request, "status", (place.status.value,))
        query["status"] = place.status.value
    return read(query, worklist.listed()), query


def read(query: QueryDict, queryset: "QuerySet[Payout]") -> filters.PayoutFilter:
    """The filter over these payouts. Raises `filters.BadFilter`, also where it names a batch, say, that is none.

    A seller's name is typed to look for them: that nobody has it, the empty list says.
    """
    chosen = filters.read(query, also=("back",), queryset=queryset)
    missing = references.unknown(chosen, beside=["seller"])
    if missing:
        raise filters.BadFilter(missing, called=filter_errors.labels(filters.PayoutFilter))
    return chosen


def _without(request: HttpRequest, *names: str) -> QueryDict:
    query = request.GET.copy()
    for name in (*names, *keyset.PLACE, "view"):
        query.pop(name, None)
    return query


def clear_url(request: HttpRequest, *names: str) -> str:
    """The list without these filters; without any it says so, for a bare address opens the reader's own view."""
    return f"?{_without(request, *names).urlencode() or 'view=all'}"


def sorted_as(request: HttpRequest, words: str, *, usual: str) -> str:
    """The filter's address with the order that the list has now: ``usual`` where nobody sorted it."""
    sort = request.GET.get("sort", "") or usual
    known = {name for each in SORTS for name in (each.name, f"-{each.name}")}
    return "&".join(part for part in (words, f"sort={sort}" if sort in known else "") if part)


def chips(
    request: HttpRequest,
    chosen: filters.PayoutFilter,
    *,
    fixed: Collection[str] = (),
    offered: Sequence[_mistyped.Chip] = CHIPS,
    wrong: _mistyped.Mistyped = _mistyped.NOTHING,
) -> list[dict[str, Any]]:
    """The filters that are set, to change or take away, then those to add; ``fixed`` are the place itself.

    Those with what is ``wrong`` in them come first, open.
    """
    keep = [(name, value) for name, values in _without(request).lists() for value in values]
    given = typed.of(chosen)
    shown = wrong.chips(clear_url(request), keep)
    for words, name in chosen.chips():
        form = next((form for _unused, form in offered if name in form.base_fields), None)
        url = clear_url(request, name)
        if name not in fixed and form is None:
            shown.append({"text": words, "clear_url": url})
        elif name not in fixed and form is not None:
            shown.append(worklists.changeable(words, url, form, keep, given, named=f"{name}_"))
    taken = given.keys() | set(fixed) | wrong.fields
    for label, form in offered:
        if taken.isdisjoint(form.base_fields):
            shown.append(worklists.offered(label, form, keep))
    return shown


def _nothing(place: Place, *, filtered: bool) -> dict[str, str]:
    """What an empty list says: that all is done, or that the filter leaves nothing of what there may be."""
    if not filtered:
        return {"empty_title": place.empty[0], "empty_text": place.empty[1]}
    return {
        "empty_title": _("No payout here matches"),
        "empty_text": _("Take a filter away, or look at everything."),
        "empty_url": "?view=all",
        "empty_label": _("Everything in this list"),
    }


def _next_cut_off(place: Place, chosen: filters.PayoutFilter, now: datetime) -> str:
    """The soonest cut-off of a country of which anything here is still to be sent; of those filtered by, if any.

    Of what is narrowed further the countries are not known without reading it, and nothing is said.
    """
    if any(value not in (None, "", []) for name, value in chosen.cleaned.items() if name not in _BY_TALLIES):
        return ""
    statuses = (
        {place.status} if place.status is not None else UNSENT & set(chosen.cleaned.get("status") or UNSENT)
    )
    codes = tallies.by_country(where={"status": statuses}).keys() if statuses else ()
    first = cutoffs.first(set(codes) & set(chosen.cleaned.get("country") or codes), now=now)
    return (
        _("Next cut-off: {first} ({codes}).").format(first=first.words, codes=", ".join(first.codes))
        if first
        else ""
    )


def _blocked(request: HttpRequest, place: Place, rows: Sequence[worklist.Row]) -> dict[str, Any]:
    """Of a page of what is to be approved of which half or more is blocked: how many rows are, and the way to the rest.

    What is blocked longest stands first in what has waited longest, and no approver can do anything about it; a first
    look is taken all the same.
    """
    count = sum(bool(row.holds or row.barred) for row in rows)
    asked = not request.GET.keys().isdisjoint(("on_hold", "blocked"))
    if place.status != PayoutStatus.REVIEWED or asked or not count or 2 * count < len(rows):
        return {}
    query = _without(request)
    query["blocked"] = "false"
    return {"count": count, "url": f"?{query.urlencode()}"}


def _offered(place: Place) -> Sequence[_mistyped.Chip]:
    """A queue fixes its status, and what waits there is in no batch."""
    if place.status is None:
        return CHIPS
    return [(label, form) for label, form in CHIPS if form not in (*IN_BATCHES, StatusChip)]


def _list(request: HttpRequest, name: str) -> HttpResponse:
    place = PLACES[name]
    offered = saved_views.offered_in(request, name)
    own = saved_views.opens_in(request, offered)
    elsewhere = own or _mistyped.readable(request)
    if elsewhere:
        return redirect(elsewhere)
    try:
        return _mistyped.shown(
            request, _offered(place), lambda asked, wrong: _shown(asked, place, offered, wrong=wrong)
        )
    except (filters.BadFilter, addresses.BadAddress) as problem:
        return pages.refused(request, problem, title=place.title, whole="view=all")


def _shown(
    request: HttpRequest, place: Place, offered: Sequence[views.Offered], *, wrong: _mistyped.Mistyped
) -> HttpResponse:
    chosen, query = _chosen(request, place)
    now = database_now()
    page = keyset.page(
        request,
        chosen.queryset,
        sorts=SORTS,
        usual=place.usual,
        streams=lambda order: streams.of(chosen, order.fields),
    )
    held = pages.permissions(request)
    rows = worklist.rows(page.rows, now=now)
    buttons = [
        _bulk.button(verbs.BULKS[verb], label, key=key, kind=kind)
        for verb, label, key, kind in verbs_in(place, chosen.cleaned.get("status", ()))
        if verbs.BULKS[verb].permission in held
    ]
    words = query.urlencode()
    export = {
        "label": _("Export these rows"),
        "url": f"{reverse('admin:payouts_export_new')}?{sorted_as(request, words, usual=place.usual)}",
    }
    return pages.render(
        request,
        "admin/payouts/payout/list.html",
        {
            "title": place.title,
            "lead": sentences(place.lead, _next_cut_off(place, chosen, now)),
            "verbs": [export] if "payouts.request_export" in held and not wrong.reading else [],
            "chips": chips(
                request,
                chosen,
                fixed=["status"] if place.status is not None else [],
                offered=_offered(place),
                wrong=wrong,
            ),
            "problems": wrong.problems,
            "without_url": clear_url(request),
            **saved_views.strip(
                offered, place=place.name, query=_without(request).urlencode(), reading=wrong.reading
            ),
            **finding.box(request, place=place.name, query=_without(request, "search", "pasted")),
            "totals_url": f"{reverse('admin:payouts_payout_totals')}?{words}",
            "rows": rows,
            "blocked": _blocked(request, place, rows),
            "selection": None if wrong.reading else _bulk.selection(buttons),
            "list_query": words,
            "pager": None if wrong.reading else page,
            "sorts": page.headings,
            "show_status": place.status is None,
            **_nothing(place, filtered=bool(_without(request, "sort", "back"))),
        },
        status=wrong.status,
    )


@pages.page("payouts.view_payout")
def review(request: HttpRequest) -> HttpResponse:
    """The queue of payouts to review."""
    return _list(request, "review")


@pages.page("payouts.view_payout")
def approvals(request: HttpRequest) -> HttpResponse:
    """The queue of payouts to approve."""
    return _list(request, "approvals")


@pages.page("payouts.view_payout")
def all_payouts(request: HttpRequest) -> HttpResponse:
    """Every payout."""
    return _list(request, "list")


@pages.page("payouts.view_payout")
def totals(request: HttpRequest) -> HttpResponse:
    """The totals of a filtered list, asked for after its rows."""
    query = request.GET.copy()
    whole = query.pop("whole", None) is not None
    chosen = filters.read(query, also=(*keyset.PLACE, "sort", "back", "view"))
    found = worklist.totals_of(chosen, whole=whole)
    query["whole"] = "1"
    noun = ngettext("payout", "payouts", found.count)
    context = {"totals": found, "noun": noun, "url": f"{request.path}?{query.urlencode()}"}
    return render(request, "parts/totals.html", context)


urlpatterns = [
    path("payouts/", all_payouts, name="payouts_payout_list"),
    path("payouts/review/", review, name="payouts_payout_review"),
    path("payouts/approvals/", approvals, name="payouts_payout_approvals"),
    path("payouts/totals/", totals, name="payouts_payout_totals"),
]
