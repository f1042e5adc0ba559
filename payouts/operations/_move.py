"""The only writer of a payout's status (HOUSE ruling 2). Works on sets.

Lock order, everywhere: sellers, ledger accounts, payouts, each in id order. Submission and hold meet on the
payout's row, or on the seller's where the hold is on the seller.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.audit.actors import Actor
from payouts.models import Payout
from payouts.operations._outcome import Preview, Refusal, refuse
from payouts.queries import blocks, shown
from payouts.states import Move, PayoutStatus, moves_named

_MANY = 200
"""From so many payouts on, planning the guards anew (20 ms) is less than what plans made for one payout may cost."""
_SESSION = threading.local()
"""Whether this thread's session keeps plans for many."""
_CHANGE = """
WITH target AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(sources)s::text[], %(targets)s::text[], %(versions)s::bigint[])
    AS t (id, source, target, version)
), moved AS (
  UPDATE payouts_payout AS p
  SET status = t.target, status_at = %(now)s,
      round = p.round + CASE WHEN t.target = 'PENDING_REVIEW' THEN 1 ELSE 0 END,
      batch_id = CASE WHEN t.target IN ('PENDING_REVIEW', 'REVIEWED', 'APPROVED', 'CANCELLED') THEN NULL
                      ELSE coalesce(%(batch)s::bigint, p.batch_id) END,
      payout_account_id = coalesce(t.version, p.payout_account_id)
  FROM target AS t WHERE p.id = t.id AND p.status = t.source
  RETURNING p.id, p.reference, t.source, p.status, p.amount_minor, p.currency
), life AS (
  INSERT INTO payouts_transition (payout_id, name, from_status, to_status, at, actor_id, actor_name, via, reason)
  SELECT id, %(name)s, source, status, %(now)s, %(actor)s, %(actor_name)s, %(via)s, %(reason)s FROM moved
), deeds AS (
  INSERT INTO audit_event (at, actor_id, actor_name, via, action, subject_type, subject_id, data)
  SELECT %(now)s, %(actor)s, %(actor_name)s, %(via)s, 'payout.' || %(name)s, 'payouts.payout', id,
         jsonb_build_object('from', source, 'to', status, 'reason', %(reason)s)
  FROM moved
), facts AS (
  INSERT INTO outbox_fact (at, topic, key, payload)
  SELECT %(now)s, 'payout.' || lower(status), reference,
         jsonb_build_object('payout', reference, 'from', source, 'to', status, 'amount_minor', amount_minor,
                            'currency', currency)
  FROM moved
)
SELECT id FROM moved ORDER BY id
"""


def locked(payout_ids: Iterable[int]) -> list[Payout]:
    """These payouts, locked for this transaction in id order, their sellers shared. Unknown ids are left out."""
    ids = sorted(set(payout_ids))
    sellers = Payout.objects.filter(pk__in=ids).values_list("seller_id", flat=True)
    share_sellers(set(sellers))
    # of=("self",): the joined rows are not ours to lock.
    return list(Payout.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def share_sellers(seller_ids: Iterable[int]) -> None:
    """These sellers may be neither held nor suspended until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM sellers_seller WHERE id = ANY(%s) ORDER BY id FOR SHARE", [sorted(set(seller_ids))]
        )


def edge_for(name: str, status: str) -> Move | None:
    """The move a verb makes from a status, if the table has one."""
    return next((move for move in moves_named(name) if move.source == status), None)


def verdicts(
    *, name: str, payouts: Sequence[Payout], actor: Actor, seen: dict[int, str] | None = None
) -> tuple[list[Payout], list[Refusal]]:
    """Sorts payouts into those the table, the holds and the reader's page let move, and refusals with reasons.

    ``seen`` maps a payout's id to `shown.token` as the page showed it; one that differs now is refused.
    Raises `NotAllowed` when the actor may not do this at all.
    """
    permission = moves_named(name)[0].permission
    if permission:
        authority.require(actor=actor, permission=permission)
    blocked = blocks.of(payouts=payouts) if any(move.blocked_by_hold for move in moves_named(name)) else {}
    changed = shown.changes(payouts, seen)
    fine: list[Payout] = []
    refused: list[Refusal] = []
    for payout in payouts:
        edge = edge_for(name, payout.status)
        if payout.pk in changed:
            refused.append(refuse(payout, "changed", changed[payout.pk]))
        elif edge is None:
            refused.append(
                refuse(
                    payout,
                    "status",
                    _("it is {status} now").format(status=PayoutStatus(payout.status).label.lower()),
                )
            )
        elif edge.blocked_by_hold and payout.pk in blocked:
            first = blocked[payout.pk][0]
            refused.append(refuse(payout, first.code, first.reason))
        else:
            fine.append(payout)
    return fine, refused


@contextmanager
def _planned_for(count: int) -> Iterator[CursorWrapper]:
    """A cursor for one UPDATE of so many payouts, whose guards are planned for as many, and for no other number.

    PostgreSQL keeps the plans of a session's first UPDATE. Made for one payout, they compare each of many with each:
    3,000 payouts took 50 times as long. Made for many, they may read whole tables for each one that comes after.
    """
    with connection.cursor() as cursor:
        many = count >= _MANY
        # Plans for many are there still where their UPDATE was refused.
        if many or getattr(_SESSION, "planned_for_many", False):
            cursor.execute("DISCARD PLANS")
        _SESSION.planned_for_many = many
        yield cursor
        if many:
            cursor.execute("DISCARD PLANS")
        _SESSION.planned_for_many = False


def change(
    *,
    name: str,
    payouts: Sequence[Payout],
    actor: Actor,
    reason: str,
    now: datetime,
    batch_id: int | None = None,
    versions: dict[int, int] | None = None,
) -> list[int]:
    """Locked payouts move along the verb's edge; answers the ids that did.

    Status, transition, audit event and outbox fact are written in one statement. ``batch_id`` is the batch
    they join; leaving a batch follows from the status. ``versions`` gives payouts that go back to review
    another bank-account version. Raises KeyError where the table has no such edge: check `verdicts` first.
    """
    if not payouts:
        return []
    edges = {(move.source, move.name): move for move in moves_named(name)}
    targets = [edges[PayoutStatus(payout.status), name].target.value for payout in payouts]
    with _planned_for(len(payouts)) as cursor:
        cursor.execute(
            _CHANGE,
            {
                "ids": [payout.pk for payout in payouts],
                "sources": [payout.status for payout in payouts],
                "targets": targets,
                "versions": [(versions or {}).get(payout.pk) for payout in payouts],
                "now": now,
                "batch": batch_id,
                "name": name,
                "actor": actor.user_id,
                "actor_name": actor.name,
                "via": actor.via.value,
                "reason": reason,
            },
        )
        return [row[0] for row in cursor.fetchall()]


_POINT = """
WITH target AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(versions)s::bigint[]) AS t (id, version)
), moved AS (
  UPDATE payouts_payout AS p SET payout_account_id = t.version
  FROM target AS t WHERE p.id = t.id AND p.status = 'PENDING_REVIEW' AND p.payout_account_id <> t.version
  RETURNING p.id, p.reference
), deeds AS (
  INSERT INTO audit_event (at, actor_id, actor_name, via, action, subject_type, subject_id, data)
  SELECT %(now)s, %(actor)s, %(actor_name)s, %(via)s, 'payout.account', 'payouts.payout', id,
         jsonb_build_object('reason', %(reason)s)
  FROM moved
), facts AS (
  INSERT INTO outbox_fact (at, topic, key, payload)
  SELECT %(now)s, 'payout.account_changed', reference, jsonb_build_object('payout', reference) FROM moved
)
SELECT id FROM moved ORDER BY id
"""


def point(
    *, payouts: Sequence[Payout], actor: Actor, reason: str, now: datetime, versions: dict[int, int]
) -> list[int]:
    """Locked payouts that are to review anyway go to another bank-account version; answers the ids that do now."""
    if not payouts:
        return []
    with _planned_for(len(payouts)) as cursor:
        cursor.execute(
            _POINT,
            {
                "ids": [payout.pk for payout in payouts],
                "versions": [versions[payout.pk] for payout in payouts],
                "now": now,
                "actor": actor.user_id,
                "actor_name": actor.name,
                "via": actor.via.value,
                "reason": reason,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def preview(*, name: str, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """What the verb would do now, by the table and the holds; verbs with rules of their own have their own preview."""
    payouts = list(Payout.objects.filter(pk__in=set(payout_ids)).order_by("pk"))
    fine, refused = verdicts(name=name, payouts=payouts, actor=actor)
    return Preview(allowed=tuple(fine), refused=tuple(refused))
