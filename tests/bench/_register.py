"""A million payouts with batches, flags and holds, written as sets by the database's owner: the ground of exports."""

import psycopg

from payouts.models import AccountVersion
from tests import make
from tests.bench import _market
from tests.payouts import quick

PAYOUTS_EACH = 10
_IN_A_BATCH = 10_000

_BATCHES = """
INSERT INTO payouts_batch (rail, funding_account_id, currency, country, value_date, cut_off_at, status, status_at,
  proposed_by_id, proposed_at, approved_by_id, approved_at, digest, item_count, total_minor)
SELECT 'sepa', %(funding)s, 'EUR', 'FR', DATE '2026-11-24', now(), 'SETTLED', now(), %(one)s, now(), %(two)s, now(),
  'bench', 0, 0
FROM generate_series(1, %(count)s) RETURNING id
"""
# Seven in ten are paid in a batch; the others wait in one of the first states.
_PAYOUTS = """
INSERT INTO payouts_payout (account_id, seller_id, currency, country, amount_minor, span, payout_account_id, status,
  status_at, created_at, batch_id, round)
SELECT a.id, a.seller_id, 'EUR', 'FR', 1000 + (a.id * 7919 + n * 104729) %% 900000,
  daterange(CASE WHEN n > 1 THEN DATE '2026-01-01' + n END, DATE '2026-01-02' + n), slot.current_id,
  CASE (a.id + n) %% 10 WHEN 7 THEN 'PENDING_REVIEW' WHEN 8 THEN 'REVIEWED' WHEN 9 THEN 'APPROVED' ELSE 'PAID' END,
  now(), TIMESTAMPTZ '2026-01-02' + n * interval '1 day' + a.id * interval '1 second',
  CASE WHEN (a.id + n) %% 10 < 7 THEN %(first)s + (a.id %% %(batches)s) END, 1
FROM generate_series(1, %(each)s) AS n CROSS JOIN ledger_account AS a
JOIN sellers_seller AS s ON s.id = a.seller_id JOIN payouts_payoutaccount AS slot ON slot.seller_id = s.id
WHERE s.external_id LIKE 'bench-%%'
"""
_FLAGS = """
INSERT INTO payouts_flag (payout_id, code, facts, raised_at)
SELECT id, CASE WHEN lower(span) IS NULL THEN 'first_payout' ELSE 'unusual_amount' END, '{}', now()
FROM payouts_payout WHERE lower(span) IS NULL OR id %% 20 = 0
"""
_HOLDS = """
INSERT INTO payouts_hold (payout_id, reason, note, placed_at, release_note)
SELECT id, 'amount_unusual', 'bench', now(), '' FROM payouts_payout WHERE status = 'REVIEWED' AND id %% 17 = 0
"""


def payouts(*, count: int, owner_url: str) -> None:
    """At least ``count`` payouts of French sellers, ten each, and the planner knows them."""
    sellers = -(-count // PAYOUTS_EACH)
    _market.sellers(count=sellers, earnings_each=0)
    values = {
        "funding": quick.funding().pk,
        "one": make.person("treasurer").user_id,
        "two": make.person("treasurer").user_id,
        "count": -(-count // _IN_A_BATCH),
        "each": PAYOUTS_EACH,
    }
    with psycopg.connect(owner_url, autocommit=True) as connection:
        # What guards money asks for a history of each; nothing is paid from this database.
        for table in ("payouts_batch", "payouts_payout", "payouts_flag", "payouts_hold"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE payouts_payout DROP CONSTRAINT payout_spans_never_overlap")
        made = connection.execute(_BATCHES, values).fetchall()
        connection.execute(_PAYOUTS, values | {"first": made[0][0], "batches": len(made)})
        connection.execute(_FLAGS, {})
        connection.execute(_HOLDS, {})
    _market.analyze(owner_url)
    assert AccountVersion.objects.exists()
