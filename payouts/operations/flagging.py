"""What a reviewer should look at twice. Set-based: one statement a flag, over the payouts of one run.

The thresholds are judgement, not scheme rules; each flag carries the facts behind it, so that a person can judge.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from payouts.queries import usual

UNUSUAL_FACTOR = 3  # times the mean of the last twelve paid payouts
ACCOUNT_NEW_DAYS = 14
REFUND_SHARE_PERCENT = 10  # refunds of sales, and at least twice the share of the payout before

_INSERT = "INSERT INTO payouts_flag (payout_id, code, facts, raised_at) "

_FIRST = """
SELECT p.id, 'first_payout', '{}'::jsonb, %(now)s FROM payouts_payout AS p
WHERE p.run_id = %(run)s AND p.id > %(above)s
  AND NOT EXISTS (SELECT 1 FROM payouts_payout AS old WHERE old.seller_id = p.seller_id AND old.id < p.id)
"""

_UNUSUAL = f"""
SELECT p.id, 'unusual_amount',
       jsonb_build_object('usual_minor', usual.mean, 'times', round(p.amount_minor::numeric / usual.mean, 1)), %(now)s
FROM payouts_payout AS p CROSS JOIN LATERAL (
  SELECT round(avg(amount_minor))::bigint AS mean, count(*) AS seen FROM ({usual.PAID_BEFORE}) AS twelve
) AS usual
WHERE p.run_id = %(run)s AND p.id > %(above)s AND usual.seen >= 3 AND p.amount_minor >= %(factor)s * usual.mean
"""  # noqa: S608 - a constant

_ACCOUNT_NEW = """
SELECT p.id, 'account_changed',
       jsonb_build_object('requested_at', v.requested_at, 'from', before.masked, 'to', v.masked), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
JOIN payouts_accountversion AS before ON before.slot_id = v.slot_id AND before.number = v.number - 1
WHERE p.run_id = %(run)s AND p.id > %(above)s
  AND v.requested_at > %(now)s::timestamptz - make_interval(days => %(days)s)
"""

_ACCOUNT_SHARED = """
SELECT p.id, 'account_shared', jsonb_build_object('sellers', jsonb_agg(DISTINCT s.reference)), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
JOIN payouts_accountversion AS twin ON twin.fingerprint = v.fingerprint
JOIN payouts_payoutaccount AS slot ON slot.id = twin.slot_id AND slot.seller_id <> p.seller_id
JOIN sellers_seller AS s ON s.id = slot.seller_id
WHERE p.run_id = %(run)s AND p.id > %(above)s GROUP BY p.id
"""

_NAME_DIFFERS = """
SELECT p.id, 'name_differs', jsonb_build_object('holder', v.holder_name, 'seller', s.name), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
JOIN sellers_seller AS s ON s.id = p.seller_id
WHERE p.run_id = %(run)s AND p.id > %(above)s
  AND regexp_replace(lower(v.holder_name), '[[:punct:][:space:]]', '', 'g')
   <> regexp_replace(lower(s.name), '[[:punct:][:space:]]', '', 'g')
"""

_COUNTRY_DIFFERS = """
SELECT p.id, 'country_differs', jsonb_build_object('account', v.country, 'seller', p.country), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
WHERE p.run_id = %(run)s AND p.id > %(above)s AND v.country <> p.country
"""

_REFUNDS = """
WITH shares AS (
  SELECT p.id, p.account_id, p.span,
         sum(e.amount_minor) FILTER (WHERE e.kind = 'sale') AS sales,
         -sum(e.amount_minor) FILTER (WHERE e.kind IN ('refund', 'chargeback')) AS refunds
  FROM payouts_payout AS p JOIN ledger_earning AS e ON e.account_id = p.account_id AND e.due_date < upper(p.span)
    AND (lower(p.span) IS NULL OR e.due_date >= lower(p.span))
  WHERE p.run_id = %(run)s AND p.id > %(above)s GROUP BY p.id
)
SELECT shares.id, 'refunds_jump',
       jsonb_build_object('percent', round(100 * refunds / sales), 'usual_percent', usual.percent), %(now)s
FROM shares CROSS JOIN LATERAL (
  SELECT coalesce(round(100 * -sum(e.amount_minor) FILTER (WHERE e.kind IN ('refund', 'chargeback'))
                        / nullif(sum(e.amount_minor) FILTER (WHERE e.kind = 'sale'), 0)), 0) AS percent
  FROM ledger_earning AS e
  WHERE e.account_id = shares.account_id AND e.due_date < lower(shares.span)
    AND e.due_date >= lower(shares.span) - 90
) AS usual
WHERE sales > 0 AND 100 * refunds >= %(share)s * sales AND round(100 * refunds / sales) >= 2 * usual.percent
"""


def flag_run(*, run_id: int, now: datetime, above: int = 0) -> int:
    """The payouts of one run with an id over ``above`` carry their flags; answers how many flags were raised."""
    arguments: dict[str, Any] = {
        "run": run_id,
        "above": above,
        "now": now,
        "factor": UNUSUAL_FACTOR,
        "days": ACCOUNT_NEW_DAYS,
        "share": REFUND_SHARE_PERCENT,
    }
    raised = 0
    with connection.cursor() as cursor:
        for query in (
            _FIRST,
            _UNUSUAL,
            _ACCOUNT_NEW,
            _ACCOUNT_SHARED,
            _NAME_DIFFERS,
            _COUNTRY_DIFFERS,
            _REFUNDS,
        ):
            cursor.execute(_INSERT + query, arguments)
            raised += cursor.rowcount
    return raised
