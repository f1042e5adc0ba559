"""Finding out what became of one submission: declare its lease dead, ask the rail, send the same bytes again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM, Actor
from payouts.models import Submission
from payouts.operations import (
    _leases,
    _locks,
    _progress,
    _restored,
    answering,
    bankfiles,
    delivering,
    switches,
)
from payouts.operations._watch import Watch
from payouts.queries import unknown as desk
from payouts.rails import base, registry
from payouts.states import SubmissionStatus

_CLAIM = timedelta(seconds=90)
"""While one worker asks the bank about a submission, no other does."""


@dataclass(frozen=True)
class _Claim:
    rail: str
    key: str
    fence: int


def work(*, submission_id: int, now: datetime) -> None:
    """One step towards knowing what became of it. A step that is not due, or that another worker takes, is nothing.

    Never sends again but the same bytes under the same key, on a rail that deduplicates, inside its window.
    """
    watch = Watch(now)
    claim = _claim(submission_id=submission_id, now=now)
    if claim is None:
        return
    outcome: base.Outcome = base.Outcome.UNKNOWN
    code = (
        base.NOT_FOUND
    )  # a rail that cannot be asked leaves the same bytes under the same key as the only question
    if registry.get(claim.rail).capabilities.lookup:
        body = bankfiles.body_of_submission(Submission.objects.get(pk=submission_id))
        answer = delivering.look_up(rail=claim.rail, key=claim.key, body=body, watch=watch)
        one = answering.Given(submission_id=submission_id, fence=claim.fence, answer=answer, looked_up=True)
        answering.record(given=[one], now=watch.now())
        outcome, code = answer.outcome, answer.code
    if outcome is base.Outcome.UNKNOWN and code == base.NOT_FOUND:
        again(submission_id=submission_id, fence=claim.fence, now=watch.now())


@transaction.atomic(durable=True)
def _claim(*, submission_id: int, now: datetime) -> _Claim | None:
    row = _locks.submissions([submission_id])[0]
    if row.status == SubmissionStatus.DELIVERING and row.lease_until is not None and row.lease_until <= now:
        answering.lease_died(submission=row, now=now)
        _progress.advance(batch_ids=[row.batch_id], now=now)
    if row.status == SubmissionStatus.UNKNOWN and (row.next_lookup_at is None or row.next_lookup_at <= now):
        row.next_lookup_at = now + _CLAIM
        row.save(update_fields=["next_lookup_at"])
        return _Claim(rail=row.rail, key=row.key, fence=row.fence)
    return None


def again(*, submission_id: int, fence: int, now: datetime, by: Actor | None = None) -> bool:
    """The same bytes have been handed over again under the same key, where that can create nothing new.

    Answers whether they were. ``fence`` is what the caller saw: if another worker was quicker, nothing is sent.
    ``by`` is the person who asked for it, if one did: recorded with the lease, before anything goes out.
    """
    watch = Watch(now)
    _restored.stop_if_restored(now=now)
    lease = _lease_again(submission_id=submission_id, fence=fence, by=by, watch=watch)
    if lease is None:
        return False
    answers = delivering.deliver(leases=[lease], watch=watch)
    given = [answering.Given(each.submission_id, each.fence, answer) for each, answer in answers]
    answering.record(given=given, now=watch.now())
    return True


@transaction.atomic(durable=True)
def _lease_again(*, submission_id: int, fence: int, by: Actor | None, watch: Watch) -> _leases.Lease | None:
    row = Submission.objects.select_for_update(of=("self",)).get(pk=submission_id)
    if row.status != SubmissionStatus.UNKNOWN or row.fence != fence:
        return None
    now = watch.now()  # after the wait for the row
    if desk.why_not_again(submission=row, now=now) or switches.open_on(row.rail):
        return None
    body = bankfiles.body_of_submission(row)
    # Written first: what leaves no trace must not happen.
    recording.record(
        actor=by or SYSTEM, action="submission.send_again", subject=row, data={"key": row.key}, now=now
    )
    return _leases.lease(submissions=[row], bodies={row.pk: body}, now=now)[0]
