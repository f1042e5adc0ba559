"""A checked file's rows into the ledger: as sets, some thousand rows a statement, inside one transaction."""

import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from sellers.ledger.importing.progress import Say
from sellers.ledger.models import ImportFile, ImportKind
from sellers.ledger.operations.earnings import CONTRA
from sellers.ledger.profiles import Profile

PORTION = 20_000
"""Rows a statement: what PostgreSQL remembers of one for its triggers, and the wait of who cancels, stay small."""

_SELLERS = """
INSERT INTO sellers_seller (external_id, name, kind, country, email, phone, tax_id, address_line, postcode, city,
  joined_date, suspended_reason)
SELECT seller_external_id, min(seller_name), %(kind)s, %(country)s, '', '', '', '', '', '', min(occurred_date), ''
FROM ledger_stagedearning AS s
WHERE import_file_id = %(file)s AND NOT known
  AND NOT EXISTS (SELECT 1 FROM sellers_seller AS k WHERE k.external_id = s.seller_external_id)
GROUP BY seller_external_id ORDER BY seller_external_id COLLATE "C"
ON CONFLICT (external_id) DO NOTHING
"""

_ACCOUNTS = """
INSERT INTO ledger_account (seller_id, currency)
SELECT k.id, s.currency
FROM ledger_stagedearning AS s JOIN sellers_seller AS k ON k.external_id = s.seller_external_id
WHERE s.import_file_id = %(file)s AND NOT s.known GROUP BY k.id, s.currency ORDER BY k.id, s.currency
ON CONFLICT (seller_id, currency) DO NOTHING
"""

# A payout run takes its accounts FOR UPDATE: it is done before we read covered_through, or it waits for us.
_LOCK = """
SELECT a.id FROM ledger_account AS a WHERE EXISTS (
  SELECT 1 FROM ledger_stagedearning AS s JOIN sellers_seller AS k ON k.external_id = s.seller_external_id
  WHERE s.import_file_id = %(file)s AND NOT s.known AND k.id = a.seller_id AND s.currency = a.currency)
ORDER BY a.id FOR {} OF a
"""

# In the order of their keys, with the numbers of their transactions: so every insert is a scan and no join. The day in
# the books is chosen as `ledger_book` does it row by row, which the trigger on what was inserted judges.
_ROWS = """
CREATE TEMPORARY TABLE posting_rows ON COMMIT DROP AS
SELECT n, key, kind, external_id, account_id, currency, amount_minor, order_ref, description, occurred_date,
  requested_due_date, due_date, contra, booked_on, nullif(fact_on, booked_on) AS fact_on,
  nextval(pg_get_serial_sequence('ledger_transaction', 'id')) AS transaction_id
FROM (
  SELECT row_number() OVER (ORDER BY k.key COLLATE "C") AS n, k.key, s.kind, s.external_id, a.id AS account_id,
    s.currency, s.amount_minor, s.order_ref, s.description, s.occurred_date, s.due_date AS requested_due_date,
    greatest(s.due_date, a.covered_through + 1) AS due_date, (%(contra)s::jsonb ->> s.kind) AS contra, d.fact_on,
    CASE WHEN d.fact_on <= b.frozen_through THEN greatest(d.posted, b.frozen_through + 1) ELSE d.fact_on END
      AS booked_on
  FROM ledger_stagedearning AS s
  JOIN sellers_seller AS e ON e.external_id = s.seller_external_id
  JOIN ledger_account AS a ON a.seller_id = e.id AND a.currency = s.currency
  LEFT JOIN ledger_books AS b ON true
  CROSS JOIN LATERAL (SELECT (%(now)s::timestamptz AT TIME ZONE coalesce(b.zone, 'UTC'))::date AS posted) AS p
  CROSS JOIN LATERAL (SELECT p.posted, least(s.occurred_date, p.posted) AS fact_on) AS d
  CROSS JOIN LATERAL (SELECT 'earning:' || %(source)s::text || ':' || s.external_id || ':' || s.kind AS key) AS k
  WHERE s.import_file_id = %(file)s AND NOT s.known
  ORDER BY n
) AS ordered
"""

_TRANSACTIONS = """
INSERT INTO ledger_transaction (id, key, kind, posted_at, description, booked_on, fact_on)
SELECT transaction_id, key, kind, %(now)s, description, booked_on, fact_on FROM posting_rows
WHERE n > %(after)s AND n <= %(through)s ORDER BY n
"""

_ENTRIES = """
INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref, funding_code)
SELECT r.transaction_id, leg.book, leg.account_id, r.currency, leg.amount_minor, '', ''
FROM posting_rows AS r
CROSS JOIN LATERAL (VALUES ('payable', r.account_id, -r.amount_minor), (r.contra, NULL, r.amount_minor))
  AS leg (book, account_id, amount_minor)
WHERE r.n > %(after)s AND r.n <= %(through)s ORDER BY r.n
"""

_EARNINGS = """
INSERT INTO ledger_earning (transaction_id, account_id, source, external_id, kind, amount_minor, order_ref, description,
  occurred_date, requested_due_date, due_date, import_file_id)
SELECT transaction_id, account_id, %(source)s, external_id, kind, amount_minor, order_ref, description,
  occurred_date, requested_due_date, due_date, %(file)s
FROM posting_rows WHERE n > %(after)s AND n <= %(through)s ORDER BY n
"""

# Each correction of a file is an adjustment that one person asked for and another granted, like a single one.
_ADJUSTMENTS = """
INSERT INTO ledger_adjustment (account_id, kind, amount_minor, reason, document_name, document_sha256,
  document_ciphertext, requested_by_id, requested_at, decision, decided_by_id, decided_at, decision_note, earning_id,
  import_file_id)
SELECT r.account_id, r.kind, r.amount_minor, r.description, f.name, f.sha256, ''::bytea, f.uploaded_by_id,
  f.uploaded_at, 'granted', f.confirmed_by_id, %(now)s, '', e.id, f.id
FROM posting_rows AS r JOIN ledger_earning AS e ON e.transaction_id = r.transaction_id
JOIN ledger_importfile AS f ON f.id = %(file)s
WHERE r.n > %(after)s AND r.n <= %(through)s ORDER BY r.n
"""


def prepare(*, file: ImportFile, profile: Profile) -> int:
    """The sellers and accounts that the rows need stand and are locked; answers how many sellers were created."""
    created = 0
    values: dict[str, Any] = {"file": file.pk}
    with connection.cursor() as cursor:
        if profile.sellers is not None:
            cursor.execute(
                _SELLERS, values | {"kind": profile.sellers.kind, "country": profile.sellers.country}
            )
            created = cursor.rowcount
        cursor.execute(_ACCOUNTS, values)
        # The debt that a write-off forgives must not shrink between look and posting.
        cursor.execute(_LOCK.format("UPDATE" if file.kind == ImportKind.CORRECTIONS else "SHARE"), values)
    return created


def write(*, file: ImportFile, profile: Profile, now: datetime, say: Say) -> bool:
    """Every row that is not known stands in the ledger; answers False when their sellers are gone meanwhile."""
    values: dict[str, Any] = {
        "file": file.pk,
        "source": profile.source,
        "now": now,
        "contra": json.dumps({str(kind): book.value for kind, book in CONTRA.items()}),
    }
    statements = [(_TRANSACTIONS, 1), (_ENTRIES, 2), (_EARNINGS, 1)]
    if file.kind == ImportKind.CORRECTIONS:
        statements.append((_ADJUSTMENTS, 1))
    with connection.cursor() as cursor:
        _arrange(cursor, values)
        for after in range(0, file.new_count, PORTION):
            through = min(after + PORTION, file.new_count)
            say(_("Writing to the ledger"), after, file.new_count)
            for statement, each in statements:
                cursor.execute(statement, values | {"after": after, "through": through})
                if cursor.rowcount != each * (through - after):
                    return False
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    say(_("Writing to the ledger"), file.new_count, file.new_count)
    return True


def _arrange(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    # Shared with every posting, before the last closed month is read (ledger 0006).
    cursor.execute("SELECT pg_advisory_xact_lock_shared(4022, 0)")
    # One transaction may post several files.
    cursor.execute("DROP TABLE IF EXISTS pg_temp.posting_rows")
    cursor.execute(_ROWS, values)
    cursor.execute("CREATE INDEX ON posting_rows (n)")
    cursor.execute("ANALYZE posting_rows")
    # Millions of foreign keys that wait for the commit would fill the server's memory: each statement checks its own.
    # An adjustment points at its earning, which is written first.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS guard_granted DEFERRED")
