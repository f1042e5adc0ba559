"""A seller's account as they would keep it themselves: opening, every movement, closing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

_OPENING = """
SELECT coalesce(-sum(e.amount_minor), 0)
FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
WHERE e.account_id = %(account)s AND t.posted_at < %(since)s
"""

_MOVEMENTS = """
SELECT t.id, t.posted_at, t.kind, t.description, max(e.payout_ref), -sum(e.amount_minor),
  -coalesce(sum(e.amount_minor) FILTER (WHERE e.book = 'payable'), 0),
  -coalesce(sum(e.amount_minor) FILTER (WHERE e.book = 'reserved'), 0),
  -coalesce(sum(e.amount_minor) FILTER (WHERE e.book = 'in_transit'), 0)
FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
WHERE e.account_id = %(account)s AND t.posted_at >= %(since)s AND t.posted_at < %(until)s
GROUP BY t.id ORDER BY t.posted_at, t.id
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """One ledger transaction on the account. ``total`` changes what we owe; the others say between which books.

    A payout under way moves payable to reserved to in_transit with a total of 0; only the bank's statement
    makes what we owe less.
    """

    transaction_id: int
    posted_at: datetime
    kind: str
    description: str
    payout_ref: str
    total: int
    payable: int
    reserved: int
    in_transit: int
    balance: int  # what we owe after this movement


@dataclass(frozen=True, slots=True)
class Statement:
    """An account between two moments, in minor units: opening + the movements' totals = closing."""

    opening: int
    movements: list[Movement]

    @property
    def closing(self) -> int:
        return self.movements[-1].balance if self.movements else self.opening


def statement(*, account_id: int, since: datetime, until: datetime) -> Statement:
    """Everything posted on the account from ``since`` up to, not including, ``until``."""
    values: dict[str, Any] = {"account": account_id, "since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_OPENING, values)
        opening = int(cursor.fetchone()[0])
        cursor.execute(_MOVEMENTS, values)
        return Statement(opening, list(_running(opening, cursor.fetchall())))


def _running(balance: int, rows: list[tuple]) -> Iterator[Movement]:
    for row in rows:
        minors = [int(minor) for minor in row[5:]]
        balance += minors[0]
        yield Movement(*row[:5], *minors, balance)  # type: ignore[call-arg]
