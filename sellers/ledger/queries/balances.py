"""What a seller is owed, and where it stands. A balance is always a sum of entries, never a column."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Sum

from sellers.ledger.models import Earning, EarningKind

_BALANCES = """
SELECT a.id, a.seller_id, a.currency, a.covered_through,
  coalesce(books.payable, 0), coalesce(books.reserved, 0), coalesce(books.in_transit, 0),
  coalesce(open.due, 0), coalesce(open.pending, 0)
FROM ledger_account AS a
LEFT JOIN LATERAL (
  SELECT -sum(amount_minor) FILTER (WHERE book = 'payable') AS payable,
         -sum(amount_minor) FILTER (WHERE book = 'reserved') AS reserved,
         -sum(amount_minor) FILTER (WHERE book = 'in_transit') AS in_transit
  FROM ledger_entry AS e WHERE e.account_id = a.id AND e.book IN ('payable', 'reserved', 'in_transit')
) AS books ON true
LEFT JOIN LATERAL (
  SELECT sum(amount_minor) FILTER (WHERE due_date <= %(today)s) AS due,
         sum(amount_minor) FILTER (WHERE due_date > %(today)s) AS pending
  FROM ledger_earning AS e
  WHERE e.account_id = a.id AND (a.covered_through IS NULL OR e.due_date > a.covered_through)
) AS open ON true
WHERE a.seller_id = ANY(%(sellers)s)
ORDER BY a.seller_id, a.currency
"""

_DEBITS = (EarningKind.REFUND, EarningKind.CHARGEBACK, EarningKind.FEE, EarningKind.ADJUSTMENT)


@dataclass(frozen=True, slots=True)
class Balance:
    """One account, in minor units. All but ``due`` and ``pending`` are sums of ledger entries.

    ``due`` may be paid today, ``pending`` later; ``given_back`` came back from dead payouts and waits to be
    reissued or rolled; ``reserved`` is in payouts under way, ``in_transit`` with the bank.
    """

    account_id: int
    seller_id: int
    currency: str
    covered_through: date | None
    payable: int
    reserved: int
    in_transit: int
    due: int
    pending: int

    @property
    def given_back(self) -> int:
        return self.payable - self.due - self.pending

    @property
    def total(self) -> int:
        """All we owe the seller in this currency; negative when they owe us."""
        return self.payable + self.reserved + self.in_transit


def balances(*, seller_id: int, today: date) -> list[Balance]:
    """The seller's balance in each currency they have an account in. ``today`` is the day in their country."""
    return balances_of(seller_ids=[seller_id], today=today)


def balances_of(*, seller_ids: Collection[int], today: date) -> list[Balance]:
    """Balances of several sellers, for one page of a list; by seller and currency."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, {"sellers": list(seller_ids), "today": today})
        return [Balance(*row[:4], *(int(minor) for minor in row[4:])) for row in cursor.fetchall()]


def to_debit(*, seller_id: int, today: date) -> dict[int, int]:
    """What of ``pending`` takes money away by itself, such as chargebacks, in minor units (negative) by account. A
    commission does not: it belongs to its sale.
    """
    rows = Earning.objects.filter(
        account__seller=seller_id, kind__in=_DEBITS, amount_minor__lt=0, due_date__gt=today
    )
    sums = rows.order_by().values("account_id").annotate(total=Sum("amount_minor"))
    return {each["account_id"]: int(each["total"]) for each in sums}


def kept_back(*, seller_id: int, today: date) -> dict[int, int]:
    """What of ``pending`` is a reserve that comes free on a later day, in minor units by account."""
    rows = Earning.objects.filter(
        account__seller=seller_id, kind=EarningKind.RESERVE, amount_minor__gt=0, due_date__gt=today
    )
    sums = rows.order_by().values("account_id").annotate(total=Sum("amount_minor"))
    return {each["account_id"]: int(each["total"]) for each in sums}
