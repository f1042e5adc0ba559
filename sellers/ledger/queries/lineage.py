"""What a total of the books is made of: entries by key, and what stands behind one transaction."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db import connection

from sellers.ledger.models import Earning, Transaction
from sellers.ledger.models.entry import SELLER_BOOKS
from sellers.ledger.queries import placed


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry of a page: where the next one begins."""

    day: date
    transaction_id: int
    entry_id: int

    def __str__(self) -> str:
        return f"{self.day:%Y%m%d}-{self.transaction_id}-{self.entry_id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The cursor a link carries; None for anything else."""
        parts = text.split("-")
        try:
            day, transaction_id, entry_id = parts
            return cls(date.fromisoformat(day), int(transaction_id), int(entry_id))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Posted:
    """One entry of a book; ``fact_on`` is None where it happened on the day it is booked on."""

    transaction_id: int
    entry_id: int
    booked_on: date
    fact_on: date | None
    kind: str
    amount_minor: int
    payout_ref: str
    funding_code: str
    seller_ref: str

    @property
    def reference(self) -> str:
        return f"T{self.transaction_id}"


_ENTRIES = """
SELECT t.id, e.id, t.booked_on, t.fact_on, t.kind, e.amount_minor, e.payout_ref, e.funding_code,
  coalesce('S' || a.seller_id, '')
FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
LEFT JOIN ledger_account AS a ON a.id = e.account_id
WHERE t.booked_on BETWEEN %(first)s AND %(last)s AND e.book = %(book)s AND e.currency = %(currency)s
  AND (t.booked_on, t.id) >= (%(day)s, %(transaction)s)
  AND (t.booked_on, t.id, e.id) > (%(day)s, %(transaction)s, %(entry)s)
  AND (%(kind)s = '' OR t.kind = %(kind)s)
  AND (%(country)s::text IS NULL OR %(country)s = coalesce(a.country, (
    SELECT CASE WHEN min(c.country) = max(c.country) THEN min(c.country) END
    FROM ledger_entry AS o JOIN ledger_account AS c ON c.id = o.account_id
    WHERE o.transaction_id = t.id AND o.currency = e.currency), ''))
ORDER BY t.booked_on, t.id, e.id LIMIT %(size)s
"""


def entries(
    *,
    first: date,
    last: date,
    book: str,
    currency: str,
    country: str | None,
    kind: str = "",
    after: Cursor | None,
    size: int,
) -> tuple[list[Posted], Cursor | None]:
    """``size`` entries of a book in order of day, after ``after``, and where to go on; None at the end.

    ``country`` None: all; empty: those that count for no single country. ``kind`` is of the transaction, "" any.
    """
    if country == "" and book in SELLER_BOOKS:
        return [], None  # each of its entries has an account, and that a country
    begin = after or Cursor(first, 0, 0)
    values: dict[str, Any] = {
        "first": max(first, begin.day),  # days before the cursor's are not walked through
        "last": last,
        "book": book,
        "currency": currency,
        "country": country,
        "kind": kind,
        "day": begin.day,
        "transaction": begin.transaction_id,
        "entry": begin.entry_id,
        "size": size + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, values)
        found = [Posted(*row) for row in cursor.fetchall()]
    end = found[size - 1] if len(found) > size else None
    return found[:size], Cursor(end.booked_on, end.transaction_id, end.entry_id) if end else None


def earning(*, transaction: Transaction) -> Earning | None:
    """The order line that the transaction is, if it is one."""
    found = Earning.objects.filter(transaction=transaction)
    return found.select_related("account__seller", "import_file").first()


def countries(*, transaction: Transaction) -> dict[str, str]:
    """By currency, the country that the house's side of the transaction counts for: as the journal has it."""
    found: dict[str, list[str]] = {}
    of_accounts = transaction.entries.filter(account__isnull=False).order_by()
    for currency, country in of_accounts.values_list("currency", "account__country").distinct():
        found.setdefault(currency, []).append(country)
    return {currency: placed.house(several) for currency, several in found.items()}
