"""How many payouts stand where and what they come to, from the rows that triggers keep (`payouts.models.Tally`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from payouts.models import Payout, Tally
from payouts.states import PayoutStatus
from sellers.ledger.money import Money

FIELDS = ("status", "country", "currency")
"""What a tally is kept by: a filter over these alone is answered from it."""


@dataclass(frozen=True)
class Totals:
    """How many, and how much in each currency. Where ``exact`` is false, ``count`` is only where counting ended."""

    count: int
    sums: list[Money]
    exact: bool


def of(*, where: Mapping[str, Iterable[str]], without: "QuerySet[Payout] | None" = None) -> Totals:
    """Exact count and sums per currency of the payouts with these statuses, countries and currencies.

    ``without`` are payouts among them that do not count; they are read one by one, so let them be few.
    """
    rows = Tally.objects.filter(**{f"{name}__in": list(values) for name, values in where.items()})
    found = _sums(rows.values_list("currency").annotate(Sum("count"), Sum("total_minor")))
    if without is not None:
        less = without.filter(**{f"{name}__in": list(values) for name, values in where.items()})
        for currency, (count, minor) in counted(less).items():
            before = found.get(currency, (0, 0))
            found[currency] = (before[0] - count, before[1] - minor)
    return totals(found)


def by_country(
    *, where: Mapping[str, Iterable[str]], without: "QuerySet[Payout] | None" = None
) -> dict[str, int]:
    """How many of each country there are, as `of`; countries in which nothing is left are left out."""
    wanted = {f"{name}__in": list(values) for name, values in where.items()}
    kept = Tally.objects.filter(**wanted).order_by().values_list("country").annotate(Sum("count"))
    found = {country: int(count) for country, count in kept}
    if without is not None:
        less = without.filter(**wanted).order_by().values_list("country").annotate(Count("pk"))
        for country, count in less:
            found[country] = found.get(country, 0) - int(count)
    return {country: count for country, count in found.items() if count > 0}


def of_status(status: PayoutStatus, *, without: "QuerySet[Payout] | None" = None) -> Totals:
    """As `of`, for one status."""
    return of(where={"status": [status]}, without=without)


def counted(payouts: "QuerySet[Payout]") -> dict[str, tuple[int, int]]:
    """Count and sum per currency of these payouts, each of them read."""
    return _sums(payouts.order_by().values_list("currency").annotate(Count("pk"), Sum("amount_minor")))


def totals(sums: Mapping[str, tuple[int, int]]) -> Totals:
    """Count and minor units per currency as totals; currencies in which nothing is left are left out."""
    kept = sorted((currency, each) for currency, each in sums.items() if each[0])
    return Totals(
        count=sum(count for _, (count, _) in kept),
        sums=[Money(minor, currency) for currency, (_, minor) in kept],
        exact=True,
    )


def _sums(rows: Any) -> dict[str, tuple[int, int]]:
    return {currency: (int(count), int(minor)) for currency, count, minor in rows.order_by()}
