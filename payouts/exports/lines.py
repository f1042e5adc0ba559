"""Payout lines: the earnings behind payouts, one row each; the rows of a payout add up to it."""

from backoffice.words import later
from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.exports.ordering import PAYOUT_SORTS
from payouts.states import PayoutStatus
from sellers.ledger.models import EarningKind
from sellers.ledger.words import noted

# A reissue has the give-back of an earlier payout as its only line.
_SOURCE = """({rows}) AS payout JOIN sellers_seller AS seller ON seller.id = payout.seller_id
JOIN LATERAL (
  SELECT e.id, e.kind, e.source, e.external_id, e.order_ref, e.description, e.occurred_date, e.due_date, e.amount_minor
  FROM ledger_earning AS e
  WHERE e.account_id = payout.account_id AND e.due_date < upper(payout.span)
    AND e.due_date >= coalesce(lower(payout.span), '-infinity')
  UNION ALL
  SELECT 0, 'rolled', '', '', 'P' || payout.reissue_of_id, '', NULL, NULL, payout.amount_minor
  WHERE payout.reissue_of_id IS NOT NULL
) AS line ON true"""


class PayoutLines(Columns):
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    status = Column("Status", Kind.CODE, sql=labels("payout.status", PayoutStatus.choices), width=18)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="payout.country", width=8)
    currency = Column("Currency", Kind.CODE, sql="payout.currency", width=9)
    kind = Column("Kind", Kind.CODE, sql=labels("line.kind", EarningKind.choices), width=16)
    amount = Column("Amount", Kind.MONEY, sql="line.amount_minor", currency="payout.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="line.amount_minor", width=20)
    order_ref = Column("Order", sql="line.order_ref", width=24)
    description = Column("Description", sql="line.description", width=32)
    source = Column("Source", sql="line.source", width=14)
    external_id = Column("Id at the source", sql="line.external_id", width=28)
    occurred = Column("Occurred", Kind.DAY, sql="line.occurred_date", width=12)
    due = Column("Due", Kind.DAY, sql="line.due_date", width=12)


LINES = Definition(
    kind="lines",
    title=noted("Payout lines"),
    noun="lines",
    whole=later("The lines of all payouts"),
    lead=noted("The earnings behind payouts, one row each. The rows of a payout add up to it."),
    permissions=("payouts.view_payout", "ledger.view_earning"),
    resource=PayoutLines,
    source=_SOURCE,
    order="payout.id DESC, line.due_date, line.id",
    key="payout.reference || '/' || line.id",
    sorts=PAYOUT_SORTS,
    tail="line.due_date, line.id",
)
