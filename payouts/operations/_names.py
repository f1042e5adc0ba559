"""The payouts that a long statement's lines name are locked together, before the first of them is booked.

Its lines are booked in portions. Were their payouts locked so, too, they and an answer about the same ones could wait
for each other.
"""

from django.db import connection

from payouts.models import FundingAccount
from payouts.operations import _locks
from payouts.rails.statements import base as statements

_NAMED = """
SELECT a.payout_id FROM pg_temp.statement_names AS n JOIN payouts_attempt AS a ON a.end_to_end_id = n.name
UNION SELECT a.payout_id FROM pg_temp.statement_names AS n JOIN payouts_submission AS s ON s.key = n.name
JOIN payouts_attempt AS a ON a.submission_id = s.id
"""

_NAMED_BY_OPEN_LINES = """
WITH open_lines AS (
  SELECT l.end_to_end_id, l.batch_reference FROM payouts_statementline AS l
  JOIN payouts_statement AS t ON t.id = l.statement_id
  WHERE l.matched_at IS NULL AND t.funding_account_id = %s
)
SELECT a.payout_id FROM open_lines AS l JOIN payouts_attempt AS a ON a.end_to_end_id = l.end_to_end_id
WHERE l.end_to_end_id <> ''
UNION SELECT a.payout_id FROM open_lines AS l JOIN payouts_submission AS s ON s.key = l.batch_reference
JOIN payouts_attempt AS a ON a.submission_id = s.id WHERE l.batch_reference <> ''
"""


class Names:
    """What a message's lines call their payments, gathered in PostgreSQL where they are more than a ``portion``."""

    def __init__(self, portion: int) -> None:
        self._portion = portion
        self._waiting: set[str] = set()
        self._rows, self._written = 0, False

    def of_entry(self, entry: statements.Entry) -> None:
        """One more line, which is a row for each of its payments where the bank tells them apart."""
        self._rows += max(1, len(entry.details))
        self._waiting.update(
            (entry.message_id, entry.payment_information_id, *(each.end_to_end_id for each in entry.details))
        )
        if len(self._waiting) > self._portion:
            self._write()

    def _write(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE IF NOT EXISTS statement_names (name text) ON COMMIT DROP")
            cursor.execute(
                "INSERT INTO pg_temp.statement_names SELECT unnest(%s::text[])", [list(self._waiting)]
            )
        self._waiting.clear()
        self._written = True

    def lock(self) -> None:
        """The payouts of all of them are locked, where they are more than a portion."""
        if self._rows <= self._portion and not self._written:
            return
        self._write()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE pg_temp.statement_names")
        _locks.many_payouts(_NAMED)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE pg_temp.statement_names")


def lock_named_by_open_lines(funding: FundingAccount) -> None:
    """The payouts that open lines of this account name are locked together."""
    _locks.many_payouts(_NAMED_BY_OPEN_LINES, [funding.pk])
