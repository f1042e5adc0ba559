"""Every row is written into every index of its table: none is kept that another one does for it."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

_COVERED = """
WITH of_ours AS (
  SELECT i.*, c.relname AS name, t.relname AS of_table, c.relam FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid
  JOIN pg_namespace AS n ON n.oid = t.relnamespace
  WHERE n.nspname = 'public' AND t.relname ~ '^(audit|outbox|sellers|ledger|payouts)_' AND i.indexprs IS NULL
)
SELECT short.name, long.name FROM of_ours AS short
JOIN of_ours AS long ON long.indrelid = short.indrelid AND long.indexrelid <> short.indexrelid
  AND long.relam = short.relam AND long.indnkeyatts >= short.indnkeyatts
WHERE NOT short.indisunique AND short.indnatts = short.indnkeyatts AND long.indpred IS NULL
  AND (short.indkey::int[])[0:short.indnkeyatts - 1] = (long.indkey::int[])[0:short.indnkeyatts - 1]
  AND (short.indclass::int[])[0:short.indnkeyatts - 1] = (long.indclass::int[])[0:short.indnkeyatts - 1]
  AND (short.indcollation::int[])[0:short.indnkeyatts - 1] = (long.indcollation::int[])[0:short.indnkeyatts - 1]
  AND (short.indoption::int[])[0:short.indnkeyatts - 1] = (long.indoption::int[])[0:short.indnkeyatts - 1]
  AND short.indpred IS NULL
ORDER BY 1, 2
"""
_UNASKED = ("ledger_transaction", "payouts_attempt", "payouts_payout")


def test_no_index_begins_as_another_does():
    with connection.cursor() as cursor:
        cursor.execute(_COVERED)
        assert cursor.fetchall() == []


def test_what_grows_with_every_payout_has_no_index_for_like_beside_a_unique_one():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef LIKE '%%_pattern_ops)'",
            [list(_UNASKED)],
        )
        assert cursor.fetchall() == []


def test_what_was_unique_by_its_field_is_so_by_the_constraint_it_had():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)",
            [
                [
                    "ledger_transaction_key_key",
                    "payouts_attempt_end_to_end_id_key",
                    "payouts_payout_reference_key",
                ]
            ],
        )
        assert sorted(cursor.fetchall()) == [
            ("ledger_transaction", "UNIQUE (key)"),
            ("payouts_attempt", "UNIQUE (end_to_end_id)"),
            ("payouts_payout", "UNIQUE (reference)"),
        ]
