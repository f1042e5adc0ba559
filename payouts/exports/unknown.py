"""Submissions of which nobody knows whether the bank has them: what they carry, what came back, what was found."""

from dataclasses import replace

from backoffice.words import later_as
from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.exports.ordering import WORKLIST_SORTS
from payouts.models import Resolution
from payouts.queries.worklist_filters import UnknownFilter
from sellers.ledger.words import noted

_SOURCE = """({rows}) AS submission JOIN payouts_batch AS batch ON batch.id = submission.batch_id
LEFT JOIN payouts_payout AS payout ON payout.id = submission.payout_id
LEFT JOIN sellers_seller AS seller ON seller.id = payout.seller_id
LEFT JOIN payouts_resolution AS finding ON finding.submission_id = submission.id
  AND finding.dismissed_at IS NULL AND finding.confirmed_at IS NULL
LEFT JOIN auth_user AS finder ON finder.id = finding.proposed_by_id
CROSS JOIN LATERAL (
  SELECT count(*) AS payouts, coalesce(sum(a.amount_minor), 0)::bigint AS minor FROM payouts_attempt AS a
  WHERE a.submission_id = submission.id
) AS carries
CROSS JOIN LATERAL (
  SELECT submission.id, submission.status_at, batch.currency, carries.minor AS amount_minor
) AS listed"""


class Unknown(Columns):
    submission = Column("Submission", sql="submission.key", width=36)
    rail = Column("Rail", sql="submission.rail", width=10)
    batch = Column("Batch", Kind.CODE, sql="batch.reference", width=10)
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    payouts = Column("Payouts", Kind.COUNT, sql="carries.payouts", width=9)
    currency = Column("Currency", Kind.CODE, sql="batch.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql="carries.minor", currency="batch.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="carries.minor", width=20)
    since = Column("Unknown since", Kind.MOMENT, sql="submission.status_at", width=20)
    delivered_at = Column("Handed over at", Kind.MOMENT, sql="submission.delivered_at", width=20)
    deliveries = Column("Handed over, times", Kind.COUNT, sql="submission.deliveries", width=9)
    bank_reference = Column("Bank's reference", sql="nullif(submission.bank_reference, '')", width=24)
    code = Column("Bank's code", sql="nullif(submission.answer_code, '')", width=14)
    answer = Column("What came back", sql="nullif(submission.answer_text, '')", width=40)
    finding = Column(
        "Finding", Kind.TEXT, sql=labels("finding.verdict", Resolution.Verdict.choices), width=24
    )
    found_by = Column("Found by", sql="finder.username", width=16)
    found_at = Column("Found", Kind.MOMENT, sql="finding.proposed_at", width=20)
    sha256 = Column("SHA-256 of what was sent", sql="submission.body_sha256", width=24)


UNKNOWN = Definition(
    kind="unknown",
    title=noted("Unknown at the bank"),
    sheet=later_as("sheet", "Unknown at the bank"),
    noun="submissions",
    lead=noted("Handed over without a clear answer, those first of which nobody has known the longest."),
    permissions=("payouts.view_submission", "payouts.view_batch"),
    resource=Unknown,
    source=_SOURCE,
    order="submission.status_at, submission.id",
    key="batch.reference || '/' || submission.id",
    filter=UnknownFilter,
    sorts={**WORKLIST_SORTS, "since": replace(WORKLIST_SORTS["since"], columns=("status_at",))},
    shown=("submission", "rail", "batch", "payouts", "since", "answer", "finding", "amount"),
    place="listed.id",
)
