"""The only writer of transactions and entries, apart from the payout run's one aggregate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from sellers.ledger.models import Account, Book


@dataclass(frozen=True)
class Leg:
    """One side of a transaction, in minor units: debit positive, credit negative."""

    book: Book
    amount_minor: int
    currency: str
    account_id: int | None = None
    payout_ref: str = ""
    funding_code: str = ""


@dataclass(frozen=True)
class Posting:
    """One transaction to be. ``key`` names the fact it stands for, so that the fact posts once.

    ``fact_on`` is the day it happened, where that is not the day of posting: the books take it for that day while its
    month is open (docs/adr/0024).
    """

    key: str
    kind: str
    legs: tuple[Leg, ...]
    description: str = ""
    fact_on: date | None = None


_TRANSACTIONS = """
INSERT INTO ledger_transaction (key, kind, description, posted_at, fact_on)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::date[])
ON CONFLICT (key) DO NOTHING RETURNING key, id
"""

_ENTRIES = """
INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref, funding_code)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[])
"""


@transaction.atomic
def post(*, postings: Sequence[Posting], now: datetime) -> dict[str, int]:
    """Each posting whose key is new stands in the ledger, all its legs in one statement.

    Answers {key: transaction id} of those written now; a known key is left as it is. PostgreSQL refuses
    a posting whose debits and credits differ (IntegrityError), and then nothing is written.
    """
    if not postings:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _TRANSACTIONS,
            [
                [posting.key for posting in postings],
                [posting.kind for posting in postings],
                [posting.description for posting in postings],
                [now] * len(postings),
                [posting.fact_on for posting in postings],
            ],
        )
        written = dict(cursor.fetchall())
        legs = [(written[p.key], leg) for p in postings if p.key in written for leg in p.legs]
        if legs:
            cursor.execute(
                _ENTRIES,
                [
                    [transaction_id for transaction_id, _ in legs],
                    [leg.book.value for _, leg in legs],
                    [leg.account_id for _, leg in legs],
                    [leg.currency for _, leg in legs],
                    [leg.amount_minor for _, leg in legs],
                    [leg.payout_ref for _, leg in legs],
                    [leg.funding_code for _, leg in legs],
                ],
            )
    return written


def transfer(
    *, key: str, kind: str, debit: Book, credit: Book, amount_minor: int, account: Account, payout_ref: str
) -> Posting:
    """A posting that moves ``amount_minor`` (positive) between two books of one seller's account."""
    legs = tuple(
        Leg(book, signed, account.currency, account.pk, payout_ref)
        for book, signed in ((debit, amount_minor), (credit, -amount_minor))
    )
    return Posting(key=key, kind=kind, legs=legs)
