"""The second, independent authorisation."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from backoffice.audit.actors import Actor
from backoffice.words import later
from payouts import digests
from payouts.models import Payout
from payouts.operations import _move
from payouts.operations._outcome import Outcome, Preview, Refusal, refuse
from payouts.queries import caps

OWN_REVIEW = later("you reviewed it; another person must approve it")
OWN_ACCOUNT = later("you asked for or verified its bank account; another person must approve it")
REVIEW_VOID = later("it was reviewed for something else than it is now; send it back to review")
ACCOUNT_UNVERIFIED = later("its bank account is not verified")

_SEATS = """
SELECT p.id, r.digest, r.reviewer_id, d.requested_by_id, d.decided_by_id
FROM payouts_payout AS p JOIN payouts_review AS r ON r.payout_id = p.id AND r.round = p.round
LEFT JOIN payouts_accountdecision AS d ON d.version_id = p.payout_account_id AND d.verified
WHERE p.id = ANY(%s)
"""

_APPROVALS = """
INSERT INTO payouts_approval (payout_id, round, seat, approver_id, approved_at, digest, note, reviewer_id,
                              account_version_id, account_requested_by_id, account_verified_by_id)
SELECT p.id, p.round, 1, %(approver)s, %(now)s, given.digest, %(note)s, r.reviewer_id, p.payout_account_id,
       d.requested_by_id, d.decided_by_id
FROM unnest(%(ids)s::bigint[], %(digests)s::text[]) AS given (id, digest)
JOIN payouts_payout AS p ON p.id = given.id
JOIN payouts_review AS r ON r.payout_id = p.id AND r.round = p.round
JOIN payouts_accountdecision AS d ON d.version_id = p.payout_account_id
"""


def preview(*, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """Which of these payouts this person may approve now, and why not the others."""
    payouts = list(Payout.objects.filter(pk__in=set(payout_ids)).order_by("pk"))
    fine, refused = _verdicts(payouts=payouts, actor=actor, seen=None)
    return Preview(allowed=tuple(fine), refused=tuple(refused))


@transaction.atomic
def approve(
    *,
    payout_ids: Iterable[int],
    actor: Actor,
    now: datetime,
    reason: str = "",
    seen: dict[int, str] | None = None,
) -> Outcome:
    """Reviewed payouts become APPROVED by a second person, for exactly what was reviewed.

    Refuses (in the outcome) a payout that is held, whose seller is suspended or unverified, that is over the cap of
    one payout, that this person reviewed, or whose bank account this person asked for or verified. PostgreSQL
    refuses the same by constraints. Raises `NotAllowed` without permission to approve, and for every token.
    """
    fine, refused = _verdicts(payouts=_move.locked(payout_ids), actor=actor, seen=seen)
    with connection.cursor() as cursor:
        cursor.execute(
            _APPROVALS,
            {
                "ids": [payout.pk for payout in fine],
                "digests": [digests.of_payout(payout) for payout in fine],
                "approver": actor.person_id,
                "now": now,
                "note": reason,
            },
        )
    moved = _move.change(name="approve", payouts=fine, actor=actor, reason=reason, now=now)
    return Outcome(moved=moved, refused=refused)


def _verdicts(
    *, payouts: Sequence[Payout], actor: Actor, seen: dict[int, str] | None
) -> tuple[list[Payout], list[Refusal]]:
    candidates, refused = _move.verdicts(name="approve", payouts=payouts, actor=actor, seen=seen)
    seats = _seats(candidates)
    too_large = caps.too_large(candidates)
    fine: list[Payout] = []
    for payout in candidates:
        seat = seats.get(payout.pk)
        if seat is None or seat.digest != digests.of_payout(payout):
            refused.append(refuse(payout, "review_void", REVIEW_VOID))
        elif payout.pk in too_large:
            refused.append(refuse(payout, "over_cap", too_large[payout.pk]))
        elif seat.reviewer_id == actor.user_id:
            refused.append(refuse(payout, "four_eyes", OWN_REVIEW))
        elif seat.verified_by_id is None:
            refused.append(refuse(payout, "account_unverified", ACCOUNT_UNVERIFIED))
        elif actor.user_id in (seat.requested_by_id, seat.verified_by_id):
            refused.append(refuse(payout, "four_eyes", OWN_ACCOUNT))
        else:
            fine.append(payout)
    return fine, refused


class _Seat(NamedTuple):
    """Who has a hand in a payout already: its reviewer of this round, and who touched its bank account."""

    digest: str
    reviewer_id: int
    requested_by_id: int | None
    verified_by_id: int | None


def _seats(payouts: Sequence[Payout]) -> dict[int, _Seat]:
    with connection.cursor() as cursor:
        cursor.execute(_SEATS, [[payout.pk for payout in payouts]])
        return {row[0]: _Seat(*row[1:]) for row in cursor.fetchall()}
