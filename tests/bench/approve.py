"""Approving many payouts in one action, beside the one SQL statement that writes the same rows and asks nothing."""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from payouts.models import Approval, Payout, Transition
from payouts.operations import approval, creation, review
from tests import make
from tests.bench import _market

# The limit: change the status and write its transition, its event and its fact, with every trigger still there is
# not possible without an approval; so the approvals are written by the same statement.
_LIMIT = """
WITH given AS (
  INSERT INTO payouts_approval (payout_id, round, seat, approver_id, approved_at, digest, note, reviewer_id,
    account_version_id, account_requested_by_id, account_verified_by_id)
  SELECT p.id, p.round, 1, %(who)s, now(), r.digest, '', r.reviewer_id, p.payout_account_id, d.requested_by_id,
    d.decided_by_id
  FROM payouts_payout AS p JOIN payouts_review AS r ON r.payout_id = p.id AND r.round = p.round
  JOIN payouts_accountdecision AS d ON d.version_id = p.payout_account_id WHERE p.status = 'REVIEWED'
), moved AS (
  UPDATE payouts_payout SET status = 'APPROVED', status_at = now() WHERE status = 'REVIEWED'
  RETURNING id, reference, amount_minor, currency
), life AS (
  INSERT INTO payouts_transition (payout_id, name, from_status, to_status, at, actor_id, actor_name, via, reason)
  SELECT id, 'approve', 'REVIEWED', 'APPROVED', now(), %(who)s, 'bench', 'session', '' FROM moved
), deeds AS (
  INSERT INTO audit_event (at, actor_id, actor_name, via, action, subject_type, subject_id, data)
  SELECT now(), %(who)s, 'bench', 'session', 'payout.approve', 'payouts.payout', id, '{}'::jsonb FROM moved
)
INSERT INTO outbox_fact (at, topic, key, payload)
SELECT now(), 'payout.approved', reference, '{}'::jsonb FROM moved
"""


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds of the limit and of ours on the same payouts; the limit is rolled back."""
    _market.sellers(count=size, earnings_each=1)
    creation.run(until=None, key="bench", actor=make.person("analyst"), now=make.NOW)
    ids = list(Payout.objects.values_list("pk", flat=True))
    review.review(payout_ids=ids, actor=make.person("analyst"), now=make.NOW)
    approver = make.person("approver")

    _market.analyze(owner_url)
    started = time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LIMIT, {"who": approver.user_id})
        limit = time.perf_counter() - started
        transaction.set_rollback(True)
    yield {
        "what": "one SQL statement, same rows and guards",
        "rows": len(ids),
        "seconds": limit,
        "ratio": 1.0,
    }

    started = time.perf_counter()
    outcome = approval.approve(payout_ids=ids, actor=approver, now=make.NOW)
    ours = time.perf_counter() - started
    assert len(outcome.moved) == Approval.objects.count() == len(ids)
    assert Transition.objects.filter(name="approve").count() == len(ids)
    yield {
        "what": "approval.approve, every rule checked",
        "rows": len(ids),
        "seconds": ours,
        "ratio": ours / limit,
    }
