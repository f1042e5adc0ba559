"""Bank accounts that somebody asked for: those to verify, or those that were decided. Numbers are masked."""

from backoffice.words import later
from payouts.exports.columns import YES_NO, Column, Columns, Kind, literal, literals
from payouts.exports.definition import Definition
from payouts.exports.ordering import WORKLIST_SORTS
from payouts.queries.worklist_filters import AccountFilter
from payouts.states import UNSENT
from sellers.ledger.words import noted

# What waits for an account waits for each version of it, and counts in the total once.
_SOURCE = f"""({{rows}}) AS version JOIN payouts_payoutaccount AS slot ON slot.id = version.slot_id
JOIN sellers_seller AS seller ON seller.id = slot.seller_id
JOIN auth_user AS asker ON asker.id = version.requested_by_id
LEFT JOIN payouts_accountdecision AS decision ON decision.version_id = version.id
LEFT JOIN auth_user AS decider ON decider.id = decision.decided_by_id
LEFT JOIN payouts_accountversion AS current ON current.id = slot.current_id
JOIN (SELECT slot_id, min(id) AS id FROM ({{rows}}) AS each_one GROUP BY slot_id) AS first ON first.slot_id = slot.id
CROSS JOIN LATERAL (
  SELECT count(*) AS payouts, coalesce(sum(p.amount_minor), 0)::bigint AS minor FROM payouts_payout AS p
  WHERE p.seller_id = slot.seller_id AND p.currency = slot.currency AND p.status IN ({literals(sorted(UNSENT))})
) AS unsent
CROSS JOIN LATERAL (SELECT version.id, slot.currency, unsent.minor AS amount_minor) AS listed"""  # noqa: S608 - constants only
_ELSEWHERE = """CASE WHEN EXISTS (
  SELECT FROM payouts_accountversion AS v JOIN payouts_payoutaccount AS s ON s.id = v.slot_id
  WHERE v.fingerprint = version.fingerprint AND s.seller_id <> slot.seller_id
) THEN 'yes' ELSE 'no' END"""
_STANDING = f"""CASE WHEN decision.id IS NULL THEN {literal("to verify")}
WHEN NOT decision.verified THEN {literal("rejected")} WHEN current.id = version.id THEN {literal("in effect")}
WHEN current.number > version.number THEN {literal("replaced")} ELSE {literal("verified, waits")} END"""


class Accounts(Columns):
    account = Column("Account, masked", sql="version.masked", width=22)
    version = Column("Version", Kind.COUNT, sql="version.number", width=8)
    what = Column(
        "What",
        Kind.CODE,
        sql=f"CASE WHEN version.number = 1 THEN {literal('First account')} ELSE {literal('Change')} END",
        words=(later("First account"), later("Change")),
        width=14,
    )
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="seller.country", width=8)
    holder = Column("Holder", sql="version.holder_name", width=32)
    bank_country = Column("Bank's country", Kind.CODE, sql="version.country", width=8)
    bank_name = Column("Bank", sql="nullif(version.bank_name, '')", width=24)
    elsewhere = Column("Another seller has it", Kind.CODE, sql=_ELSEWHERE, words=YES_NO, width=12)
    currency = Column("Currency", Kind.CODE, sql="slot.currency", width=9)
    payouts = Column("Payouts not yet sent", Kind.COUNT, sql="unsent.payouts", width=9)
    amount = Column(
        "Not yet sent",
        Kind.MONEY,
        sql="unsent.minor",
        currency="slot.currency",
        total="CASE WHEN version.id = first.id THEN unsent.minor ELSE 0 END",
        width=16,
    )
    amount_minor = Column("Not yet sent in minor units", Kind.COUNT, sql="unsent.minor", width=20)
    asked_by = Column("Asked for by", sql="asker.username", width=16)
    asked_at = Column("Asked for", Kind.MOMENT, sql="version.requested_at", width=20)
    effective_at = Column("Paid from", Kind.MOMENT, sql="version.effective_at", width=20)
    standing = Column(
        "Standing",
        Kind.TEXT,
        sql=_STANDING,
        words=(
            later("to verify"),
            later("verified, waits"),
            later("in effect"),
            later("replaced"),
            later("rejected"),
        ),
        width=14,
    )
    decided_by = Column("Decided by", sql="decider.username", width=16)
    decided_at = Column("Decided", Kind.MOMENT, sql="decision.decided_at", width=20)
    note = Column("How it was checked", sql="nullif(decision.note, '')", width=40)


ACCOUNTS = Definition(
    kind="accounts",
    title=noted("Bank accounts asked for"),
    noun="accounts",
    lead=noted(
        "Those to verify, the oldest first, or those that were decided, the newest first; account numbers are masked. "
        "With what is not yet sent to their sellers."
    ),
    permissions=("payouts.view_payoutaccount", "sellers.view_seller"),
    any_of=("payouts.verify_payout_account", "payouts.request_payout_account", "audit.view_event"),
    resource=Accounts,
    source=_SOURCE,
    order="CASE WHEN decision.id IS NULL THEN version.id ELSE -version.id END",
    key="seller.reference || '/' || slot.currency || '/' || version.number",
    filter=AccountFilter,
    sorts=WORKLIST_SORTS,
    shown=("account", "seller", "seller_name", "holder", "asked_by", "asked_at", "standing", "amount"),
    place="listed.id",
)
