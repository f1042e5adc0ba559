"""For auditors: who approved what beside who reviewed it, and every deed."""

from backoffice.words import later_as
from payouts.exports.columns import YES_NO, Column, Columns, Kind
from payouts.exports.definition import Definition
from payouts.queries import export_filters
from sellers.ledger.words import noted

_APPROVALS = """({rows}) AS approval JOIN payouts_payout AS payout ON payout.id = approval.payout_id
JOIN sellers_seller AS seller ON seller.id = payout.seller_id
JOIN payouts_review AS review ON review.payout_id = approval.payout_id AND review.round = approval.round
JOIN payouts_accountversion AS account ON account.id = approval.account_version_id
JOIN auth_user AS reviewer ON reviewer.id = approval.reviewer_id
JOIN auth_user AS approver ON approver.id = approval.approver_id
JOIN auth_user AS requester ON requester.id = approval.account_requested_by_id
JOIN auth_user AS verifier ON verifier.id = approval.account_verified_by_id
LEFT JOIN payouts_batch AS batch ON batch.id = payout.batch_id
LEFT JOIN auth_user AS proposer ON proposer.id = batch.proposed_by_id
LEFT JOIN auth_user AS treasurer ON treasurer.id = batch.approved_by_id"""


class Approvals(Columns):
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    round = Column("Round", Kind.COUNT, sql="approval.round", width=7)
    counts = Column(
        "Of the present round",
        Kind.CODE,
        sql="CASE WHEN approval.round = payout.round THEN 'yes' ELSE 'no' END",
        words=YES_NO,
    )
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    currency = Column("Currency", Kind.CODE, sql="payout.currency", width=9)
    # The payout's, the same on each of its approvals.
    amount = Column(
        "Amount",
        Kind.MONEY,
        sql="payout.amount_minor",
        currency="payout.currency",
        width=16,
        summed=False,
    )
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="payout.amount_minor", width=20)
    account = Column("Paid to", sql="account.masked", width=22)
    reviewer = Column("Reviewed by", sql="reviewer.username", width=16)
    reviewed_at = Column("Reviewed", Kind.MOMENT, sql="review.reviewed_at", width=20)
    approver = Column("Approved by", sql="approver.username", width=16)
    approved_at = Column("Approved", Kind.MOMENT, sql="approval.approved_at", width=20)
    note = Column("Note", sql="approval.note", width=32)
    requester = Column("Account asked for by", sql="requester.username", width=18)
    verifier = Column("Account verified by", sql="verifier.username", width=18)
    batch = Column("Batch", Kind.CODE, sql="batch.reference", width=10)
    batch_proposer = Column("Batch proposed by", sql="proposer.username", width=18)
    batch_approver = Column("Batch approved by", sql="treasurer.username", width=18)
    digest = Column("Digest of what was seen", sql="approval.digest", width=24)


class Deeds(Columns):
    number = Column("Number", Kind.COUNT, sql="deed.id", width=10)
    at = Column("When", Kind.MOMENT, sql="deed.at", width=20)
    who = Column("Who", sql="deed.actor_name", width=20)
    via = Column("Through", Kind.CODE, sql="deed.via", width=10)
    action = Column("Deed", sql="deed.action", width=24)
    subject = Column("Of what", sql="deed.subject_type", width=20)
    subject_id = Column("Its number", Kind.COUNT, sql="deed.subject_id", width=12)
    data = Column("Facts", sql="deed.data::text", width=60)
    seal = Column("Seal", sql="encode(seal.hash, 'hex')", width=24)


APPROVALS = Definition(
    kind="approvals",
    title=noted("Approvals, with everybody who had a hand in it"),
    sheet=later_as("sheet", "Approvals"),
    noun="approvals",
    lead=noted(
        "One row an approval: who reviewed, who approved, who asked for and who verified the account, and the batch."
    ),
    permissions=("payouts.view_payout", "audit.view_event"),
    resource=Approvals,
    source=_APPROVALS,
    order="approval.id DESC",
    key="payout.reference || '/' || approval.round || '/' || approval.id",
    filter=export_filters.ApprovalFilter,
)
DEEDS = Definition(
    kind="deeds",
    title=noted("Deeds"),
    noun="deeds",
    lead=noted("The audit trail, newest first, each deed with the hash that seals it."),
    permissions=("audit.view_event",),
    resource=Deeds,
    source="({rows}) AS deed LEFT JOIN audit_seal AS seal ON seal.event_id = deed.id",
    order="deed.id DESC",
    key="'D' || deed.id",
    filter=export_filters.DeedFilter,
)
