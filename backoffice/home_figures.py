"""A number of the front page and the address of exactly the rows behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from sellers.ledger.money import Money


@dataclass(frozen=True)
class Figure:
    """A count, or the money of what was counted; ``url`` lists it, one row for each."""

    value: int | Money
    url: str


def payouts_url(**wanted: Any) -> str:
    """The list of payouts with this filter; several values stand after each other."""
    query = [
        (name, each)
        for name, value in wanted.items()
        for each in (value if isinstance(value, list | tuple) else [value])
    ]
    return f"{reverse('admin:payouts_payout_list')}?{urlencode(query)}"


def between(name: str, first: date, last: date) -> dict[str, str]:
    """The filter of a span of whole days, by the first half of its two fields' names."""
    return {f"{name}_from": first.isoformat(), f"{name}_until": last.isoformat()}


def sums(totals: Iterable[Money], **wanted: Any) -> dict[str, Figure]:
    """Each currency's sum by its code, leading to its own rows."""
    return {each.currency: Figure(each, payouts_url(**wanted, currency=each.currency)) for each in totals}
