"""The payout register: one row a payout."""

from payouts.exports.columns import YES_NO, Column, Columns, Kind, labels, literals
from payouts.exports.definition import Definition
from payouts.exports.ordering import PAYOUT_SORTS
from payouts.exports.sellers import STANDING, STANDINGS
from payouts.models import HoldReason
from payouts.queries import flags
from payouts.states import UNSENT, PayoutStatus
from sellers.ledger.words import noted

# The first payout of an account covers everything before: its first day is that of the first earning.
_FIRST = """
SELECT account_id, min(due_date) AS day FROM ledger_earning
WHERE account_id IN (SELECT account_id FROM ({rows}) AS chosen WHERE lower_inf(chosen.span)) GROUP BY account_id
"""
_HELD = f"""
SELECT payout_id, string_agg(DISTINCT {labels("reason", HoldReason.choices)}, '; ') AS reasons
FROM (
  SELECT payout_id, reason FROM payouts_hold WHERE released_at IS NULL AND payout_id IS NOT NULL
  UNION ALL
  SELECT p.id, h.reason FROM payouts_hold AS h JOIN payouts_payout AS p ON p.seller_id = h.seller_id
  WHERE h.released_at IS NULL
) AS open_hold WHERE {{only}} GROUP BY payout_id
"""  # noqa: S608 - constants only
_FLAGGED = f"""
SELECT payout_id, string_agg({labels("split_part(code, ':', 1)", flags.CODES.items())}, '; ' ORDER BY id) AS words
FROM {flags.STANDING} AS flag WHERE {{only}} GROUP BY payout_id
"""  # noqa: S608 - constants only
# The index of an attempt's number finds the last one: two look-ups a payout.
_SENT = """
SELECT a.end_to_end_id, nullif(s.bank_reference, '') AS bank_reference
FROM payouts_attempt AS a JOIN payouts_submission AS s ON s.id = a.submission_id
WHERE a.payout_id = payout.id ORDER BY a.number DESC LIMIT 1
"""
# As `holding.blocked` has it.
_BLOCKED = f"""CASE WHEN payout.status IN ({literals(sorted(UNSENT))}) AND (held.reasons IS NOT NULL
  OR seller.suspended_at IS NOT NULL OR seller.verified_at IS NULL) THEN 'yes' ELSE 'no' END"""
SELLER = """JOIN sellers_seller AS seller ON seller.id = payout.seller_id"""
_SOURCE = f"""({{rows}}) AS payout {SELLER}
JOIN payouts_accountversion AS account ON account.id = payout.payout_account_id
LEFT JOIN payouts_batch AS batch ON batch.id = payout.batch_id
LEFT JOIN LATERAL ({_SENT}) AS sent ON true
LEFT JOIN ({_HELD}) AS held ON held.payout_id = payout.id
LEFT JOIN ({_FLAGGED}) AS flagged ON flagged.payout_id = payout.id
LEFT JOIN ({_FIRST}) AS first ON first.account_id = payout.account_id AND lower_inf(payout.span)"""


class PayoutRegister(Columns):
    """The page, the API and the command all take these columns."""

    reference = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    status = Column("Status", Kind.CODE, sql=labels("payout.status", PayoutStatus.choices), width=18)
    status_at = Column("Status since", Kind.MOMENT, sql="payout.status_at", width=20)
    on_hold = Column(
        "On hold",
        Kind.CODE,
        sql="CASE WHEN held.reasons IS NULL THEN 'no' ELSE 'yes' END",
        words=YES_NO,
        width=8,
    )
    holds = Column(
        "Hold reasons", Kind.TEXT, sql="held.reasons", width=24, words=HoldReason.labels, many=True
    )
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="payout.country", width=8)
    currency = Column("Currency", Kind.CODE, sql="payout.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql="payout.amount_minor", currency="payout.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="payout.amount_minor", width=20)
    period_start = Column(
        "Period from",
        Kind.DAY,
        sql="coalesce(lower(payout.span), first.day, upper(payout.span) - 1)",
        width=12,
    )
    period_end = Column("Period to", Kind.DAY, sql="upper(payout.span) - 1", width=12)
    created_at = Column("Created", Kind.MOMENT, sql="payout.created_at", width=20)
    batch = Column("Batch", Kind.CODE, sql="batch.reference", width=10)
    value_date = Column("Value date", Kind.DAY, sql="batch.value_date", width=12)
    account = Column("Paid to", sql="account.masked", width=22)
    end_to_end_id = Column("End-to-end id", sql="sent.end_to_end_id", width=16)
    bank_reference = Column("Bank's reference", sql="sent.bank_reference", width=24)
    flags = Column("Flags", sql="flagged.words", width=24, words=flags.CODES.values(), many=True)
    reissue_of = Column("Reissue of", Kind.CODE, sql="'P' || payout.reissue_of_id", width=12)
    blocked = Column("Blocked", Kind.CODE, sql=_BLOCKED, words=YES_NO, width=8, optional=True)
    seller_standing = Column(
        "Seller's standing", Kind.CODE, sql=STANDING, words=STANDINGS, width=14, optional=True
    )


PAYOUTS = Definition(
    kind="payouts",
    title=noted("Payout register"),
    noun="payouts",
    lead=noted("One row a payout, newest first."),
    permissions=("payouts.view_payout",),
    resource=PayoutRegister,
    source=_SOURCE,
    order="payout.id DESC",
    key="payout.reference",
    sorts=PAYOUT_SORTS,
    row_is_payout=True,
)
