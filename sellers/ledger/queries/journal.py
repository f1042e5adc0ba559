"""The ledger as a journal, streamed: in order of day and transaction, debits first, with flat memory."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db import connection

_TYPES = ["int8", "date", "date", "text", "text", "int8", "text", "text", "text", "text"]
_STREAM = """
COPY (
  SELECT t.id, t.booked_on, coalesce(t.fact_on, t.booked_on), t.kind, e.book, e.amount_minor,
    coalesce('S' || a.seller_id, ''), coalesce(a.country, ''), e.payout_ref,
    coalesce(nullif(x.order_ref, ''), x.external_id, '')
  FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
  LEFT JOIN ledger_account AS a ON a.id = e.account_id
  LEFT JOIN ledger_earning AS x ON x.transaction_id = t.id
  WHERE t.booked_on BETWEEN %s AND %s AND e.currency = %s
  ORDER BY t.booked_on, t.id, e.amount_minor DESC, e.id
) TO STDOUT
"""


class Leg(NamedTuple):
    """One leg as the journal has it: ``amount_minor`` debit positive; ``source`` the order or the fact's own id."""

    transaction_id: int
    booked_on: date
    fact_on: date
    kind: str
    book: str
    amount_minor: int
    seller_ref: str
    country: str
    payout_ref: str
    source: str


def legs(*, first: date, last: date, currency: str) -> Iterator[Leg]:
    """Every leg booked from ``first`` through ``last`` in one currency."""
    with connection.cursor() as cursor, cursor.copy(_STREAM, [first, last, currency]) as copy:
        copy.set_types(_TYPES)
        for row in copy.rows():
            yield Leg(*row)
