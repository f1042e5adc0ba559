"""A yes to corrections is for exactly the rows that were seen (HOUSE ruling 6)."""

from django.db import connection

from sellers.ledger.models import ImportFile

_DIGEST = """
SELECT encode(sha256(convert_to(coalesce(string_agg(ROW(row_number, seller_external_id, external_id, kind, currency,
  amount_minor, order_ref, description, occurred_date, due_date)::text, chr(10) ORDER BY row_number, id), ''), 'UTF8')),
  'hex')
FROM ledger_stagedearning WHERE import_file_id = %s
"""


def digest(file: ImportFile) -> str:
    """64 hex digits of what the file's staged rows say, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [file.pk])
        return str(cursor.fetchone()[0])
