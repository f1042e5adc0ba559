"""A sorted page of payouts from indexes alone: the list is cut into parts that an index gives in that order."""

from collections.abc import Sequence

from django.db.models import QuerySet

from payouts.models import Payout, Tally
from payouts.queries import filters, searching, tallies
from payouts.queries.filters import PayoutFilter

MOST = 40
"""More parts cost more than reading past what does not belong."""

NARROW = ("seller", "batch", "run", "pasted")
"""These find few payouts, which are then sorted."""

LISTED = ("on_hold", "blocked")
"""These do, where they are asked for; that they are not is asked of each payout."""


def of(chosen: PayoutFilter, fields: Sequence[str]) -> list["QuerySet[Payout]"]:
    """The filter's payouts cut by status, and by country or currency, so that each part lies in the order of ``fields``
    and of the id in one index; or uncut, where that is no better.

    The indexes begin with the status: (status, id), (country, status, id), (status, status_at, id), (status, currency,
    amount_minor, id). Which parts there are is known from the tallies. Parts may overlap.
    """
    asked = chosen.cleaned
    if "search" in asked:
        return searching.parts(without_search(chosen), asked["search"])
    if any(name in asked for name in NARROW) or any(asked.get(name) is True for name in LISTED):
        return [chosen.qs]
    cut = ["status"] if fields or "status" in asked else []
    if "country" in asked or "currency" in asked:
        cut = ["status", "currency" if "currency" in fields else "country"]
    if not cut:
        return [chosen.qs]
    if cut == ["status"] and len(asked.get("status", ())) == 1:
        return [chosen.qs]  # the one part that there can be
    where = {f"{name}__in": asked[name] for name in tallies.FIELDS if name in asked}
    parts = Tally.objects.filter(**where).order_by().values(*cut).distinct()[: MOST + 1]
    if not parts or len(parts) > MOST:
        return [chosen.qs]
    return [chosen.qs.filter(**part) for part in parts]


def without_search(chosen: PayoutFilter) -> "QuerySet[Payout]":
    """What all of the filter but its search selects."""
    others = {name: values for name, values in chosen.stored().items() if name != "search"}
    return filters.read(others, queryset=chosen.queryset).qs


def newest(chosen: PayoutFilter, *, size: int) -> list[Payout]:
    """The first of the filter's payouts, newest first."""
    parts = [part.order_by("-pk").values_list("pk")[:size] for part in of(chosen, ())]
    ids = parts[0].union(*parts[1:]).order_by("-pk")[:size] if len(parts) > 1 else parts[0]
    return list(chosen.queryset.filter(pk__in=[row[0] for row in ids]).order_by("-pk"))
