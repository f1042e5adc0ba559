"""Our bank's word: its statements, and their lines one by one, as their lists have them."""

from backoffice.words import later
from payouts.exports.columns import Column, Columns, Kind, labels, literal
from payouts.exports.definition import Definition
from payouts.models import LineKind
from payouts.queries import list_filters
from sellers.ledger.words import noted

_LINES = """({rows}) AS line JOIN payouts_statement AS statement ON statement.id = line.statement_id
JOIN payouts_fundingaccount AS funding ON funding.id = statement.funding_account_id
LEFT JOIN payouts_attempt AS attempt ON attempt.id = line.attempt_id
LEFT JOIN payouts_payout AS payout ON payout.id = attempt.payout_id
LEFT JOIN payouts_submission AS submission ON submission.id = coalesce(line.submission_id, attempt.submission_id)
LEFT JOIN payouts_batch AS batch ON batch.id = submission.batch_id"""
_STATE = f"""CASE WHEN line.matched_at IS NOT NULL THEN {literal("Matched")} WHEN EXISTS (
  SELECT FROM payouts_lineresolution AS r WHERE r.confirmed_at IS NULL AND r.dismissed_at IS NULL
    AND (r.line_id = line.id OR r.other_line_id = line.id)
) THEN {literal("To confirm")} ELSE {literal("Open")} END"""
_STATEMENTS = """({rows}) AS statement
JOIN payouts_fundingaccount AS funding ON funding.id = statement.funding_account_id
CROSS JOIN LATERAL (
  SELECT count(*) AS lines, count(*) FILTER (WHERE l.matched_at IS NULL) AS unmatched
  FROM payouts_statementline AS l WHERE l.statement_id = statement.id
) AS has"""


class BankLines(Columns):
    line_id = Column("Line id", Kind.CODE, sql="'L' || line.id", width=10)
    funding = Column("Bank account", sql="funding.code", width=16)
    statement = Column("Statement", sql="statement.statement_id", width=20)
    number = Column("Line", Kind.COUNT, sql="line.number", width=7)
    booked = Column("Booked", Kind.DAY, sql="line.booking_date", width=12)
    value_date = Column("Value date", Kind.DAY, sql="line.value_date", width=12)
    kind = Column("What it is", Kind.CODE, sql=labels("line.kind", LineKind.choices), width=20)
    state = Column(
        "State",
        Kind.CODE,
        sql=_STATE,
        words=(later("Matched"), later("To confirm"), later("Open")),
        width=12,
    )
    currency = Column("Currency", Kind.CODE, sql="funding.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql="line.amount_minor", currency="funding.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="line.amount_minor", width=20)
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    batch = Column("Batch", Kind.CODE, sql="batch.reference", width=10)
    bank_reference = Column("Bank's reference", sql="nullif(line.bank_reference, '')", width=24)
    named = Column("End-to-end id on the line", sql="nullif(line.end_to_end_id, '')", width=18)
    return_code = Column("Bank's code", sql="nullif(line.return_code, '')", width=10)
    matched_at = Column("Matched", Kind.MOMENT, sql="line.matched_at", width=20)
    text = Column("Text", sql="nullif(line.text, '')", width=40)


class BankStatements(Columns):
    statement = Column("Statement", sql="statement.statement_id", width=20)
    funding = Column("Bank account", sql="funding.code", width=16)
    day = Column("Day", Kind.DAY, sql="statement.statement_date", width=12)
    number = Column("Bank's number", Kind.COUNT, sql="statement.sequence", width=10)
    lines = Column("Lines", Kind.COUNT, sql="has.lines", width=8)
    unmatched = Column("Without a match", Kind.COUNT, sql="has.unmatched", width=10)
    currency = Column("Currency", Kind.CODE, sql="funding.currency", width=9)
    # What stood on the account: of one day after another these add up to nothing.
    opening = Column(
        "Opened with",
        Kind.MONEY,
        sql="statement.opening_minor",
        currency="funding.currency",
        width=16,
        summed=False,
    )
    closing = Column(
        "Closed with",
        Kind.MONEY,
        sql="statement.closing_minor",
        currency="funding.currency",
        width=16,
        summed=False,
    )
    closing_minor = Column("Closed with, in minor units", Kind.COUNT, sql="statement.closing_minor", width=20)
    read_at = Column("Read", Kind.MOMENT, sql="statement.read_at", width=20)
    sha256 = Column("SHA-256 of the statement", sql="statement.body_sha256", width=24)


BANK_LINES = Definition(
    kind="bank_lines",
    title=noted("Lines of bank statements"),
    noun="lines",
    lead=noted("One row a line, as the bank has it, with the payout or batch that it was matched to."),
    permissions=("payouts.see_reconciliation",),
    resource=BankLines,
    source=_LINES,
    order="line.id",
    key="'L' || line.id",
    filter=list_filters.BankLineFilter,
    shown=("line_id", "funding", "statement", "booked", "kind", "payout", "batch", "amount"),
    place="line.id",
)
BANK_STATEMENTS = Definition(
    kind="bank_statements",
    title=noted("Bank statements"),
    noun="statements",
    lead=noted("One row a statement of one of our accounts, newest first: what it opened and closed with."),
    permissions=("payouts.see_reconciliation",),
    resource=BankStatements,
    source=_STATEMENTS,
    order="statement.id DESC",
    key="'B' || statement.id",
    filter=list_filters.StatementFilter,
)
