"""What a reviewer should look at twice. Set-based: one statement a flag, over the payouts of a run or some others.

A flag never changes. One about the bank account says which version it is about (``version`` in its facts), and stands
only while the payout goes there (`payouts.queries.flags`); for the next account it is raised anew, under a code that
names the version, since a payout has each code once.

The thresholds are judgement, not scheme rules; each flag carries the facts behind it, so that a person can judge.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from payouts.queries import usual
from payouts.queries.flags import ABOUT_ACCOUNT

UNUSUAL_FACTOR = 3  # times the mean of the last twelve paid payouts
ACCOUNT_NEW_DAYS = 14
REFUND_SHARE_PERCENT = 10  # refunds of sales, and at least twice the share of the payout before

_INSERT = "INSERT INTO payouts_flag (payout_id, code, facts, raised_at) {select} ON CONFLICT DO NOTHING"
_OF_RUN = "p.run_id = %(run)s AND p.id > %(above)s"
_OF_THESE = "p.id = ANY(%(ids)s)"

_FIRST = """
SELECT p.id, {code}, jsonb_build_object(), %(now)s FROM payouts_payout AS p
WHERE {chosen}
  AND NOT EXISTS (SELECT 1 FROM payouts_payout AS old WHERE old.seller_id = p.seller_id AND old.id < p.id
                  AND old.status NOT IN ('CANCELLED', 'FAILED', 'RETURNED'))
"""

_UNUSUAL = """
SELECT p.id, {code},
       jsonb_build_object('usual_minor', usual.mean, 'times', round(p.amount_minor::numeric / usual.mean, 1)), %(now)s
FROM payouts_payout AS p CROSS JOIN LATERAL (
  SELECT round(avg(amount_minor))::bigint AS mean, count(*) AS seen FROM ({paid_before}) AS twelve
) AS usual
WHERE {chosen} AND usual.seen >= 3 AND p.amount_minor >= %(factor)s * usual.mean
"""

_ACCOUNT_NEW = """
SELECT p.id, {code}, jsonb_build_object('version', v.id, 'requested_at', v.requested_at, 'from', before.masked,
                                        'to', v.masked), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
CROSS JOIN LATERAL (
  SELECT old.masked FROM payouts_accountversion AS old
  JOIN payouts_accountdecision AS d ON d.version_id = old.id AND d.verified
  WHERE old.slot_id = v.slot_id AND old.number < v.number ORDER BY old.number DESC LIMIT 1
) AS before
WHERE {chosen} AND (%(renewed)s OR v.requested_at > %(now)s::timestamptz - make_interval(days => %(days)s))
"""

_ACCOUNT_SHARED = """
SELECT p.id, {code}, jsonb_build_object('version', v.id, 'sellers', jsonb_agg(DISTINCT s.reference)), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
JOIN payouts_accountversion AS twin ON twin.fingerprint = v.fingerprint
JOIN payouts_payoutaccount AS slot ON slot.id = twin.slot_id AND slot.seller_id <> p.seller_id
JOIN sellers_seller AS s ON s.id = slot.seller_id
WHERE {chosen} GROUP BY p.id, v.id
"""

_NAME_DIFFERS = """
SELECT p.id, {code}, jsonb_build_object('version', v.id, 'holder', v.holder_name, 'seller', s.name), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
JOIN sellers_seller AS s ON s.id = p.seller_id
WHERE {chosen} AND regexp_replace(lower(v.holder_name), '[[:punct:][:space:]]', '', 'g')
                <> regexp_replace(lower(s.name), '[[:punct:][:space:]]', '', 'g')
"""

_COUNTRY_DIFFERS = """
SELECT p.id, {code}, jsonb_build_object('version', v.id, 'account', v.country, 'seller', p.country), %(now)s
FROM payouts_payout AS p JOIN payouts_accountversion AS v ON v.id = p.payout_account_id
WHERE {chosen} AND v.country <> p.country
"""

_REFUNDS = """
WITH shares AS (
  SELECT p.id, p.account_id, p.span,
         sum(e.amount_minor) FILTER (WHERE e.kind = 'sale') AS sales,
         -sum(e.amount_minor) FILTER (WHERE e.kind IN ('refund', 'chargeback')) AS refunds
  FROM payouts_payout AS p JOIN ledger_earning AS e ON e.account_id = p.account_id AND e.due_date < upper(p.span)
    AND (lower(p.span) IS NULL OR e.due_date >= lower(p.span))
  WHERE {chosen} GROUP BY p.id
)
SELECT shares.id, {code},
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


# In the order in which they are raised, which is the order of the list of a payout.
_RULES = {
    "first_payout": _FIRST,
    "unusual_amount": _UNUSUAL,
    "account_changed": _ACCOUNT_NEW,
    "account_shared": _ACCOUNT_SHARED,
    "name_differs": _NAME_DIFFERS,
    "country_differs": _COUNTRY_DIFFERS,
    "refunds_jump": _REFUNDS,
}


def flag_run(*, run_id: int, now: datetime, above: int = 0) -> int:
    """The payouts of one run with an id over ``above`` carry their flags; answers how many flags were raised."""
    return _raise(codes=_RULES, chosen=_OF_RUN, arguments={"run": run_id, "above": above}, now=now)


def flag(*, payout_ids: Iterable[int], now: datetime) -> int:
    """These payouts, just made, carry their flags; answers how many were raised."""
    return _raise(codes=_RULES, chosen=_OF_THESE, arguments={"ids": sorted(payout_ids)}, now=now)


def renew(*, payout_ids: Iterable[int], now: datetime) -> int:
    """These payouts have just got another bank account: what is to be said of it is raised, that it changed however
    long ago it was asked for. What was said of the account before stands no more. Answers how many were raised.
    """
    ids = sorted(payout_ids)
    return (
        _raise(codes=ABOUT_ACCOUNT, chosen=_OF_THESE, arguments={"ids": ids}, now=now, renewed=True)
        if ids
        else 0
    )


def _raise(
    *, codes: Iterable[str], chosen: str, arguments: dict[str, Any], now: datetime, renewed: bool = False
) -> int:
    arguments = arguments | {
        "now": now,
        "renewed": renewed,
        "factor": UNUSUAL_FACTOR,
        "days": ACCOUNT_NEW_DAYS,
        "share": REFUND_SHARE_PERCENT,
    }
    raised = 0
    with connection.cursor() as cursor:
        for code in (code for code in _RULES if code in codes):
            named = f"'{code}:' || v.id" if renewed else f"'{code}'"
            select = _RULES[code].format(code=named, chosen=chosen, paid_before=usual.PAID_BEFORE)
            cursor.execute(_INSERT.format(select=select), arguments)
            raised += cursor.rowcount
    return raised
