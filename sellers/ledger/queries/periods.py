"""The months of the books: which are open, what they hold, and what a total is made of."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from sellers.ledger.models import Book, Books, Period, PeriodTotal

OPEN, ASKED, CLOSED = "open", "asked", "closed"


@dataclass(frozen=True)
class Month:
    """One month of the books; ``period`` is None while nobody has asked to close it."""

    first: date
    period: Period | None = None

    @property
    def last(self) -> date:
        return following(self.first) - timedelta(days=1)

    @property
    def status(self) -> str:
        if self.period is None:
            return OPEN
        return CLOSED if self.period.closed else ASKED

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Total:
    """One book in one currency over a month, in minor units; debits and credits are both positive."""

    book: str
    currency: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True)
class Counts:
    """How many journal entries a month has in a currency: one a transaction, or one a day and kind."""

    currency: str
    detailed: int
    daily: int


class Share(NamedTuple):
    """What of a book's total is of one country, or of one kind of transaction: minor units, both sides positive."""

    name: str
    debit: int
    credit: int
    entries: int
    """Debits and credits one by one."""


def following(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def zone() -> ZoneInfo:
    """The zone in which a day of the books begins."""
    return ZoneInfo(Books.objects.get().zone)


def today(*, now: datetime) -> date:
    return now.astimezone(zone()).date()


def standing() -> "QuerySet[Period]":
    """Months that are closed or asked to be, the newest first."""
    taken_back = {"decided_at__isnull": False, "closed": False}
    return (
        Period.objects.exclude(**taken_back).select_related("asked_by", "decided_by").order_by("-first_day")
    )


def months(*, now: datetime) -> list[Month]:
    """Every month of the books, the newest first: those that stand, and the open ones up to today."""
    known = {period.first_day: period for period in standing()}
    begin = min(known) if known else _earliest()
    found: list[Month] = []
    month, until = begin.replace(day=1) if begin else today(now=now).replace(day=1), today(now=now)
    while month <= until or month in known:
        found.append(Month(month, known.get(month)))
        month = following(month)
    return found[::-1]


def to_close(*, now: datetime) -> list[Month]:
    """Months that are over and that nobody has asked to close, the newest first."""
    begun = today(now=now)
    return [each for each in months(now=now) if each.status == OPEN and each.last < begun]


def month(*, first: date, now: datetime) -> Month | None:
    """The month of this first day, where it is one of the books'."""
    return next((each for each in months(now=now) if each.first == first), None)


def totals(*, first: date, last: date, currency: str = "") -> list[Total]:
    """What each book held before ``first`` and how it moved through ``last``; in the order of the books, of one
    currency where it is given.

    A closed month's come from what stood when it was closed; an open one's are added up anew.
    """
    stored = PeriodTotal.objects.filter(**{"currency": currency} if currency else {})
    kept = stored.filter(period__first_day=first, period__last_day=last, period__closed=True)
    if found := list(kept):
        return _sorted(
            Total(t.book, t.currency, t.opening_minor, t.debit_minor, t.credit_minor) for t in found
        )
    before = stored.filter(period__last_day__lt=first, period__closed=True)
    newest = before.order_by("-period__first_day").values_list("period_id", "period__last_day").first()
    opening = (
        {(t.book, t.currency): t.closing_minor for t in before.filter(period_id=newest[0])} if newest else {}
    )
    moved: dict[tuple[str, str], tuple[int, int]] = {}
    since = newest[1] + timedelta(days=1) if newest else date.min
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"first": first, "last": last, "since": since, "currency": currency})
        for book, code, earlier, debit, credit in cursor.fetchall():
            key = (book, code)
            opening[key] = opening.get(key, 0) + int(earlier)
            moved[key] = (int(debit), int(credit))
    keys = opening.keys() | moved.keys()
    return _sorted(Total(*key, opening.get(key, 0), *moved.get(key, (0, 0))) for key in keys)


_MOVED = """
SELECT e.book, e.currency, coalesce(sum(e.amount_minor) FILTER (WHERE t.booked_on < %(first)s), 0),
  coalesce(sum(e.amount_minor) FILTER (WHERE t.booked_on >= %(first)s AND e.amount_minor > 0), 0),
  coalesce(-sum(e.amount_minor) FILTER (WHERE t.booked_on >= %(first)s AND e.amount_minor < 0), 0)
FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
WHERE t.booked_on BETWEEN %(since)s AND %(last)s AND (%(currency)s = '' OR e.currency = %(currency)s) GROUP BY 1, 2
"""


def counts(*, first: date, last: date) -> list[Counts]:
    """Journal entries of the days, by currency."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"first": first, "last": last})
        return [Counts(*row) for row in cursor.fetchall()]


_COUNTS = """
SELECT e.currency, count(DISTINCT t.id), count(DISTINCT (t.booked_on, t.kind,
  CASE WHEN t.fact_on < date_trunc('month', t.booked_on) THEN date_trunc('month', t.fact_on) END))
FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
WHERE t.booked_on BETWEEN %(first)s AND %(last)s GROUP BY 1 ORDER BY 1
"""


def late(*, first: date, last: date) -> list[tuple[str, int]]:
    """(month, transactions) of facts that are booked in these days and happened in an earlier month."""
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [first, last, first])
        return [(str(name), int(number)) for name, number in cursor.fetchall()]


_LATE = """SELECT to_char(fact_on, 'YYYY-MM'), count(*) FROM ledger_transaction
WHERE booked_on BETWEEN %s AND %s AND fact_on < %s GROUP BY 1 ORDER BY 1
"""


def made_of(*, first: date, last: date, book: str, currency: str) -> tuple[list[Share], list[Share]]:
    """One book and currency by country, which its accounts are told apart by, and by kind of transaction."""
    countries: dict[str, Share] = {}
    kinds: dict[str, Share] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MADE_OF, {"first": first, "last": last, "book": book, "currency": currency})
        for country, kind, *sums in cursor.fetchall():
            for name, known in ((country, countries), (kind, kinds)):
                before = known.get(name, Share(name, 0, 0, 0))
                known[name] = Share(
                    name, *(was + int(more) for was, more in zip(before[1:], sums, strict=True))
                )
    return list(countries.values()), sorted(kinds.values())


# As `placed` has it, but of one book: no other is read, and only a leg of the house asks what its transaction holds.
_MADE_OF = """
WITH of_book AS (
  SELECT e.transaction_id, e.amount_minor, t.kind, a.country
  FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
  LEFT JOIN ledger_account AS a ON a.id = e.account_id
  WHERE t.booked_on BETWEEN %(first)s AND %(last)s AND e.book = %(book)s AND e.currency = %(currency)s
), house AS (
  SELECT o.transaction_id, CASE WHEN min(c.country) = max(c.country) THEN min(c.country) END AS country
  FROM ledger_entry AS o JOIN ledger_account AS c ON c.id = o.account_id
  WHERE o.currency = %(currency)s AND o.transaction_id IN (SELECT transaction_id FROM of_book WHERE country IS NULL)
  GROUP BY 1
)
SELECT coalesce(of_book.country, house.country, ''), of_book.kind,
  coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0),
  coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0), count(*)
FROM of_book LEFT JOIN house USING (transaction_id) GROUP BY 1, 2 ORDER BY 1, 2
"""


def _earliest() -> date | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(booked_on) FROM ledger_transaction")
        row = cursor.fetchone()
    return row[0] if row else None


def _sorted(found: Any) -> list[Total]:
    order = list(Book.values)
    return sorted(found, key=lambda total: (total.currency, order.index(total.book)))
