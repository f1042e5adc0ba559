"""A number of the front page and the address of exactly the rows behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.http import urlencode

from payouts.admin import places
from sellers.ledger.money import Money

FREE = {"blocked": "false"}
"""The filter of payouts that no hold and no seller's standing keeps back."""


@dataclass(frozen=True)
class Figure:
    """A count, or the money of what was counted; ``url`` lists it, one row for each."""

    value: int | Money
    url: str


def payouts_url(**wanted: Any) -> str:
    """Where payouts of this filter are worked on: the queue of their one status, else the list of all.

    Several values of a filter stand after each other.
    """
    queue = places.queue_of(wanted.get("status"))
    query = [
        (name, each)
        for name, value in wanted.items()
        if queue is None or name != "status"
        for each in (value if isinstance(value, list | tuple) else [value])
    ]
    place = "list" if queue is None else queue.name
    return f"{places.url_of(place)}?{urlencode(query) or 'view=all'}"


def between(name: str, first: date, last: date) -> dict[str, str]:
    """The filter of a span of whole days, by the first half of its two fields' names."""
    return {f"{name}_from": first.isoformat(), f"{name}_until": last.isoformat()}


def sums(totals: Iterable[Money], **wanted: Any) -> dict[str, Figure]:
    """Each currency's sum by its code, leading to its own rows."""
    return {each.currency: Figure(each, payouts_url(**wanted, currency=each.currency)) for each in totals}
