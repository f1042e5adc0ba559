"""Which account of accounting's chart each book is, on which day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from sellers.ledger.models import AccountMapping, Book
from sellers.ledger.queries import placed

ORDER = ("book", "currency", "country", "effective_from")
"""How a list of versions stands."""


class Chart:
    """The confirmed versions, looked up by book, currency, country and day."""

    def __init__(self, versions: Iterable[AccountMapping]) -> None:
        self._versions: dict[tuple[str, str, str], list[AccountMapping]] = {}
        for version in versions:
            key = (version.book, version.currency, version.country)
            self._versions.setdefault(key, []).append(version)
        self._known: dict[tuple[str, str, str, date], AccountMapping | None] = {}

    def account(self, *, book: str, currency: str, country: str, day: date) -> AccountMapping | None:
        """The version in force on the day; the most special one that there is: currency and country, then one of
        them, then neither. None where the book has no account.
        """
        key = (book, currency, country, day)
        if key not in self._known:
            self._known[key] = self._find(book, currency, country, day)
        return self._known[key]

    def _find(self, book: str, currency: str, country: str, day: date) -> AccountMapping | None:
        for special in ((currency, country), (currency, ""), ("", country), ("", "")):
            begun = [each for each in self._versions.get((book, *special), []) if each.effective_from <= day]
            if begun:
                return max(begun, key=lambda each: (each.effective_from, each.pk))
        return None


@dataclass(frozen=True)
class Unmapped:
    """A book that has entries and no account on the first of their days."""

    book: str
    currency: str
    country: str
    day: date

    @property
    def words(self) -> str:
        return " ".join(part for part in (str(Book(self.book).label), self.currency, self.country) if part)


def chart() -> Chart:
    """The whole chart: a few dozen versions."""
    return Chart(AccountMapping.objects.filter(confirmed=True))


def sums(*, first: date, last: date, currency: str) -> list[tuple[AccountMapping | None, int, int]]:
    """(account, debits, credits) in minor units of what is booked in these days; None where a book has no account.

    Added up by PostgreSQL, a day and a country at a time: an account may be another from a day on.
    """
    found, known = chart(), dict[int | None, tuple[AccountMapping | None, int, int]]()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {placed.LEGS} SELECT book, at_country, booked_on,
            coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0),
            coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)
            FROM placed WHERE currency = %(currency)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",  # noqa: S608 - a constant
            {"first": first, "last": last, "currency": currency},
        )
        rows = cursor.fetchall()
    for book, country, day, debit, credit in rows:
        account = found.account(book=book, currency=currency, country=country, day=day)
        key = account.pk if account is not None else None
        _same, debits, credits = known.get(key, (account, 0, 0))
        known[key] = (account, debits + int(debit), credits + int(credit))
    return list(known.values())


def waiting() -> "QuerySet[AccountMapping]":
    """Versions that another person must confirm."""
    return _all().filter(decided_at__isnull=True).order_by("pk")


def history(*, today: date) -> "QuerySet[AccountMapping]":
    """Every confirmed version, in no order, each with whether a newer one that has begun by ``today`` has ``replaced``
    it. Along `ORDER`, backwards, they stand book by book, the newest first.
    """
    same = {name: OuterRef(name) for name in ("book", "currency", "country")}
    begun = AccountMapping.objects.filter(**same, confirmed=True, effective_from__lte=today)
    newer = Q(effective_from__gt=OuterRef("effective_from")) | Q(
        effective_from=OuterRef("effective_from"), pk__gt=OuterRef("pk")
    )
    return _all().filter(confirmed=True).annotate(replaced=Exists(begun.filter(newer)))


def unmapped(*, first: date, last: date) -> list[Unmapped]:
    """What entries booked from ``first`` through ``last`` have no account for."""
    found = chart()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {placed.LEGS} SELECT book, currency, at_country, min(booked_on), max(booked_on) FROM placed
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",  # noqa: S608 - a constant
            {"first": first, "last": last},
        )
        rows = cursor.fetchall()
    return [
        Unmapped(book, currency, country, begins)
        for book, currency, country, begins, _ in rows
        if found.account(book=book, currency=currency, country=country, day=begins) is None
    ]


def _all() -> "QuerySet[AccountMapping]":
    return AccountMapping.objects.select_related("asked_by", "decided_by")
