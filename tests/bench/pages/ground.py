"""What `load_scale` does not write: statements of our bank, a line for each tenth payout, one in a hundred unmatched,
and a page of those however few payouts there are.
"""

from typing import Any

import psycopg

PAYOUTS_PER_LINE, LINES_PER_STATEMENT, LINES_PER_BREAK = 10, 5_000, 100
_KEPT = "of the bench"
_KNOWN = "SELECT max(id) FROM payouts_statement WHERE statement_id LIKE %(kept)s || ' %%'"
_STATEMENTS = """
INSERT INTO payouts_statement (funding_account_id, statement_id, statement_date, opening_minor, closing_minor,
  body_ciphertext, body_sha256)
SELECT account.id, %(kept)s || ' ' || n, current_date - n, 0, 0, '\\x00',
  encode(sha256(convert_to(%(kept)s || n, 'UTF8')), 'hex')
FROM (SELECT id FROM payouts_fundingaccount WHERE currency = 'EUR' ORDER BY id LIMIT 1) AS account,
  generate_series((%(lines)s + %(each)s - 1) / %(each)s, 1, -1) AS n ORDER BY n DESC
"""
_LINES = """
INSERT INTO payouts_statementline (statement_id, number, amount_minor, booking_date, bank_reference, end_to_end_id,
  batch_reference, return_code, text, kind, matched_at)
SELECT s.id, 1 + (n - 1) %% %(each)s, 1 + n::bigint * 7919 %% 900000, s.statement_date, '', '', '', '', 'Line ' || n,
  CASE WHEN n <= 50 OR n %% %(breaks)s = 0 THEN 'unknown' ELSE 'charges' END,
  CASE WHEN n <= 50 OR n %% %(breaks)s = 0 THEN NULL ELSE now() END
FROM generate_series(1, %(lines)s) AS n
JOIN payouts_statement AS s ON s.statement_id = %(kept)s || ' ' || (1 + (n - 1) / %(each)s)
"""


def statement(*, owner_url: str, rows: int) -> int:
    """The number of the newest statement in the database of so many payouts; written unless they stand there."""
    values = {
        "kept": _KEPT,
        "lines": rows // PAYOUTS_PER_LINE,
        "each": LINES_PER_STATEMENT,
        "breaks": LINES_PER_BREAK,
    }
    with psycopg.connect(owner_url) as owner:
        if newest := _newest(owner, values):
            return newest
        owner.execute(_STATEMENTS, values)
        # What guards a match asks for the payment that it is about; these are about none.
        owner.execute("ALTER TABLE payouts_statementline DISABLE TRIGGER USER")
        owner.execute(_LINES, values)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute("ALTER TABLE payouts_statementline ENABLE TRIGGER USER")
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE) payouts_statement, payouts_statementline")
        newest = _newest(owner, values)
        assert newest, "the load brings accounts of ours in euros"
        return newest


def _newest(owner: psycopg.Connection, values: dict[str, Any]) -> int | None:
    known = owner.execute(_KNOWN, values).fetchone()
    return known[0] if known else None
