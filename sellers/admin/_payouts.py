"""The payouts on a seller's page, filtered by what an angry seller on the phone has in hand."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from backoffice.doors import worklists
from backoffice.words import later
from payouts.models import Payout
from payouts.queries import filters, typed
from payouts.states import PayoutStatus
from sellers.models import Seller

NAMES = ("search", "status", "created_after", "created_before")


class SearchChip(forms.Form):
    search = forms.CharField(label=later("Payout, order, batch or bank reference"))


class StatusChip(forms.Form):
    status = worklists.ManyField(label=later("Status"), choices=PayoutStatus.choices)


class PeriodChip(forms.Form):
    created_after = forms.DateField(
        label=later("Made from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    created_before = forms.DateField(
        label=later("Made until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


CHIPS: tuple[tuple[str, type[forms.Form]], ...] = (
    (later("Search"), SearchChip),
    (later("Status"), StatusChip),
    (later("Period"), PeriodChip),
)


def read(request: HttpRequest, seller: Seller) -> filters.PayoutFilter:
    """The filter in the address, over this seller's payouts. Raises `filters.BadFilter`."""
    query = QueryDict(mutable=True)
    for name in NAMES:
        query.setlist(name, request.GET.getlist(name))
    return filters.read(query, queryset=Payout.objects.filter(seller=seller).select_related("batch"))


def chips(request: HttpRequest, chosen: filters.PayoutFilter) -> list[dict[str, Any]]:
    """The filters that are set, to change or take away, then those that can be added. Shaped for the part `chips`."""
    set_ones = chosen.chips()
    keep = [(name, value) for name, values in _without(request).lists() for value in values if value]
    given = typed.of(chosen)
    shown: list[dict[str, Any]] = [
        worklists.changeable(
            words,
            f"?{_without(request, name).urlencode()}#payouts",
            next(form for _unused, form in CHIPS if name in form.base_fields),
            keep,
            given,
            named=f"{name}_",
        )
        for words, name in set_ones
    ]
    taken = given.keys()
    for label, form in CHIPS:
        if taken.isdisjoint(form.base_fields):
            shown.append(worklists.offered(label, form, keep))
    return shown


def _without(request: HttpRequest, *names: str) -> QueryDict:
    query = request.GET.copy()
    for name in (*names, "before", "after"):
        query.pop(name, None)
    return query
