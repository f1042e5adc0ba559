"""What went to banks: batches with references."""

from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.queries import export_filters
from payouts.states import BatchStatus, SubmissionStatus
from sellers.ledger.words import noted

_BATCHES = """({rows}) AS batch JOIN payouts_fundingaccount AS funding ON funding.id = batch.funding_account_id
JOIN auth_user AS proposer ON proposer.id = batch.proposed_by_id
LEFT JOIN auth_user AS approver ON approver.id = batch.approved_by_id
LEFT JOIN payouts_submission AS submission ON submission.batch_id = batch.id
LEFT JOIN LATERAL (
  SELECT count(*) AS items, sum(a.amount_minor)::bigint AS minor FROM payouts_attempt AS a
  WHERE a.submission_id = submission.id
) AS sent ON submission.id IS NOT NULL"""


class Batches(Columns):
    batch = Column("Batch", Kind.CODE, sql="batch.reference", width=10)
    status = Column("Status", Kind.CODE, sql=labels("batch.status", BatchStatus.choices), width=16)
    rail = Column("Rail", sql="batch.rail", width=10)
    funding = Column("Paid from", sql="funding.code", width=16)
    currency = Column("Currency", Kind.CODE, sql="batch.currency", width=9)
    value_date = Column("Value date", Kind.DAY, sql="batch.value_date", width=12)
    payouts = Column("Payouts", Kind.COUNT, sql="coalesce(sent.items, batch.item_count)", width=9)
    amount = Column(
        "Amount",
        Kind.MONEY,
        sql="coalesce(sent.minor, batch.total_minor)",
        currency="batch.currency",
        width=16,
    )
    amount_minor = Column(
        "Amount in minor units", Kind.COUNT, sql="coalesce(sent.minor, batch.total_minor)", width=20
    )
    message_id = Column("Our reference at the bank", sql="submission.key", width=36)
    bank_reference = Column("Bank's reference", sql="submission.bank_reference", width=24)
    sent_status = Column(
        "Handed over", Kind.CODE, sql=labels("submission.status", SubmissionStatus.choices), width=18
    )
    delivered_at = Column("Handed over at", Kind.MOMENT, sql="submission.delivered_at", width=20)
    sha256 = Column("SHA-256 of the file", sql="submission.body_sha256", width=24)
    proposed_by = Column("Proposed by", sql="proposer.username", width=16)
    proposed_at = Column("Proposed", Kind.MOMENT, sql="batch.proposed_at", width=20)
    approved_by = Column("Approved by", sql="approver.username", width=16)
    approved_at = Column("Approved", Kind.MOMENT, sql="batch.approved_at", width=20)


BATCHES = Definition(
    kind="batches",
    title=noted("Batches with bank references"),
    noun="batches",
    lead=noted(
        "One row a hand-over to a bank: a batch that went as a file, or each call of one that went by calls."
    ),
    permissions=("payouts.view_batch",),
    resource=Batches,
    source=_BATCHES,
    order="batch.id DESC, submission.id",
    key="batch.reference || '/' || row_number() OVER (PARTITION BY batch.id ORDER BY submission.id)",
    filter=export_filters.BatchFilter,
)
