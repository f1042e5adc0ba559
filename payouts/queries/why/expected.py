"""A seller's next payouts and their dates, out of the very paragraphs that say why they are not paid yet."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from payouts.queries import explain
from payouts.queries.why import owed
from payouts.queries.why.causes import Cause, Explanation
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from sellers.models import Seller

_NO_PAYOUT = frozenset({Cause.PAID, Cause.NOTHING_OWED, Cause.ORDER_CANCELS_OUT, Cause.NEGATIVE})


@dataclass(frozen=True)
class Expected:
    """One payment to come. ``on`` is the value date that its paragraph names, if all goes on in time; else None.

    ``reference`` is the payout's; empty for what the next run takes. ``actor`` is who has to act.
    """

    cause: Cause
    actor: str
    reference: str
    money: Money | None
    run: date | None
    on: date | None


def of_seller(*, seller: Seller, told: Iterable[Explanation], now: datetime) -> list[Expected]:
    """The payments to come, those under way first. ``told`` are the seller's paragraphs (`paragraphs.seller`)."""
    told = list(told)
    if any(
        each.status is not None for each in told
    ):  # those of payouts; what the next run takes comes after them
        later = [each for each in owed.of(seller=seller, now=now) if each not in told]
    else:
        later = []
    coming = [_expected(each) for each in (*told, *later) if each.cause not in _NO_PAYOUT]
    return [row for each in coming for row in _owed(each, seller, now)]


def _owed(row: Expected, seller: Seller, now: datetime) -> list[Expected]:
    """The row, once for each currency where what stops it stops all that is owed. What the seller owes us is no payment
    to come, whatever else keeps it from being paid.
    """
    if row.reference:
        return [row]
    if row.money is not None:
        found = [row.money]
    else:
        today = now.astimezone(ZoneInfo(explain.zone_of(seller.country))).date()
        found = [owed.waits(each) for each in balances.balances(seller_id=seller.pk, today=today)]
    return [replace(row, money=money) for money in found if money.minor > 0]


def _expected(told: Explanation) -> Expected:
    taken = told.cause in (Cause.NOT_DUE, Cause.NEXT_RUN)
    return Expected(
        cause=told.cause,
        actor=told.actor,
        reference=told.facts.reference if told.status is not None else "",
        money=told.facts.money,
        run=told.facts.until if taken else None,
        on=told.facts.paid,
    )
