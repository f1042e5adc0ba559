"""What the statement of one seller for a period says: balance before, earned, paid out or given back, balance after."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from payouts.models import Transition
from payouts.queries import explain, payout_statement
from payouts.states import PayoutStatus
from sellers.ledger.models import Account
from sellers.ledger.queries import statement
from sellers.ledger.queries.statement import Earned
from sellers.models import Seller


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payout's amount that left the balance (negative) or came back (positive), in minor units, and the status that
    the payout had when the period ended.
    """

    reference: str
    day: date
    status: PayoutStatus
    status_day: date
    amount_minor: int


@dataclass(frozen=True)
class SellerStatement:
    """One seller's balance in one currency from the first day to the last, both included, in days of their country.

    Amounts in minor units, all of one snapshot; opening + earned + paid out = closing. Once the last day is over, its
    amounts and statuses change only by what was begun on a day of it and is committed afterwards: a run or an import
    over midnight bears the moment it began. Name, address and issuer are today's, and so is the country's time zone.
    """

    seller: Seller
    currency: str
    first: date
    last: date
    issuer: str
    opening: int
    earned: list[Earned]
    payouts: list[PaidOut]
    closing: int


def currencies(*, seller: Seller) -> list[str]:
    """The currencies the seller has an account in."""
    return list(Account.objects.filter(seller=seller).order_by("currency").values_list("currency", flat=True))


def of_seller(*, seller: Seller, currency: str, first: date, last: date) -> SellerStatement:
    """The statement of this period. Raises `Account.DoesNotExist` when the seller has no account in the currency."""
    account = Account.objects.get(seller=seller, currency=currency)
    zone = ZoneInfo(explain.zone_of(seller.country))
    since, until = (datetime.combine(day, time.min, tzinfo=zone) for day in (first, last + timedelta(days=1)))
    found = statement.statement(account_id=account.pk, since=since, until=until)
    statuses = _statuses({each.payout_ref for each in found.payouts}, before=until)
    payouts = []
    for each in found.payouts:
        status, since_when = statuses.get(each.payout_ref, (PayoutStatus.PENDING_REVIEW, each.at))
        day, status_day = each.at.astimezone(zone).date(), since_when.astimezone(zone).date()
        payouts.append(PaidOut(each.payout_ref, day, status, status_day, each.amount_minor))
    return SellerStatement(
        seller=seller,
        currency=currency,
        first=first,
        last=last,
        issuer=payout_statement.issuer(country=seller.country, currency=currency),
        opening=found.opening,
        earned=found.earned,
        payouts=payouts,
        closing=found.closing,
    )


def _statuses(references: Collection[str], *, before: datetime) -> dict[str, tuple[PayoutStatus, datetime]]:
    """The status each of these payouts had at that moment, and since when."""
    moves = Transition.objects.filter(
        payout__in=[int(reference.removeprefix("P")) for reference in references], at__lt=before
    )
    last = moves.order_by("payout_id", "-pk").distinct("payout_id")
    return {f"P{move.payout_id}": (PayoutStatus(move.to_status), move.at) for move in last}
