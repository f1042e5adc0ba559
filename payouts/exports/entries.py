"""The ledger as rows: whole transactions with each debit and credit, or sellers' entries, which totals are made of."""

from backoffice.words import later, later_as
from payouts.exports.columns import Column, Columns, Kind, labels
from payouts.exports.definition import Definition
from payouts.queries import list_filters
from sellers.ledger.models import Book, EarningKind, Entry
from sellers.ledger.words import noted

_WHOSE = """LEFT JOIN ledger_account AS account ON account.id = entry.account_id
LEFT JOIN sellers_seller AS seller ON seller.id = account.seller_id
LEFT JOIN ledger_earning AS earning ON earning.transaction_id = t.id"""
_ENTRIES = f"""({{rows}}) AS entry JOIN ledger_transaction AS t ON t.id = entry.transaction_id
{_WHOSE} CROSS JOIN LATERAL (SELECT {{country}} AS country) AS place
WHERE {{before}} AND {{when}} >= {{since}}"""
_TRANSACTIONS = f"({{rows}}) AS t JOIN ledger_entry AS entry ON entry.transaction_id = t.id {_WHOSE}"
_DEBIT = "CASE WHEN entry.amount_minor > 0 THEN entry.amount_minor END"
_CREDIT = "CASE WHEN entry.amount_minor < 0 THEN -entry.amount_minor END"


class _Leg(Columns):
    """One debit or credit, and the order line that it is of, if it is of one."""

    transaction = Column("Transaction", Kind.CODE, sql="'T' || t.id", width=12)
    booked_on = Column("Booked on", Kind.DAY, sql="t.booked_on", width=12)
    fact_on = Column("Happened on, if another day", Kind.DAY, sql="t.fact_on", width=12)
    posted_at = Column("Posted", Kind.MOMENT, sql="t.posted_at", width=20)
    kind = Column("What", Kind.CODE, sql=labels("earning.kind", EarningKind.choices), width=18)
    book = Column("Book", Kind.CODE, sql=labels("entry.book", Book.choices), width=24)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    payout = Column("Payout", Kind.CODE, sql="nullif(entry.payout_ref, '')", width=12)
    currency = Column("Currency", Kind.CODE, sql="entry.currency", width=9)
    order_ref = Column("Order", sql="nullif(earning.order_ref, '')", width=24)
    description = Column(
        "Description", sql="nullif(coalesce(earning.description, t.description), '')", width=32
    )
    key = Column("Posting key", sql="t.key", width=32)


class Transactions(_Leg):
    funding = Column("Bank account", sql="nullif(entry.funding_code, '')", width=16)
    debit = Column("Debit", Kind.MONEY, sql=_DEBIT, currency="entry.currency", width=16)
    credit = Column("Credit", Kind.MONEY, sql=_CREDIT, currency="entry.currency", width=16)
    minor = Column(
        "Debit in minor units, credit below nothing", Kind.COUNT, sql="entry.amount_minor", width=20
    )


class Entries(_Leg):
    country = Column("Country", Kind.CODE, sql="place.country", width=8)
    amount = Column("Amount", Kind.MONEY, sql="-entry.amount_minor", currency="entry.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="-entry.amount_minor", width=20)


TRANSACTIONS = Definition(
    kind="transactions",
    title=noted("Transactions of the ledger"),
    sheet=later_as("sheet", "Transactions of the ledger"),
    noun="entries",
    lead=noted(
        "Every debit and credit of each transaction, newest transaction first. A filter finds whole transactions: "
        "the rows and their total are also of what these move of other sellers."
    ),
    permissions=("ledger.view_transaction", "ledger.view_earning"),
    resource=Transactions,
    source=_TRANSACTIONS,
    order="t.id DESC, entry.amount_minor DESC, entry.id",
    key="'T' || t.id || '/' || entry.id",
    filter=list_filters.TransactionFilter,
    shown=("transaction", "booked_on", "kind", "book", "seller", "payout", "debit", "credit"),
    place="entry.id DESC",
)
ENTRIES = Definition(
    kind="entries",
    title=noted("Entries of sellers’ accounts"),
    sheet=later_as("sheet", "Entries of sellers’ accounts"),
    noun="entries",
    whole=later("All entries of sellers’ accounts"),
    lead=noted(
        "What a balance or a statement is made of: a credit, which raises what we owe, above nothing, a debit below."
    ),
    permissions=("sellers.view_seller", "ledger.view_account", "ledger.view_earning"),
    resource=Entries,
    rows=lambda: Entry.objects.filter(account__isnull=False),
    source=_ENTRIES,
    order="entry.id DESC",
    key="'T' || t.id || '/' || entry.id",
    filter=list_filters.EntryFilter,
    shown=("transaction", "booked_on", "kind", "book", "seller", "payout", "order_ref", "amount"),
    place="entry.id DESC",
)
