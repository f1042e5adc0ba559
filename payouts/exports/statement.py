"""The statement of sellers as rows: every movement of what they are owed, with the balance after it."""

from backoffice.words import later
from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.queries import export_filters
from sellers.ledger.models import EarningKind
from sellers.ledger.words import noted

# The balance runs over all that was before the span, too, so it is that of the account.
_SOURCE = """({rows}) AS account JOIN sellers_seller AS seller ON seller.id = account.seller_id
JOIN (
  SELECT e.id, e.account_id, e.transaction_id, e.payout_ref, -e.amount_minor AS minor, t.kind, t.posted_at, t.booked_on,
    {when} AS moved_at, -sum(e.amount_minor) OVER (PARTITION BY e.account_id ORDER BY {when}, e.id) AS balance
  FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
  WHERE e.book = 'payable' AND e.account_id IN (SELECT id FROM ({rows}) AS chosen) AND {before}
) AS moved ON moved.account_id = account.id AND moved.moved_at >= {since}
LEFT JOIN ledger_earning AS earning ON earning.transaction_id = moved.transaction_id AND moved.payout_ref = ''
CROSS JOIN LATERAL (SELECT {country} AS country) AS place"""
_WHAT = f"""CASE WHEN moved.payout_ref = '' THEN {labels("moved.kind", EarningKind.choices)}
WHEN moved.minor < 0 THEN 'Put into a payout' ELSE 'Came back from a payout' END"""

_WORDS = (
    *(label for _code, label in EarningKind.choices),
    later("Put into a payout"),
    later("Came back from a payout"),
)


class SellerStatement(Columns):
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="place.country", width=8)
    currency = Column("Currency", Kind.CODE, sql="account.currency", width=9)
    booked_on = Column("Booked on", Kind.DAY, sql="moved.booked_on", width=12)
    posted_at = Column("Posted", Kind.MOMENT, sql="moved.posted_at", width=20)
    what = Column("What", Kind.CODE, sql=_WHAT, width=24, words=_WORDS)
    amount = Column("Amount", Kind.MONEY, sql="moved.minor", currency="account.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="moved.minor", width=20)
    # Each is the sum of the amounts so far.
    balance = Column(
        "Balance after",
        Kind.MONEY,
        sql="moved.balance",
        currency="account.currency",
        width=16,
        summed=False,
    )
    payout = Column("Payout", Kind.CODE, sql="nullif(moved.payout_ref, '')", width=12)
    order_ref = Column("Order", sql="earning.order_ref", width=24)
    description = Column("Description", sql="earning.description", width=32)
    occurred = Column("Occurred", Kind.DAY, sql="earning.occurred_date", width=12)
    due = Column("Due", Kind.DAY, sql="earning.due_date", width=12)


STATEMENT = Definition(
    kind="statement",
    title=noted("Seller statement"),
    noun="movements",
    lead=noted(
        "Every earning, and every amount that went into a payout or came back, with the seller's balance after it: "
        "by the books’ day, as closed months have it, or by when it was posted."
    ),
    permissions=("sellers.view_seller", "ledger.view_account", "ledger.view_earning"),
    resource=SellerStatement,
    source=_SOURCE,
    order="seller.id, account.currency, moved.moved_at, moved.id",
    key="'T' || moved.transaction_id || '/' || moved.id",
    filter=export_filters.MovementFilter,
    of_today=("seller_name",),
)
