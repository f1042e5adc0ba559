"""Recalls: what the bank was asked to bring back, and what it answered."""

from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.exports.ordering import WORKLIST_SORTS
from payouts.models import RecallChannel, RecallState
from payouts.queries.worklist_filters import RecallFilter
from payouts.states import PayoutStatus
from sellers.ledger.words import noted

_SOURCE = """({rows}) AS recall JOIN payouts_attempt AS attempt ON attempt.id = recall.attempt_id
JOIN payouts_payout AS payout ON payout.id = attempt.payout_id
JOIN sellers_seller AS seller ON seller.id = payout.seller_id
JOIN auth_user AS asker ON asker.id = recall.asked_by_id
LEFT JOIN auth_user AS recorder ON recorder.id = recall.recorded_by_id
CROSS JOIN LATERAL (SELECT recall.id, payout.currency, attempt.amount_minor) AS listed"""


class Recalls(Columns):
    end_to_end_id = Column("End-to-end id", Kind.CODE, sql="attempt.end_to_end_id", width=16)
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    status = Column("Status", Kind.CODE, sql=labels("payout.status", PayoutStatus.choices), width=18)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="payout.country", width=8)
    currency = Column("Currency", Kind.CODE, sql="payout.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql="attempt.amount_minor", currency="payout.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="attempt.amount_minor", width=20)
    reason = Column("What the bank was told", sql="recall.reason", width=40)
    channel = Column(
        "How it was asked", Kind.TEXT, sql=labels("recall.channel", RecallChannel.choices), width=24
    )
    asked_by = Column("Asked by", sql="asker.username", width=16)
    asked_at = Column("Asked", Kind.MOMENT, sql="recall.asked_at", width=20)
    state = Column("State", Kind.CODE, sql=labels("recall.state", RecallState.choices), width=22)
    answer = Column("What the bank answered", sql="nullif(recall.answer, '')", width=40)
    answered_at = Column("Answered", Kind.MOMENT, sql="recall.answered_at", width=20)
    recorded_by = Column("Recorded by", sql="recorder.username", width=16)
    recorded_at = Column("Recorded", Kind.MOMENT, sql="recall.recorded_at", width=20)


RECALLS = Definition(
    kind="recalls",
    title=noted("Recalls"),
    noun="recalls",
    lead=noted(
        "Those that wait for the bank, the oldest first, or those that it answered, the newest first."
    ),
    permissions=("payouts.view_recall", "payouts.view_payout"),
    resource=Recalls,
    source=_SOURCE,
    order="CASE WHEN recall.state = 'asked' THEN recall.id ELSE -recall.id END",
    key="payout.reference || '/' || recall.id",
    filter=RecallFilter,
    sorts=WORKLIST_SORTS,
    shown=("end_to_end_id", "payout", "seller", "seller_name", "reason", "asked_at", "state", "amount"),
    place="listed.id",
)
