"""Balance by balance, a page at a time: who a run would pay what, and who not and why. By key, in order of account.

Only as many balances are summed as a page needs, a window of accounts at a time: the first page costs the same at a
million sellers. A rare reason is looked for window by window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from payouts.queries import due
from payouts.queries.run_preview import Market
from sellers.ledger.money import Money

SIZE = 50
WINDOW = 500
MOST_WINDOWS = 20
"""Of one page: a reason that few have is looked for further on the next."""
PAID = "paid"
"""Beside the codes of `due.REASONS`: what would be paid."""

_ACCOUNTS = """
SELECT a.id, c.code FROM ledger_account AS a JOIN sellers_seller AS s ON s.id = a.seller_id
JOIN unnest(%(countries)s::text[], %(untils)s::date[]) AS c (code, until) ON c.code = s.country
WHERE a.id {beyond} %(place)s AND EXISTS (
  SELECT 1 FROM ledger_earning AS e WHERE e.account_id = a.id AND e.due_date <= c.until
    AND (a.covered_through IS NULL OR e.due_date > a.covered_through))
ORDER BY a.id {order} LIMIT %(window)s
"""
_ROWS = f"""
SELECT d.account_id, s.reference, s.name, s.country, d.currency, d.amount_minor, d.lines, d.wanting
FROM ({due.DUE}) AS d JOIN sellers_seller AS s ON s.id = d.seller_id
"""  # noqa: S608 - constants only


@dataclass(frozen=True)
class Payee:
    """One balance. ``wanting`` is the code of why it would not be paid; empty for what would be."""

    account_id: int
    reference: str
    name: str
    country: str
    money: Money
    lines: int
    wanting: str


@dataclass(frozen=True)
class Payees:
    """A page of them, and the places that the pages on either side begin at; None where there is none."""

    rows: list[Payee]
    before: int | None
    after: int | None


def page(
    markets: Sequence[Market], *, which: str = "", after: int | None = None, before: int | None = None
) -> Payees:
    """At most `SIZE` balances beyond ``after``, or up to ``before``; ``which`` is `PAID`, a reason's code, or all.

    There may be fewer, even none, although others follow: no page looks through more than `MOST_WINDOWS`.
    """
    back = before is not None
    place = before if before is not None else after or 0
    found: list[Payee] = []
    beyond: int | None = None
    for _number in range(MOST_WINDOWS):
        window = _window(markets, place=place, back=back)
        rows = [row for row in _rows(markets, window) if not which or (row.wanting or PAID) == which]
        found += reversed(rows) if back else rows
        beyond = place = window[-1][0] if window else place
        if len(found) > SIZE:
            found, beyond = found[:SIZE], found[SIZE - 1].account_id
            break
        if len(window) < WINDOW:
            beyond = None
            break
    if back:
        return Payees(found[::-1], before=beyond, after=(before or 0) - 1)
    return Payees(found, before=after + 1 if after is not None else None, after=beyond)


def _window(markets: Sequence[Market], *, place: int, back: bool) -> list[tuple[int, str]]:
    """The next accounts with something due, each with its country, nearest first."""
    statement = _ACCOUNTS.format(beyond="<" if back else ">", order="DESC" if back else "ASC")
    values: dict[str, Any] = {
        "countries": [country.code for country, _until in markets],
        "untils": [until for _country, until in markets],
        "place": place,
        "window": WINDOW,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _rows(markets: Sequence[Market], window: Sequence[tuple[int, str]]) -> list[Payee]:
    ids, codes = [pk for pk, _code in window], {code for _pk, code in window}
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for country, until in markets:
            if country.code in codes:
                cursor.execute(_ROWS, due.arguments(country, until, after=min(ids) - 1, through=max(ids)))
                found += cursor.fetchall()
    return [
        Payee(pk, reference, name, country, Money(int(minor), currency), lines, wanting or "")
        for pk, reference, name, country, currency, minor, lines, wanting in sorted(found)
    ]
