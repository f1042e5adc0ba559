"""What went to banks: batches with references, and the payments in them."""

from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.queries import export_filters
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus
from sellers.ledger.words import noted

_BATCHES = """({rows}) AS batch JOIN payouts_fundingaccount AS funding ON funding.id = batch.funding_account_id
JOIN auth_user AS proposer ON proposer.id = batch.proposed_by_id
LEFT JOIN auth_user AS approver ON approver.id = batch.approved_by_id
LEFT JOIN payouts_submission AS submission ON submission.batch_id = batch.id
LEFT JOIN LATERAL (
  SELECT count(*) AS items, sum(a.amount_minor)::bigint AS minor FROM payouts_attempt AS a
  WHERE a.submission_id = submission.id
) AS sent ON submission.id IS NOT NULL"""

# What was sent counts as it was sent; of a batch that nothing was sent of yet, what is in it. So the payments add up to
# the batches' own amounts.
_PAYMENTS = """({rows}) AS batch JOIN payouts_fundingaccount AS funding ON funding.id = batch.funding_account_id
JOIN payouts_batchitem AS item ON item.batch_id = batch.id
JOIN payouts_payout AS payout ON payout.id = item.payout_id
JOIN sellers_seller AS seller ON seller.id = payout.seller_id
JOIN payouts_accountversion AS account ON account.id = item.account_version_id
LEFT JOIN LATERAL (
  SELECT a.id, a.end_to_end_id, a.amount_minor, s.key, s.bank_reference
  FROM payouts_attempt AS a JOIN payouts_submission AS s ON s.id = a.submission_id
  WHERE a.payout_id = item.payout_id AND s.batch_id = batch.id
) AS sent ON true
WHERE sent.id IS NOT NULL OR item.left_at IS NULL
  AND NOT EXISTS (SELECT FROM payouts_submission AS s WHERE s.batch_id = batch.id)"""

_PAID = "coalesce(sent.amount_minor, item.amount_minor)"


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


class Payments(Columns):
    batch = Column("Batch", Kind.CODE, sql="batch.reference", width=10)
    value_date = Column("Value date", Kind.DAY, sql="batch.value_date", width=12)
    rail = Column("Rail", sql="batch.rail", width=10)
    funding = Column("Paid from", sql="funding.code", width=16)
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    status = Column("Status", Kind.CODE, sql=labels("payout.status", PayoutStatus.choices), width=18)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    currency = Column("Currency", Kind.CODE, sql="batch.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql=_PAID, currency="batch.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql=_PAID, width=20)
    account = Column("Paid to", sql="account.masked", width=22)
    end_to_end_id = Column("End-to-end id", Kind.CODE, sql="sent.end_to_end_id", width=16)
    message_id = Column("Our reference at the bank", sql="sent.key", width=36)
    bank_reference = Column("Bank's reference", sql="sent.bank_reference", width=24)


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
PAYMENTS = Definition(
    kind="payments",
    title=noted("Payments in batches"),
    noun="payments",
    lead=noted(
        "One row a payout in a batch, as it went to the bank or is to go. They add up to the batches."
    ),
    permissions=("payouts.view_batch", "payouts.view_payout"),
    resource=Payments,
    source=_PAYMENTS,
    order="item.id DESC",
    key="batch.reference || '/' || payout.reference",
    filter=export_filters.BatchFilter,
    shown=("batch", "value_date", "payout", "status", "seller", "seller_name", "end_to_end_id", "amount"),
    place="item.id DESC",
)
