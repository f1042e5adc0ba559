"""Failed and returned payouts, with the bank's reason in words and what became of the money."""

from typing import Any

from backoffice.words import later
from payouts.exports.columns import Column, Columns, Kind, Row, labels
from payouts.exports.definition import Definition
from payouts.exports.ordering import PAYOUT_SORTS
from payouts.models import Payout
from payouts.queries import dead
from payouts.states import PayoutStatus
from sellers.ledger.words import noted

_SOURCE = """({rows}) AS payout JOIN sellers_seller AS seller ON seller.id = payout.seller_id
JOIN payouts_accountversion AS account ON account.id = payout.payout_account_id
LEFT JOIN payouts_batch AS batch ON batch.id = payout.batch_id
LEFT JOIN payouts_disposal AS disposal ON disposal.payout_id = payout.id
LEFT JOIN LATERAL (
  SELECT f.kind, f.code, f.received_at, a.end_to_end_id
  FROM payouts_attempt AS a JOIN payouts_bankfact AS f ON f.attempt_id = a.id
  WHERE a.payout_id = payout.id AND f.kind IN ('rejected', 'failed', 'returned') ORDER BY f.id DESC LIMIT 1
) AS fact ON true"""
_BECAME = """CASE WHEN disposal.new_payout_id IS NOT NULL THEN 'Paid again'
WHEN disposal.id IS NOT NULL THEN 'Added to the next payout' ELSE 'Waits for a decision' END"""
_WORDS = (later("Paid again"), later("Added to the next payout"), later("Waits for a decision"))


def _reason(row: Row) -> Any:
    return dead.reason_of(row["code"], row["fact_kind"])[0] if row["code"] is not None else None


def _advice(row: Row) -> Any:
    return dead.reason_of(row["code"], row["fact_kind"])[1] if row["code"] is not None else None


class FailedPayouts(Columns):
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    status = Column("Status", Kind.CODE, sql=labels("payout.status", PayoutStatus.choices), width=12)
    status_at = Column("Since", Kind.MOMENT, sql="payout.status_at", width=20)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="payout.country", width=8)
    currency = Column("Currency", Kind.CODE, sql="payout.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql="payout.amount_minor", currency="payout.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="payout.amount_minor", width=20)
    account = Column("Paid to", sql="account.masked", width=22)
    end_to_end_id = Column("End-to-end id", sql="fact.end_to_end_id", width=16)
    code = Column("Bank's code", sql="fact.code", width=12)
    reason = Column("Bank's reason", of=_reason, uses=("code", "fact_kind"), width=40)
    advice = Column("What to do", of=_advice, uses=("code", "fact_kind"), width=40)
    became = Column(
        "What became of it",
        Kind.CODE,
        sql=_BECAME,
        width=24,
        words=_WORDS,
    )
    paid_again_as = Column("Paid again as", Kind.CODE, sql="'P' || disposal.new_payout_id", width=14)
    batch = Column("Batch", Kind.CODE, sql="batch.reference", width=10)
    value_date = Column("Value date", Kind.DAY, sql="batch.value_date", width=12)


FAILED = Definition(
    kind="failed",
    title=noted("Failed and returned payouts"),
    noun="payouts",
    whole=later("All failed and returned payouts"),
    lead=noted("With the bank's reason, and what became of the money. Newest payout first."),
    permissions=("payouts.view_payout",),
    resource=FailedPayouts,
    source=_SOURCE,
    order="payout.id DESC",
    key="payout.reference",
    sorts=PAYOUT_SORTS,
    rows=lambda: Payout.objects.filter(status__in=[PayoutStatus.FAILED, PayoutStatus.RETURNED]),
    needs={"fact_kind": "fact.kind"},
    row_is_payout=True,
)
