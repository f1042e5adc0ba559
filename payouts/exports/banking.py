"""What went to banks and what their statements say: batches with references, and lines beside payments and books."""

from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.models import LineKind
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
_LINES = """({rows}) AS line JOIN payouts_statement AS statement ON statement.id = line.statement_id
JOIN payouts_fundingaccount AS funding ON funding.id = statement.funding_account_id
LEFT JOIN payouts_attempt AS attempt ON attempt.id = line.attempt_id
LEFT JOIN payouts_payout AS payout ON payout.id = attempt.payout_id
LEFT JOIN payouts_submission AS submission ON submission.id = coalesce(line.submission_id, attempt.submission_id)
LEFT JOIN payouts_lineresolution AS resolution ON resolution.id = line.resolution_id
LEFT JOIN auth_user AS proposer ON proposer.id = resolution.proposed_by_id
LEFT JOIN auth_user AS confirmer ON confirmer.id = resolution.confirmed_by_id
LEFT JOIN LATERAL (
  SELECT t.key, sum(e.amount_minor)::bigint AS minor FROM ledger_transaction AS t
  JOIN ledger_entry AS e ON e.transaction_id = t.id AND e.book = 'cash'
  WHERE t.key = 'bankline:' || line.id GROUP BY t.key
) AS booked ON true"""


class Batches(Columns):
    batch = Column(noted("Batch"), Kind.CODE, sql="batch.reference", width=10)
    status = Column(noted("Status"), Kind.CODE, sql=labels("batch.status", BatchStatus.choices), width=16)
    rail = Column(noted("Rail"), sql="batch.rail", width=10)
    funding = Column(noted("Paid from"), sql="funding.code", width=16)
    currency = Column(noted("Currency"), Kind.CODE, sql="batch.currency", width=9)
    value_date = Column(noted("Value date"), Kind.DAY, sql="batch.value_date", width=12)
    payouts = Column(noted("Payouts"), Kind.COUNT, sql="coalesce(sent.items, batch.item_count)", width=9)
    amount = Column(
        noted("Amount"),
        Kind.MONEY,
        sql="coalesce(sent.minor, batch.total_minor)",
        currency="batch.currency",
        width=16,
    )
    amount_minor = Column(
        noted("Amount in minor units"), Kind.COUNT, sql="coalesce(sent.minor, batch.total_minor)", width=20
    )
    message_id = Column(noted("Our reference at the bank"), sql="submission.key", width=36)
    bank_reference = Column(noted("Bank's reference"), sql="submission.bank_reference", width=24)
    sent_status = Column(
        noted("Handed over"), Kind.CODE, sql=labels("submission.status", SubmissionStatus.choices), width=18
    )
    delivered_at = Column(noted("Handed over at"), Kind.MOMENT, sql="submission.delivered_at", width=20)
    sha256 = Column(noted("SHA-256 of the file"), sql="submission.body_sha256", width=24)
    proposed_by = Column(noted("Proposed by"), sql="proposer.username", width=16)
    proposed_at = Column(noted("Proposed"), Kind.MOMENT, sql="batch.proposed_at", width=20)
    approved_by = Column(noted("Approved by"), sql="approver.username", width=16)
    approved_at = Column(noted("Approved"), Kind.MOMENT, sql="batch.approved_at", width=20)


class Reconciliation(Columns):
    funding = Column(noted("Bank account"), sql="funding.code", width=16)
    statement = Column(noted("Statement"), sql="statement.statement_id", width=20)
    number = Column(noted("Line"), Kind.COUNT, sql="line.number", width=7)
    booked = Column(noted("Booked"), Kind.DAY, sql="line.booking_date", width=12)
    value_date = Column(noted("Value date"), Kind.DAY, sql="line.value_date", width=12)
    currency = Column(noted("Currency"), Kind.CODE, sql="funding.currency", width=9)
    amount = Column(
        noted("Bank's amount"), Kind.MONEY, sql="line.amount_minor", currency="funding.currency", width=16
    )
    amount_minor = Column(
        noted("Bank's amount in minor units"), Kind.COUNT, sql="line.amount_minor", width=20
    )
    kind = Column(noted("What it is"), Kind.CODE, sql=labels("line.kind", LineKind.choices), width=20)
    bank_reference = Column(noted("Bank's reference"), sql="line.bank_reference", width=24)
    named = Column(noted("End-to-end id on the line"), sql="line.end_to_end_id", width=18)
    attempt = Column(noted("Payment"), Kind.CODE, sql="attempt.end_to_end_id", width=14)
    payout = Column(noted("Payout"), Kind.CODE, sql="payout.reference", width=12)
    message_id = Column(noted("File"), sql="submission.key", width=36)
    paid = Column(
        noted("Payment's amount"),
        Kind.MONEY,
        sql="attempt.amount_minor",
        currency="funding.currency",
        width=16,
    )
    ledger = Column(
        noted("Books: cash"), Kind.MONEY, sql="booked.minor", currency="funding.currency", width=16
    )
    ledger_key = Column(noted("Books: transaction"), sql="booked.key", width=18)
    difference = Column(
        noted("Bank less books"),
        Kind.MONEY,
        sql="line.amount_minor - coalesce(booked.minor, 0)",
        currency="funding.currency",
        width=16,
    )
    matched_at = Column(noted("Matched"), Kind.MOMENT, sql="line.matched_at", width=20)
    resolved_by = Column(noted("Resolved by"), sql="proposer.username", width=16)
    confirmed_by = Column(noted("Confirmed by"), sql="confirmer.username", width=16)
    text = Column(noted("Text"), sql="line.text", width=40)


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
RECONCILIATION = Definition(
    kind="reconciliation",
    title=noted("Reconciliation report"),
    noun="lines",
    lead=noted("Each line of our bank statements, beside the payment it is and what the books say."),
    permissions=("payouts.see_reconciliation",),
    resource=Reconciliation,
    source=_LINES,
    order="line.booking_date DESC, line.id DESC",
    key="'L' || line.id",
    filter=export_filters.LineFilter,
)
