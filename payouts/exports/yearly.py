"""Yearly totals of sellers for tax authorities, as far as payouts feed them: DAC7 (EU) and form 1099-K (US).

Read off the ledger: an earning counts in the quarter or month that it is booked in and in the country where the seller
lived on that day, so that closed books give the same rows for ever, wherever the seller has moved. Sales less refunds
and chargebacks are what was sold for; commissions and fees are what we kept. Adjustments, write-offs, reserves and
rolled amounts are neither. What the program does not know is an empty column.
"""

import pathlib
import tomllib
from typing import Any

from backoffice.words import later_as
from payouts.exports.columns import Column, Columns, Kind, labels, literals
from payouts.exports.definition import Definition
from payouts.queries import export_filters, list_filters
from sellers.ledger.words import noted
from sellers.models import Kind as SellerKind

DATA: dict[str, Any] = tomllib.loads(
    (pathlib.Path(__file__).parent / "data" / "seller_totals.toml").read_text(encoding="utf-8")
)
_SOLD = f"x.kind IN ({literals(list_filters.SOLD)})"
_KEPT = f"x.kind IN ({literals(list_filters.KEPT)})"
_SALES = "x.kind = 'sale'"


def _sum(condition: str, sign: str = "") -> str:
    return f"coalesce({sign}sum(x.amount_minor) FILTER (WHERE {condition}), 0)::bigint"


def _parts(name: str, condition: str, part: str, count: int, *, sign: str = "", counted: bool = False) -> str:
    """SQL of one value for each quarter or month of the year."""
    made = []
    for number in range(1, count + 1):
        of_part = f"{condition} AND extract({part} FROM t.booked_on) = {number}"
        value = f"count(*) FILTER (WHERE {of_part})" if counted else _sum(of_part, sign)
        made.append(f"{value} AS {name}_{number}")
    return ", ".join(made)


# Where the sellers lived who ever moved, account by account, the last time without an end. One who came back is not
# told apart from one who stayed.
LIVED = """
  SELECT a.id AS account_id, w.country, w.from_on, w.until_on FROM ledger_account AS a JOIN (
    SELECT r.seller_id, r.country, r.left_on AS until_on,
      coalesce(lag(r.left_on) OVER (PARTITION BY r.seller_id ORDER BY r.left_on, r.id), '-infinity') AS from_on
    FROM ledger_residence AS r
    UNION ALL
    SELECT s.id, s.country, 'infinity', max(r.left_on)
    FROM ledger_residence AS r JOIN sellers_seller AS s ON s.id = r.seller_id GROUP BY s.id
  ) AS w ON w.seller_id = a.seller_id"""
HOME = "coalesce(sold.country, seller.country)"
IN_YEAR = "t.booked_on >= make_date({year}, 1, 1) AND t.booked_on < make_date({year} + 1, 1, 1)"


def _source(values: str, countries: list[str], bars: list[dict[str, Any]], sales: str, minor: str) -> str:
    """FROM, a row for each account and country where it earned in the year; ``bar`` is the threshold of its currency
    in that year, where all that the seller earned in it stands in that one row.
    """
    rows = ", ".join(
        f"({bar['from_year']}, {bar[sales]}, {bar[minor]}::bigint, {literals([bar['currency']])})"
        for bar in bars
    )
    return f"""({{rows}}) AS account JOIN sellers_seller AS seller ON seller.id = account.seller_id
JOIN (
  SELECT x.account_id, lived.country, count(*) OVER (PARTITION BY x.account_id) AS homes, {{year}} AS year, {values}
  FROM ledger_transaction AS t JOIN ledger_earning AS x ON x.transaction_id = t.id
  LEFT JOIN ({LIVED}) AS lived
    ON lived.account_id = x.account_id AND t.booked_on >= lived.from_on AND t.booked_on < lived.until_on
  WHERE {IN_YEAR} AND x.account_id IN (SELECT id FROM ({{rows}}) AS chosen)
  GROUP BY x.account_id, lived.country
) AS sold ON sold.account_id = account.id
LEFT JOIN payouts_payoutaccount AS slot ON slot.seller_id = seller.id AND slot.currency = account.currency
LEFT JOIN payouts_accountversion AS bank ON bank.id = slot.current_id
LEFT JOIN LATERAL (
  SELECT v.sales, v.minor FROM (VALUES {rows}) AS v (from_year, sales, minor, currency)
  WHERE v.from_year <= {{year}} AND v.currency = account.currency AND sold.homes = 1
    AND NOT EXISTS (
      SELECT FROM ledger_account AS o JOIN ledger_earning AS y ON y.account_id = o.id
      JOIN ledger_transaction AS t ON t.id = y.transaction_id
      WHERE o.seller_id = seller.id AND o.id <> account.id AND {IN_YEAR})
  ORDER BY v.from_year DESC LIMIT 1
) AS bar ON true
WHERE {HOME} IN ({literals(countries)}) AND {{home}}"""  # noqa: S608 - constants and data of ours only


def money_column(heading: str, sql: str) -> Column:
    return Column(heading, Kind.MONEY, sql=sql, currency="account.currency", width=16)


def unknown_column(heading: str, kind: Kind = Kind.TEXT) -> Column:
    """A column that whoever files has to fill in: the program does not know it."""
    types = {Kind.TEXT: "text", Kind.DAY: "date", Kind.MONEY: "bigint"}
    return Column(heading, kind, sql=f"NULL::{types[kind]}", currency="account.currency", width=14)


class _Seller(Columns):
    """Who the seller is, as far as it is known. Tax ids and account numbers show their end only."""

    year = Column("Year", Kind.COUNT, sql="sold.year", width=7)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    seller_kind = Column("Seller is a", Kind.CODE, sql=labels("seller.kind", SellerKind.choices), width=10)
    country = Column("Country of residence", Kind.CODE, sql=HOME, width=10)
    address = Column("Address", sql="seller.address_line", width=32)
    postcode = Column("Postcode", sql="seller.postcode", width=10)
    city = Column("City", sql="seller.city", width=18)
    tax_id = Column(
        "Tax id, its end",
        sql="CASE WHEN seller.tax_id <> '' THEN '••••' || "
        "right(seller.tax_id, least(4, length(seller.tax_id) / 2)) END",
        width=16,
    )


class Dac7(_Seller):
    tax_country = unknown_column("Tax id issued by")
    vat_number = unknown_column("VAT number")
    registration = unknown_column("Business registration number")
    birth_date = unknown_column("Date of birth", Kind.DAY)
    establishment = unknown_column("Permanent establishment in the EU")
    account = Column("Account, masked", sql="bank.masked", width=22)
    holder = Column(
        "Account holder, where another",
        sql="CASE WHEN bank.holder_name <> seller.name THEN bank.holder_name END",
        width=28,
    )
    currency = Column("Currency", Kind.CODE, sql="account.currency", width=9)
    consideration = money_column("Consideration", "sold.consideration")
    consideration_minor = Column(
        "Consideration in minor units", Kind.COUNT, sql="sold.consideration", width=20
    )
    consideration_1 = money_column("Consideration Q1", "sold.consideration_1")
    consideration_2 = money_column("Consideration Q2", "sold.consideration_2")
    consideration_3 = money_column("Consideration Q3", "sold.consideration_3")
    consideration_4 = money_column("Consideration Q4", "sold.consideration_4")
    activities = Column("Activities", Kind.COUNT, sql="sold.sales", width=10)
    activities_1 = Column("Activities Q1", Kind.COUNT, sql="sold.sales_1", width=10)
    activities_2 = Column("Activities Q2", Kind.COUNT, sql="sold.sales_2", width=10)
    activities_3 = Column("Activities Q3", Kind.COUNT, sql="sold.sales_3", width=10)
    activities_4 = Column("Activities Q4", Kind.COUNT, sql="sold.sales_4", width=10)
    fees = money_column("Fees and commissions", "sold.fees")
    fees_1 = money_column("Fees and commissions Q1", "sold.fees_1")
    fees_2 = money_column("Fees and commissions Q2", "sold.fees_2")
    fees_3 = money_column("Fees and commissions Q3", "sold.fees_3")
    fees_4 = money_column("Fees and commissions Q4", "sold.fees_4")
    taxes_1 = unknown_column("Taxes withheld Q1", Kind.MONEY)
    taxes_2 = unknown_column("Taxes withheld Q2", Kind.MONEY)
    taxes_3 = unknown_column("Taxes withheld Q3", Kind.MONEY)
    taxes_4 = unknown_column("Taxes withheld Q4", Kind.MONEY)
    others = money_column("Adjustments and the like, in none of these", "sold.others")
    excluded = Column(
        "Few sales: not reported where goods only",
        Kind.CODE,
        sql="CASE WHEN bar.sales IS NOT NULL THEN CASE WHEN sold.sales < bar.sales AND sold.consideration <= bar.minor "
        "THEN 'yes' ELSE 'no' END END",
        width=12,
    )


class Form1099K(_Seller):
    currency = Column("Currency", Kind.CODE, sql="account.currency", width=9)
    gross = money_column("Gross amount (1a)", "sold.gross")
    gross_minor = Column("Gross amount in minor units", Kind.COUNT, sql="sold.gross", width=20)
    card_not_present = unknown_column("Card not present (1b)", Kind.MONEY)
    category = unknown_column("Merchant category (2)")
    transactions = Column("Transactions (3)", Kind.COUNT, sql="sold.sales", width=10)
    withheld = unknown_column("Federal tax withheld (4)", Kind.MONEY)
    january = money_column("January (5a)", "sold.gross_1")
    february = money_column("February (5b)", "sold.gross_2")
    march = money_column("March (5c)", "sold.gross_3")
    april = money_column("April (5d)", "sold.gross_4")
    may = money_column("May (5e)", "sold.gross_5")
    june = money_column("June (5f)", "sold.gross_6")
    july = money_column("July (5g)", "sold.gross_7")
    august = money_column("August (5h)", "sold.gross_8")
    september = money_column("September (5i)", "sold.gross_9")
    october = money_column("October (5j)", "sold.gross_10")
    november = money_column("November (5k)", "sold.gross_11")
    december = money_column("December (5l)", "sold.gross_12")
    reported = Column(
        "Over the federal threshold",
        Kind.CODE,
        sql="CASE WHEN bar.sales IS NOT NULL THEN CASE WHEN sold.sales > bar.sales AND sold.gross > bar.minor "
        "THEN 'yes' ELSE 'no' END END",
        width=12,
    )


_DAC7_VALUES = ", ".join(
    (
        f"{_sum(f'({_SOLD} OR {_KEPT})')} AS consideration",
        _parts("consideration", f"({_SOLD} OR {_KEPT})", "quarter", 4),
        f"count(*) FILTER (WHERE {_SALES}) AS sales",
        _parts("sales", _SALES, "quarter", 4, counted=True),
        f"{_sum(_KEPT, '-')} AS fees",
        _parts("fees", _KEPT, "quarter", 4, sign="-"),
        f"{_sum(f'NOT ({_SOLD} OR {_KEPT})')} AS others",
    )
)
_1099K_VALUES = ", ".join(
    (
        f"{_sum(_SALES)} AS gross",
        _parts("gross", _SALES, "month", 12),
        f"count(*) FILTER (WHERE {_SALES}) AS sales",
    )
)
_RIGHTS = (
    "payouts.export_seller_totals",
    "sellers.view_seller",
    "ledger.view_earning",
    "payouts.view_payoutaccount",
)
# The country where the account was opened is not named: rows have the keys that they had before sellers moved.
_KEY = (
    "seller.reference || '/' || account.currency || '/' || sold.year || "
    f"CASE WHEN {HOME} = account.country THEN '' ELSE '/' || {HOME} END"
)

DAC7 = Definition(
    kind="dac7",
    title=noted("Yearly seller totals for DAC7 (EU)"),
    sheet=later_as("sheet", "Yearly totals for DAC7 (EU)"),
    noun="sellers",
    lead=noted(
        "A row a seller in the EU and currency: by quarter what was credited net of fees, the sales, and the fees."
    ),
    permissions=_RIGHTS,
    resource=Dac7,
    source=_source(
        _DAC7_VALUES,
        DATA["dac7"]["member_states"],
        DATA["dac7"]["excluded"],
        "fewer_sales_than",
        "amount_minor_up_to",
    ),
    order=f"seller.id, account.currency, {HOME}",
    key=_KEY,
    filter=export_filters.YearFilter,
    home=HOME,
    of_a_year=True,
    shown=("seller", "seller_name", "country", "consideration", "activities", "fees", "others"),
)
FORM_1099K = Definition(
    kind="1099k",
    title=noted("Yearly seller totals for form 1099-K (US)"),
    sheet=later_as("sheet", "Yearly totals for 1099-K (US)"),
    noun="sellers",
    lead=noted(
        "A row a seller in the US and currency: the gross amount of sales by month, refunds and fees not deducted."
    ),
    permissions=_RIGHTS,
    resource=Form1099K,
    source=_source(
        _1099K_VALUES,
        DATA["us_1099k"]["countries"],
        DATA["us_1099k"]["reported"],
        "more_sales_than",
        "amount_minor_over",
    ),
    order=f"seller.id, account.currency, {HOME}",
    key=_KEY,
    filter=export_filters.YearFilter,
    home=HOME,
    of_a_year=True,
    shown=("seller", "seller_name", "country", "gross", "transactions"),
)
