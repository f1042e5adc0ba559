"""What currencies are worth in the company's, month by month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from sellers.ledger.models import MonthRate

ORDER = ("month", "currency", "home")
"""What a rate is of; a list of rates stands in this order."""


@dataclass(frozen=True)
class Needed:
    """A currency that a month has entries in and its rate; None while there is none."""

    currency: str
    rate: MonthRate | None


def of_months(*, months: Iterable[date], currency: str, home: str) -> dict[date, MonthRate]:
    """The rates of these months, by their first days; those that have none are left out."""
    found = _confirmed().filter(month__in=list(months), currency=currency, home=home)
    return {each.month: each for each in found}


def needed(*, month: date, currencies: Iterable[str], home: str) -> list[Needed]:
    """Of each of these currencies but the company's own, the month's rate."""
    found = {each.currency: each for each in _confirmed().filter(month=month, home=home)}
    return [Needed(currency, found.get(currency)) for currency in sorted(set(currencies) - {home})]


def waiting() -> "QuerySet[MonthRate]":
    """Rates that another person must confirm."""
    return _all().filter(decided_at__isnull=True).order_by("pk")


def history() -> "QuerySet[MonthRate]":
    """Every confirmed rate, each with whether it ``counts``, in no order. Along `ORDER`, backwards, the newest month
    stands first, and of one month and currency the one that counts.
    """
    same = {name: OuterRef(name) for name in ORDER}
    later = MonthRate.objects.filter(**same, confirmed=True, pk__gt=OuterRef("pk"))
    return _all().filter(confirmed=True).annotate(counts=~Exists(later))


def _confirmed() -> "QuerySet[MonthRate]":
    """The last of a month and currency counts. One is asked for only when none waits, so their ids are their order."""
    return MonthRate.objects.filter(confirmed=True).order_by("pk")


def _all() -> "QuerySet[MonthRate]":
    return MonthRate.objects.select_related("asked_by", "decided_by")


def last_before(*, month: date, currency: str, home: str) -> MonthRate | None:
    """The rate that counts in the last month before this one that has any."""
    earlier = _confirmed().filter(month__lt=month, currency=currency, home=home)
    return earlier.order_by("-month", "-pk").first()
