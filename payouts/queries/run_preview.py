"""What a payout run would do, beside what the last one did: sums, the largest, the ten largest changes."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from payouts.countries import Country
from payouts.queries import due
from sellers.ledger.money import Money

SHOWN = 10
Market = tuple[Country, date]

# What the last run that paid in this country paid there, balance by balance.
_BEFORE = """
SELECT p.account_id, p.seller_id, p.currency, p.amount_minor FROM payouts_payout AS p
WHERE p.country = %(country)s AND p.run_id = (
  SELECT r.id FROM payouts_payoutrun AS r WHERE r.finished_at IS NOT NULL AND r.country IN (%(country)s, '')
    AND EXISTS (SELECT 1 FROM payouts_payout AS paid WHERE paid.run_id = r.id AND paid.country = %(country)s)
  ORDER BY r.id DESC LIMIT 1)
"""
_SUMS = """
SELECT coalesce(now.currency, was.currency), coalesce(now.count, 0), coalesce(now.sum, 0),
       coalesce(was.count, 0), coalesce(was.sum, 0)
FROM (SELECT currency, count(*), sum(amount_minor)::bigint FROM preview_due WHERE wanting IS NULL GROUP BY 1) AS now
FULL JOIN (SELECT currency, count(*), sum(amount_minor)::bigint FROM preview_before GROUP BY 1) AS was
  ON was.currency = now.currency ORDER BY 1
"""
_LEFT = """
SELECT d.wanting, d.currency, count(*), sum(d.amount_minor)::bigint,
       (array_agg(s.reference ORDER BY abs(d.amount_minor) DESC, d.account_id))[1:3]
FROM preview_due AS d JOIN sellers_seller AS s ON s.id = d.seller_id
WHERE d.wanting IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""
# Amounts of several currencies are set side by side by their share of all that is paid in their own.
_LARGEST = """
SELECT s.reference, s.name, d.currency, d.amount_minor, d.lines
FROM (SELECT *, amount_minor / nullif(sum(amount_minor) OVER (PARTITION BY currency), 0) AS share
      FROM preview_due WHERE wanting IS NULL) AS d
JOIN sellers_seller AS s ON s.id = d.seller_id ORDER BY d.share DESC, d.account_id LIMIT %(most)s
"""
_CHANGES = """
SELECT s.reference, s.name, c.currency, c.now_minor, c.was_minor, c.wanting
FROM (
  SELECT coalesce(now.account_id, was.account_id) AS account_id, coalesce(now.seller_id, was.seller_id) AS seller_id,
         coalesce(now.currency, was.currency) AS currency, was.amount_minor AS was_minor,
         now.amount_minor AS now_minor, left_alone.wanting,
         abs(coalesce(now.amount_minor, 0) - coalesce(was.amount_minor, 0)) AS difference,
         sum(greatest(now.amount_minor, was.amount_minor))
           OVER (PARTITION BY coalesce(now.currency, was.currency)) AS all_of
  FROM (SELECT * FROM preview_due WHERE wanting IS NULL) AS now
  FULL JOIN preview_before AS was ON was.account_id = now.account_id
  LEFT JOIN preview_due AS left_alone ON left_alone.account_id = was.account_id AND left_alone.wanting IS NOT NULL
) AS c JOIN sellers_seller AS s ON s.id = c.seller_id
WHERE c.difference > 0 ORDER BY c.difference / nullif(c.all_of, 0) DESC, c.account_id LIMIT %(most)s
"""
# Sums alone are the same when one balance loses what another gains; so is a record's own hash: it adds up its fields.
_SEAL = """
SELECT coalesce(wanting, ''), currency, count(*), sum(amount_minor)::bigint,
       sum(hashtextextended(account_id || ':' || amount_minor, 0)::numeric)
FROM preview_due GROUP BY 1, 2 ORDER BY 1, 2
"""
_ROWS = """
SELECT s.reference, s.external_id, s.name, s.country, d.currency, d.amount_minor, d.lines, d.wanting, w.amount_minor
FROM preview_due AS d JOIN sellers_seller AS s ON s.id = d.seller_id
LEFT JOIN preview_before AS w ON w.account_id = d.account_id ORDER BY d.account_id
"""


@dataclass(frozen=True)
class Sum:
    """What would be paid in one currency, and what the last run paid."""

    count: int
    money: Money
    count_before: int
    before: Money

    @property
    def difference(self) -> Money:
        return Money(self.money.minor - self.before.minor, self.money.currency)


@dataclass(frozen=True)
class LeftAlone:
    """Balances that would not be paid, by the code of why (`due.REASONS`); the largest three by name."""

    code: str
    count: int
    money: Money
    references: list[str]


@dataclass(frozen=True)
class Large:
    reference: str
    name: str
    money: Money
    lines: int


@dataclass(frozen=True)
class Change:
    """A balance that is paid otherwise than last time. ``now`` or ``before`` is None where it is not, or was not, paid.

    ``wanting`` is the code of why it is not paid now, where something is due.
    """

    reference: str
    name: str
    now: Money | None
    before: Money | None
    wanting: str

    @property
    def difference(self) -> Money:
        known = self.now or self.before
        assert known is not None
        return Money(
            (self.now.minor if self.now else 0) - (self.before.minor if self.before else 0), known.currency
        )


@dataclass(frozen=True)
class Preview:
    """A run before it runs. Sums are exact, over every balance; the lists are the largest `SHOWN`. See `seal`."""

    sums: list[Sum]
    left: list[LeftAlone]
    largest: list[Large]
    changes: list[Change]
    seal: str

    @property
    def count(self) -> int:
        """How many payouts it would make."""
        return sum(each.count for each in self.sums)


@dataclass(frozen=True)
class Row:
    """One balance of the whole preview. ``wanting`` is empty for what would be paid."""

    reference: str
    external_id: str
    name: str
    country: str
    money: Money
    lines: int
    wanting: str
    before: Money | None


@transaction.atomic
def preview(markets: Sequence[Market]) -> Preview:
    """What a run over these countries, each until its day, would do now. Writes nothing that stays."""
    with connection.cursor() as cursor:
        _gather(cursor, markets)
        return Preview(
            sums=[
                Sum(now, Money(int(minor), currency), was, Money(int(before), currency))
                for currency, now, minor, was, before in _all(cursor, _SUMS)
            ],
            left=[
                LeftAlone(code, count, Money(int(minor), currency), references)
                for code, currency, count, minor, references in _all(cursor, _LEFT)
            ],
            largest=[
                Large(reference, name, Money(minor, currency), lines)
                for reference, name, currency, minor, lines in _all(cursor, _LARGEST)
            ],
            changes=[
                Change(reference, name, _money(now, currency), _money(was, currency), wanting or "")
                for reference, name, currency, now, was, wanting in _all(cursor, _CHANGES)
            ],
            seal=_seal(cursor, markets),
        )


@transaction.atomic
def seal(markets: Sequence[Market]) -> str:
    """What a run over these would be for, now: SHA-256, hex, of its days, of each balance, of how many and how much
    per currency, would be paid, or left alone and why. Pages carry it so that what was not seen is not run.
    """
    with connection.cursor() as cursor:
        _gather(cursor, markets)
        return _seal(cursor, markets)


def _seal(cursor: CursorWrapper, markets: Sequence[Market]) -> str:
    days = [(country.code, day.isoformat()) for country, day in markets]
    parts = [*days, *_all(cursor, _SEAL)]
    return hashlib.sha256("\n".join("|".join(map(str, part)) for part in parts).encode()).hexdigest()


def rows(markets: Sequence[Market]) -> Iterator[Row]:
    """Every balance that the run would look at, by account; memory stays flat. Inside a transaction of the caller's."""
    with connection.cursor() as cursor:
        _gather(cursor, markets)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS)
        for reference, external_id, name, country, currency, minor, lines, wanting, was in cursor:
            yield Row(
                reference, external_id, name, country, Money(minor, currency), lines, wanting or "",
                _money(was, currency),
            )  # fmt: skip


def _gather(cursor: CursorWrapper, markets: Sequence[Market]) -> None:
    """Two tables of this transaction: what is due in these countries, and what the last run paid there."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.preview_due, pg_temp.preview_before")
    for position, (country, until) in enumerate(markets):
        values = due.arguments(country, until)
        for name, query in (("preview_due", due.DUE), ("preview_before", _BEFORE)):
            begin = f"INSERT INTO {name}" if position else f"CREATE TEMP TABLE {name} ON COMMIT DROP AS"
            cursor.execute(f"{begin} {query}", values)
    cursor.execute("ANALYZE preview_due")
    cursor.execute("ANALYZE preview_before")


def _all(cursor: CursorWrapper, statement: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement, {"most": SHOWN})
    return list(cursor.fetchall())


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
