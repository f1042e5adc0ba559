"""The order lines of a year: what the yearly totals of sellers are made of."""

from payouts.exports.columns import Column, Columns, Kind, labels, literals
from payouts.exports.definition import Definition
from payouts.exports.yearly import DATA, HOME, IN_YEAR, LIVED
from payouts.queries import list_filters
from sellers.ledger.models import EarningKind
from sellers.ledger.words import noted

# A total counts in some countries only; which of its kinds of earning count, the filter says.
_SOURCE = f"""({{rows}}) AS x JOIN ledger_transaction AS t ON t.id = x.transaction_id
JOIN ledger_account AS account ON account.id = x.account_id
JOIN sellers_seller AS seller ON seller.id = account.seller_id
LEFT JOIN ({LIVED}) AS sold
  ON sold.account_id = x.account_id AND t.booked_on >= sold.from_on AND t.booked_on < sold.until_on
WHERE {IN_YEAR} AND {{home}} AND CASE x.report
  WHEN 'dac7' THEN {HOME} IN ({literals(DATA["dac7"]["member_states"])})
  WHEN '1099k' THEN {HOME} IN ({literals(DATA["us_1099k"]["countries"])}) ELSE true END"""


class Earned(Columns):
    transaction = Column("Transaction", Kind.CODE, sql="'T' || t.id", width=12)
    booked_on = Column("Booked on", Kind.DAY, sql="t.booked_on", width=12)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country of residence", Kind.CODE, sql=HOME, width=10)
    kind = Column("Kind", Kind.CODE, sql=labels("x.kind", EarningKind.choices), width=16)
    order_ref = Column("Order", sql="x.order_ref", width=24)
    description = Column("Description", sql="x.description", width=32)
    source = Column("Source", sql="x.source", width=14)
    external_id = Column("Id at the source", sql="x.external_id", width=28)
    occurred = Column("Occurred", Kind.DAY, sql="x.occurred_date", width=12)
    currency = Column("Currency", Kind.CODE, sql="account.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql="x.amount_minor", currency="account.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="x.amount_minor", width=20)


EARNINGS = Definition(
    kind="earnings",
    title=noted("Order lines of a year"),
    noun="order lines",
    lead=noted(
        "Every earning of sellers that is booked in the year, or those that a yearly total is made of, newest first."
    ),
    permissions=("sellers.view_seller", "ledger.view_earning"),
    resource=Earned,
    source=_SOURCE,
    order="x.id DESC",
    key="'E' || x.id",
    filter=list_filters.EarningFilter,
    home=HOME,
    of_a_year=True,
    shown=("transaction", "booked_on", "seller", "seller_name", "country", "kind", "order_ref", "amount"),
    place="x.id DESC",
)
