"""Sellers as their list has them, and what each is owed in each currency now. Account numbers are masked."""

from backoffice.words import later
from payouts.exports.columns import Column, Columns, Kind, labels, literal
from payouts.exports.definition import Definition
from payouts.queries import list_filters
from sellers.ledger.words import noted
from sellers.models import Kind as SellerKind

_SOURCE = """({rows}) AS seller LEFT JOIN ledger_account AS account ON account.seller_id = seller.id
LEFT JOIN LATERAL (
  SELECT coalesce(-sum(e.amount_minor), 0)::bigint AS minor FROM ledger_entry AS e WHERE e.account_id = account.id
) AS owed ON account.id IS NOT NULL
LEFT JOIN payouts_payoutaccount AS slot ON slot.seller_id = seller.id AND slot.currency = account.currency
LEFT JOIN payouts_accountversion AS bank ON bank.id = slot.current_id"""
STANDING = f"""CASE WHEN seller.suspended_at IS NOT NULL THEN {literal("Suspended")}
WHEN seller.verified_at IS NULL THEN {literal("Not verified")} ELSE {literal("Active")} END"""

STANDINGS = (later("Suspended"), later("Not verified"), later("Active"))


class Sellers(Columns):
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    seller_kind = Column("Seller is a", Kind.CODE, sql=labels("seller.kind", SellerKind.choices), width=10)
    country = Column("Country", Kind.CODE, sql="seller.country", width=8)
    email = Column("E-mail", sql="nullif(seller.email, '')", width=28)
    standing = Column(
        "Standing",
        Kind.CODE,
        sql=STANDING,
        words=STANDINGS,
        width=14,
    )
    joined = Column("Joined", Kind.DAY, sql="seller.joined_date", width=12)
    verified_at = Column("Verified", Kind.MOMENT, sql="seller.verified_at", width=20)
    suspended_at = Column("Suspended at", Kind.MOMENT, sql="seller.suspended_at", width=20)
    account = Column("Account, masked", sql="bank.masked", width=22)
    currency = Column("Currency", Kind.CODE, sql="account.currency", width=9)
    owed = Column("We owe", Kind.MONEY, sql="owed.minor", currency="account.currency", width=16)
    owed_minor = Column("We owe in minor units", Kind.COUNT, sql="owed.minor", width=20)


SELLERS = Definition(
    kind="sellers",
    title=noted("Sellers"),
    noun="sellers",
    lead=noted("A row a seller, and for each currency that they are owed in; account numbers are masked."),
    permissions=("sellers.view_seller", "ledger.view_account", "payouts.view_payoutaccount"),
    resource=Sellers,
    source=_SOURCE,
    order="seller.id DESC, account.currency",
    key="seller.reference || coalesce('/' || account.currency, '')",
    filter=list_filters.SellerFilter,
    shown=("seller", "seller_name", "country", "standing", "owed"),
)
