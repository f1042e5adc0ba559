"""The rows of the payout lists: what a reader needs to judge each payout, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from payouts.models import Hold, Payout
from payouts.queries import blocks, filters, flags, holding, own, tallies, usual
from payouts.queries.filter_fields import PersonField
from payouts.queries.tallies import Totals
from payouts.states import UNSENT, PayoutStatus
from sellers.ledger.money import Money

TOTALS_CAP = 20_000


@dataclass(frozen=True)
class Row:
    """One payout in a list."""

    payout: Payout
    money: Money
    flags: list[flags.FlagWords]
    holds: list[Hold]
    history: list[int]
    delta: Decimal | None
    barred: str = ""
    """Where money may not go to its seller, and it is not sent yet: how they stand, a word of `STANDINGS`."""

    @property
    def more_holds(self) -> int:
        return max(len(self.holds) - 1, 0)


def listed() -> "QuerySet[Payout]":
    """All payouts, with what a row says of each and of its seller; anything else of one is a question of its own."""
    return Payout.objects.select_related("seller").only(
        "reference", "country", "currency", "amount_minor", "span", "status", "status_at", "created_at",
        "seller__name", "seller__suspended_at", "seller__verified_at",
    )  # fmt: skip


def rows(payouts: Sequence[Payout], *, now: datetime | None = None) -> list[Row]:
    """The rows of these payouts, of `listed`, in their order."""
    holds = blocks.open_holds(payouts=payouts)
    history = amounts_before(payouts)
    flagged = flags.worded(payouts, now=now)
    return [
        Row(
            payout=p,
            money=Money(p.amount_minor, p.currency),
            flags=flagged.get(p.pk, []),
            holds=holds.get(p.pk, []),
            history=[*history.get(p.pk, []), p.amount_minor][-usual.TWELVE :],
            delta=_delta(p.amount_minor, history.get(p.pk, [])),
            barred=barred(p),
        )
        for p in payouts
    ]


def barred(payout: Payout) -> str:
    """How the seller of a payout that is not sent yet stands (`STANDINGS`), where no money may go to them; else ""."""
    seller = payout.seller
    unsent = payout.status in UNSENT
    return blocks.standing(suspended_at=seller.suspended_at, verified_at=seller.verified_at) if unsent else ""


def _delta(amount: int, before: Sequence[int]) -> Decimal | None:
    if not before:
        return None
    mean = (Decimal(sum(before)) / len(before)).to_integral_value(rounding=ROUND_HALF_UP)
    return (Decimal(amount) - mean) / mean


def amounts_before(payouts: Sequence[Payout]) -> dict[int, list[int]]:
    """The amounts of the seller's last paid payouts before each of these (`usual`), in minor units, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, old.amount_minor FROM payouts_payout AS p CROSS JOIN LATERAL ({usual.PAID_BEFORE}) AS old
            WHERE p.id = ANY(%s) ORDER BY p.id, old.id
            """,  # noqa: S608 - a constant
            [[p.pk for p in payouts]],
        )
        found: dict[int, list[int]] = {}
        for payout_id, amount in cursor.fetchall():
            found.setdefault(payout_id, []).append(amount)
    return found


def totals(payouts: "QuerySet[Payout]", *, whole: bool = False) -> Totals:
    """Count and sums per currency of these payouts, each of them read; beyond the cap only when ``whole``."""
    if not whole:
        seen = payouts.order_by().values("pk")[: TOTALS_CAP + 1].count()
        if seen > TOTALS_CAP:
            return Totals(count=TOTALS_CAP, sums=[], exact=False)
    return tallies.totals(tallies.counted(payouts))


def summed(rows: "QuerySet[Any]", *, currency: str, minor: str, whole: bool = False) -> Totals:
    """Count of these rows, and per currency what is below nothing and what is above it, apart; each of them read.

    ``currency`` and ``minor`` are the fields that hold them. Beyond the cap only when ``whole``.
    """
    ids = rows.order_by().values("pk")
    count = ids.count() if whole else ids[: TOTALS_CAP + 1].count()
    if count > TOTALS_CAP and not whole:
        return Totals(count=TOTALS_CAP, sums=[], exact=False)
    below = Sum(minor, filter=Q(**{f"{minor}__lt": 0}))
    above = Sum(minor, filter=Q(**{f"{minor}__gt": 0}))
    sums = rows.order_by().values_list(currency).annotate(below=below, above=above)
    money = [Money(int(part), code) for code, *both in sorted(sums, key=_code) for part in both if part]
    return Totals(count=count, sums=money, exact=True)


def _code(row: Sequence[Any]) -> str:
    return str(row[0])


def totals_of(chosen: filters.PayoutFilter, *, whole: bool = False) -> Totals:
    """Count and sums per currency of everything the filter selects: exact from the tallies, however many, where it
    asks for nothing else than status, country, currency, what is not held or blocked, and whose own work what is
    reviewed is; otherwise as `totals`.
    """
    kept = _tallied(chosen)
    return totals(chosen.qs, whole=whole) if kept is None else tallies.of(where=kept[0], without=kept[1])


def by_country_of(chosen: filters.PayoutFilter) -> dict[str, int]:
    """How many of each country the filter selects: from the tallies where `totals_of` is, else each is read."""
    kept = _tallied(chosen)
    if kept is None:
        return dict(chosen.qs.order_by().values_list("country").annotate(number=Count("pk")))
    return tallies.by_country(where=kept[0], without=kept[1])


def _tallied(chosen: filters.PayoutFilter) -> tuple[dict[str, Any], "QuerySet[Payout] | None"] | None:
    """What the tallies are asked for, and the few payouts that do not count; None where they cannot answer."""
    if chosen.queryset.query.where:
        return None  # a list of some payouts: the tallies are of all
    asked = dict(chosen.cleaned)
    on_hold, blocked, person = asked.pop("on_hold", None), asked.pop("blocked", None), asked.pop("waits_for", "")
    if on_hold is True or blocked is True or not asked.keys() <= set(tallies.FIELDS):
        return None
    wanted = asked.get("status", [])
    held = holding.held(unsent=bool(wanted) and UNSENT.issuperset(wanted)) if on_hold is False else None
    if blocked is False:
        stopped = Payout.objects.filter(holding.blocked())
        held = stopped if held is None else stopped | held
    if not person:
        return asked, held
    if wanted != [PayoutStatus.REVIEWED]:
        return None
    theirs = own.reviewed(person_id=PersonField.id_of(person))
    return asked, theirs if held is None else theirs | held
