"""A yes to corrections is for exactly the rows that were seen (HOUSE ruling 6)."""

from django.db import connection

from sellers.ledger.models import ImportFile

# Hashes of rows, of thousands of them, and of all: the rows in one piece would fill the server's memory, and have no
# room in a text of a gigabyte.
_DIGEST = """
SELECT encode(sha256(coalesce(string_agg(thousand, ''::bytea ORDER BY part), ''::bytea)), 'hex') FROM (
  SELECT n / 1000 AS part, sha256(string_agg(said, ''::bytea ORDER BY n)) AS thousand FROM (
    SELECT row_number() OVER (ORDER BY row_number, id) AS n,
      sha256(convert_to(ROW(row_number, seller_external_id, external_id, kind, currency, amount_minor, order_ref,
        description, occurred_date, due_date)::text, 'UTF8')) AS said
    FROM ledger_stagedearning WHERE import_file_id = %s
  ) AS each GROUP BY n / 1000
) AS parts
"""


def digest(file: ImportFile) -> str:
    """64 hex digits of what the file's staged rows say, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [file.pk])
        return str(cursor.fetchone()[0])
