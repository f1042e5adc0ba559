"""The reconciliation report: each line of our statements beside the payments it is and the books; then what is on its
way and on no statement yet.

A line of several payments has a row for each, and its amount is told by their parts. All sides are read off the ledger:
what the line's own transaction posted, and what the one that matched it later did (docs/adr/0033).
"""

from typing import Any

from django.db.models import QuerySet

from backoffice.words import later, recorded
from payouts.exports.columns import Column, Columns, Kind, labels, literal
from payouts.exports.definition import Definition
from payouts.models import FundingAccount, LineKind
from payouts.queries import export_filters, filters
from sellers.ledger.words import noted

_OF_LINE = """FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
    WHERE t.key IN ('bankline:' || line.id, 'bankline:' || line.id || ':matched')"""
# The first row of a line has what its other rows have not: so they add up to it, whatever the bank kept of it.
_SOURCE = f"""(
  SELECT line.id AS line_id, coalesce(part.number, 1) AS part, part.payout_ref, line.attempt_id, line.submission_id,
    (SELECT s.funding_account_id FROM payouts_statement AS s WHERE s.id = line.statement_id) AS funding_id,
    CASE WHEN coalesce(part.number, 1) = 1 THEN line.amount_minor + coalesce(part.others, 0)
      ELSE -part.minor END AS bank,
    CASE WHEN coalesce(part.number, 1) = 1 THEN book.cash + coalesce(part.others, 0) ELSE -part.minor END AS cash,
    coalesce(part.minor, 0) AS in_transit,
    CASE WHEN coalesce(part.number, 1) = 1 THEN book.suspense ELSE 0 END AS suspense,
    CASE WHEN coalesce(part.number, 1) = 1 THEN book.charges ELSE 0 END AS charges,
    CASE WHEN coalesce(part.number, 1) = 1 THEN book.other ELSE 0 END AS other,
    book.booked_key, book.matched_key, NULL::bigint AS on_its_way
  FROM ({{rows}}) AS line
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.amount_minor) FILTER (WHERE e.book = 'cash'), 0)::bigint AS cash,
      coalesce(sum(e.amount_minor) FILTER (WHERE e.book = 'suspense'), 0)::bigint AS suspense,
      coalesce(sum(e.amount_minor) FILTER (WHERE e.book = 'bank_charges'), 0)::bigint AS charges,
      coalesce(sum(e.amount_minor) FILTER (WHERE e.book NOT IN ('cash', 'in_transit', 'suspense', 'bank_charges')), 0)
        ::bigint AS other,
      min(t.key) FILTER (WHERE t.key = 'bankline:' || line.id) AS booked_key,
      min(t.key) FILTER (WHERE t.key <> 'bankline:' || line.id) AS matched_key
    {_OF_LINE}
  ) AS book
  LEFT JOIN LATERAL (
    SELECT e.payout_ref, sum(e.amount_minor)::bigint AS minor, row_number() OVER (ORDER BY min(e.id)) AS number,
      (sum(sum(e.amount_minor)) OVER () - sum(e.amount_minor))::bigint AS others
    {_OF_LINE} AND e.book = 'in_transit' GROUP BY e.payout_ref
  ) AS part ON true
  UNION ALL
  SELECT NULL, 1, sent.payout_ref, newest.id, newest.submission_id, home.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, -sent.minor
  FROM (
    SELECT e.payout_ref, sum(e.amount_minor)::bigint AS minor
    FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
    WHERE e.book = 'in_transit' AND {{before}} GROUP BY e.payout_ref HAVING sum(e.amount_minor) <> 0
  ) AS sent JOIN payouts_payout AS p ON p.reference = sent.payout_ref
  CROSS JOIN LATERAL (
    SELECT a.id, a.submission_id FROM payouts_attempt AS a WHERE a.payout_id = p.id AND EXISTS (
      SELECT FROM ledger_transaction AS t WHERE t.key = 'attempt:' || a.id || ':submitted' AND {{before}})
    ORDER BY a.number DESC LIMIT 1
  ) AS newest
  JOIN payouts_submission AS s ON s.id = newest.submission_id JOIN payouts_batch AS b ON b.id = s.batch_id
  JOIN ({{also}}) AS home ON home.id = b.funding_account_id
) AS item JOIN payouts_fundingaccount AS funding ON funding.id = item.funding_id
LEFT JOIN payouts_statementline AS line ON line.id = item.line_id
LEFT JOIN payouts_statement AS statement ON statement.id = line.statement_id
LEFT JOIN payouts_payout AS payout ON payout.reference = item.payout_ref
LEFT JOIN payouts_attempt AS attempt ON attempt.payout_id = payout.id AND (attempt.id = item.attempt_id
  OR item.attempt_id IS NULL AND attempt.submission_id = item.submission_id)
LEFT JOIN payouts_submission AS submission ON submission.id = coalesce(item.submission_id, attempt.submission_id)
LEFT JOIN payouts_lineresolution AS resolution ON resolution.id = line.resolution_id
LEFT JOIN auth_user AS proposer ON proposer.id = resolution.proposed_by_id
LEFT JOIN auth_user AS confirmer ON confirmer.id = resolution.confirmed_by_id"""  # noqa: S608 - constants only
_NOT_YET = later("Not on a statement yet")
_KIND = (
    f"CASE WHEN item.line_id IS NULL THEN {literal(recorded(_NOT_YET))} "
    f"ELSE {labels('line.kind', LineKind.choices)} END"
)
# What the bank moved less the payments, returns, charges and other books it was matched to: a line in suspense is open
# with all of its amount. Two lines that undo each other were matched to each other.
_OPEN = (
    "CASE WHEN line.kind = 'undone' THEN 0 ELSE item.bank + item.in_transit + item.charges + item.other END"
)


def money_column(heading: str, sql: str, width: int = 16, *, summed: bool = True) -> Column:
    return Column(heading, Kind.MONEY, sql=sql, currency="funding.currency", width=width, summed=summed)


class Reconciliation(Columns):
    funding = Column("Bank account", sql="funding.code", width=16)
    statement = Column("Statement", sql="statement.statement_id", width=20)
    number = Column("Line", Kind.COUNT, sql="line.number", width=7)
    booked = Column("Booked", Kind.DAY, sql="line.booking_date", width=12)
    value_date = Column("Value date", Kind.DAY, sql="line.value_date", width=12)
    currency = Column("Currency", Kind.CODE, sql="funding.currency", width=9)
    amount = money_column("Bank's amount", "item.bank")
    amount_minor = Column("Bank's amount in minor units", Kind.COUNT, sql="item.bank", width=20)
    # The same on every row of the line.
    whole = money_column("Bank's whole line", "line.amount_minor", summed=False)
    kind = Column(
        "What it is",
        Kind.CODE,
        sql=_KIND,
        width=20,
        words=(_NOT_YET, *(label for _code, label in LineKind.choices)),
    )
    bank_reference = Column("Bank's reference", sql="line.bank_reference", width=24)
    named = Column("End-to-end id on the line", sql="line.end_to_end_id", width=18)
    attempt = Column("Payment", Kind.CODE, sql="attempt.end_to_end_id", width=14)
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    message_id = Column("File", sql="submission.key", width=36)
    # The same where the payment was debited and where it came back.
    paid = money_column("Payment's amount", "attempt.amount_minor", summed=False)
    difference = money_column("Bank less books", _OPEN)
    on_its_way = money_column("Still on its way", "item.on_its_way")
    ledger = money_column("Books: cash", "item.cash")
    in_transit = money_column("Books: on its way", "item.in_transit")
    suspense = money_column("Books: not matched yet", "item.suspense", 18)
    charges = money_column("Books: bank charges", "item.charges")
    other = money_column("Books: other accounts", "item.other")
    ledger_key = Column("Books: transaction", sql="item.booked_key", width=18)
    matched_key = Column("Books: transaction of a later match", sql="item.matched_key", width=26)
    matched_at = Column("Matched", Kind.MOMENT, sql="line.matched_at", width=20)
    resolved_by = Column("Resolved by", sql="proposer.username", width=16)
    confirmed_by = Column("Confirmed by", sql="confirmer.username", width=16)
    text = Column("Text", sql="line.text", width=40)


def _accounts(chosen: filters.ListFilter) -> QuerySet[Any]:
    """Our bank accounts whose payments without a line are in the report; none where only matched lines are wanted."""
    given = chosen.cleaned
    found = FundingAccount.objects.all()
    if given.get("funding"):
        found = found.filter(code=given["funding"])
    return found.filter(pk=0) if given.get("matched") else found


RECONCILIATION = Definition(
    kind="reconciliation",
    title=noted("Reconciliation report"),
    noun="lines",
    lead=noted(
        "Each line of our bank statements, a row for each payment in it, beside what the books say; "
        "at the end what is on its way and on no statement yet."
    ),
    permissions=("payouts.see_reconciliation",),
    resource=Reconciliation,
    source=_SOURCE,
    order="item.line_id IS NULL, line.booking_date DESC, item.line_id DESC, item.part, payout.id DESC",
    key=(
        "CASE WHEN item.line_id IS NULL THEN payout.reference WHEN item.part = 1 THEN 'L' || item.line_id "
        "ELSE 'L' || item.line_id || '/' || item.part END"
    ),
    filter=export_filters.LineFilter,
    also=_accounts,
    before=lambda chosen: chosen.cleaned.get("booked_before"),
    shown=("funding", "statement", "booked", "kind", "payout", "amount"),
)
