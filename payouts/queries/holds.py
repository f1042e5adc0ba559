"""Open holds by age and money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from payouts.models import Hold, Payout
from payouts.states import UNSENT
from sellers.ledger.money import Money


@dataclass(frozen=True)
class HoldRow:
    """One open hold: what it stops, and how much money that is."""

    hold: Hold
    name: str
    reference: str
    country: str
    sums: list[Money]
    payouts: int


def open_ones() -> "QuerySet[Hold]":
    """Holds that nobody released yet."""
    return Hold.objects.filter(released_at__isnull=True).select_related(
        "payout", "payout__seller", "seller", "placed_by"
    )


def past(*, now: datetime) -> "QuerySet[Hold]":
    """Open holds whose date has come: the beat releases what it may, the others wait for a person."""
    return open_ones().filter(until__lte=now)


def count_past(*, cap: int, now: datetime) -> int:
    """How many are `past`, read no further than ``cap`` + 1 rows."""
    return past(now=now).order_by().values("pk")[: cap + 1].count()


def rows(holds: Sequence[Hold]) -> list[HoldRow]:
    """The rows of these holds; a seller's hold counts every unsent payout of that seller."""
    stopped: dict[int, list[tuple[Money, int]]] = {}
    sums = (
        Payout.objects.filter(seller_id__in=[h.seller_id for h in holds if h.seller_id], status__in=UNSENT)
        .values("seller_id", "currency")
        .annotate(sum=Sum("amount_minor"), count=Count("pk"))
        .order_by("currency")
    )
    for each in sums:
        money = Money(int(each["sum"]), each["currency"])
        stopped.setdefault(each["seller_id"], []).append((money, each["count"]))
    found = []
    for hold in holds:
        if hold.payout is not None:
            p = hold.payout
            own = [Money(p.amount_minor, p.currency)]
            found.append(HoldRow(hold, p.seller.name, str(p.reference), p.country, own, 1))
        elif hold.seller is not None:
            parts = stopped.get(hold.seller.pk, [])
            found.append(
                HoldRow(
                    hold,
                    hold.seller.name,
                    str(hold.seller.reference),
                    hold.seller.country,
                    [money for money, _ in parts],
                    sum(count for _, count in parts),
                )
            )
    return found
