"""The statement of sellers as rows: every movement of what they are owed, with the balance after it."""

from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.queries import export_filters
from sellers.ledger.models import EarningKind
from sellers.ledger.words import noted

# The balance runs over all that was posted before the period, too, so it is that of the account.
_SOURCE = """({rows}) AS account JOIN sellers_seller AS seller ON seller.id = account.seller_id
JOIN (
  SELECT e.id, e.account_id, e.transaction_id, e.payout_ref, -e.amount_minor AS minor, t.kind, t.posted_at,
    -sum(e.amount_minor) OVER (PARTITION BY e.account_id ORDER BY t.posted_at, e.id) AS balance
  FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
  WHERE e.book = 'payable' AND e.account_id IN (SELECT id FROM ({rows}) AS chosen) AND t.posted_at < {until}
) AS moved ON moved.account_id = account.id AND moved.posted_at >= {since}
LEFT JOIN ledger_earning AS earning ON earning.transaction_id = moved.transaction_id AND moved.payout_ref = ''"""
_WHAT = f"""CASE WHEN moved.payout_ref = '' THEN {labels("moved.kind", EarningKind.choices)}
WHEN moved.minor < 0 THEN 'Put into a payout' ELSE 'Came back from a payout' END"""


class SellerStatement(Columns):
    seller = Column(noted("Seller"), Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column(noted("Seller id"), sql="seller.external_id", width=24)
    seller_name = Column(noted("Seller name"), sql="seller.name", width=32)
    country = Column(noted("Country"), Kind.CODE, sql="seller.country", width=8)
    currency = Column(noted("Currency"), Kind.CODE, sql="account.currency", width=9)
    posted_at = Column(noted("Posted"), Kind.MOMENT, sql="moved.posted_at", width=20)
    what = Column(noted("What"), Kind.CODE, sql=_WHAT, width=24)
    amount = Column(noted("Amount"), Kind.MONEY, sql="moved.minor", currency="account.currency", width=16)
    amount_minor = Column(noted("Amount in minor units"), Kind.COUNT, sql="moved.minor", width=20)
    balance = Column(
        noted("Balance after"), Kind.MONEY, sql="moved.balance", currency="account.currency", width=16
    )
    payout = Column(noted("Payout"), Kind.CODE, sql="nullif(moved.payout_ref, '')", width=12)
    order_ref = Column(noted("Order"), sql="earning.order_ref", width=24)
    description = Column(noted("Description"), sql="earning.description", width=32)
    occurred = Column(noted("Occurred"), Kind.DAY, sql="earning.occurred_date", width=12)
    due = Column(noted("Due"), Kind.DAY, sql="earning.due_date", width=12)


STATEMENT = Definition(
    kind="statement",
    title=noted("Seller statement"),
    noun="movements",
    lead=noted(
        "Every earning, and every amount that went into a payout or came back, with the seller's balance after it."
    ),
    permissions=("sellers.view_seller", "ledger.view_account", "ledger.view_earning"),
    resource=SellerStatement,
    source=_SOURCE,
    order="seller.id, account.currency, moved.posted_at, moved.id",
    key="'T' || moved.transaction_id || '/' || moved.id",
    filter=export_filters.MovementFilter,
    of_a_span=True,
)
