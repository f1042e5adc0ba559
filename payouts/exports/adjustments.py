"""Adjustments of sellers' balances: those to decide, or those that were decided."""

from backoffice.words import later
from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.exports.ordering import WORKLIST_SORTS
from payouts.queries.worklist_filters import AdjustmentFilter
from sellers.ledger.models import Adjustment, AdjustmentKind
from sellers.ledger.words import noted

_SOURCE = """({rows}) AS adjustment JOIN ledger_account AS account ON account.id = adjustment.account_id
JOIN sellers_seller AS seller ON seller.id = account.seller_id
JOIN auth_user AS asker ON asker.id = adjustment.requested_by_id
LEFT JOIN auth_user AS decider ON decider.id = adjustment.decided_by_id
LEFT JOIN ledger_earning AS earning ON earning.id = adjustment.earning_id
CROSS JOIN LATERAL (SELECT adjustment.id, account.currency, adjustment.amount_minor) AS listed"""
_TO_DECIDE = ("", later("To decide"))
_DECISIONS = [_TO_DECIDE, *(Adjustment._meta.get_field("decision").choices or ())]


class Adjustments(Columns):
    adjustment = Column("Adjustment", Kind.CODE, sql="'A' || adjustment.id", width=12)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="seller.country", width=8)
    kind = Column("Kind", Kind.TEXT, sql=labels("adjustment.kind", AdjustmentKind.choices), width=14)
    currency = Column("Currency", Kind.CODE, sql="account.currency", width=9)
    amount = Column(
        "Amount", Kind.MONEY, sql="adjustment.amount_minor", currency="account.currency", width=16
    )
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="adjustment.amount_minor", width=20)
    reason = Column("Reason", sql="adjustment.reason", width=40)
    document = Column("Document", sql="adjustment.document_name", width=24)
    sha256 = Column("SHA-256 of the document", sql="adjustment.document_sha256", width=24)
    asked_by = Column("Asked for by", sql="asker.username", width=16)
    asked_at = Column("Asked for", Kind.MOMENT, sql="adjustment.requested_at", width=20)
    decision = Column("Decision", Kind.CODE, sql=labels("adjustment.decision", _DECISIONS), width=12)
    decided_by = Column("Decided by", sql="decider.username", width=16)
    decided_at = Column("Decided", Kind.MOMENT, sql="adjustment.decided_at", width=20)
    note = Column("Note for the record", sql="nullif(adjustment.decision_note, '')", width=40)
    transaction = Column("Transaction", Kind.CODE, sql="'T' || earning.transaction_id", width=12)


ADJUSTMENTS = Definition(
    kind="adjustments",
    title=noted("Adjustments"),
    noun="adjustments",
    lead=noted("Those to decide, the oldest first, or those that were decided, the newest first."),
    permissions=("ledger.view_adjustment", "sellers.view_seller"),
    resource=Adjustments,
    source=_SOURCE,
    order="CASE WHEN adjustment.decision = '' THEN adjustment.id ELSE -adjustment.id END",
    key="'A' || adjustment.id",
    filter=AdjustmentFilter,
    sorts=WORKLIST_SORTS,
    shown=("adjustment", "seller", "seller_name", "kind", "reason", "asked_by", "asked_at", "amount"),
    place="listed.id",
)
