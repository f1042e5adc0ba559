"""The second transaction of a submission: what an answer makes true, written only by who still may (HOUSE ruling 8)."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DataError, connection, transaction
from django.db.models import Count

from payouts.models import Attempt, Payout, Submission, SubmissionEvent
from payouts.operations import _attempts, _evidence, _locks, _progress, incidents
from payouts.rails import base, reasons
from payouts.states import PayoutStatus, SubmissionStatus

log = structlog.get_logger(__name__)

_BACKOFF = (15, 30, 60, 120, 300, 600)
"""Seconds until an UNKNOWN is looked up again, by how often it has been; the last one for ever after."""
_STATUS = {
    base.Outcome.ACCEPTED: SubmissionStatus.ACCEPTED,
    base.Outcome.REJECTED: SubmissionStatus.REJECTED,
    base.Outcome.UNKNOWN: SubmissionStatus.UNKNOWN,
}

_SETTLED = ("status", "status_at", "bank_reference", "answer_code", "answer_text", "answer_raw", "lease_until",
            "next_lookup_at")  # fmt: skip
# One statement of arrays: Django's bulk_update builds a CASE for each row and column, 3 ms a submission.
_SETTLE = """
UPDATE payouts_submission AS s SET status = t.status, status_at = t.status_at, bank_reference = t.bank_reference,
  answer_code = t.answer_code, answer_text = t.answer_text, answer_raw = t.answer_raw, lease_until = t.lease_until,
  next_lookup_at = t.next_lookup_at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::timestamptz[], %s::timestamptz[]) AS t (id, status, status_at, bank_reference, answer_code, answer_text,
  answer_raw, lease_until, next_lookup_at)
WHERE s.id = t.id
"""


@dataclass(frozen=True)
class Given:
    """One answer, from a hand-over or a lookup, and the fence under which it was asked for."""

    submission_id: int
    fence: int
    answer: base.Answer
    looked_up: bool = False


def conflict_key(submission_id: int) -> str:
    """The key of the incident about a submission under whose key the bank holds something else."""
    return f"conflict:{submission_id}"


def alert_key(submission_id: int) -> str:
    """The key of the incident about a submission that stays UNKNOWN."""
    return f"unknown:{submission_id}"


_NOT_KEPT = "What the bank said with it cannot be stored: ask the bank for its words."


def record(*, given: Sequence[Given], now: datetime) -> None:
    """Each submission has the outcome its answer proves. A worker whose lease is over writes evidence and nothing else.

    REJECTED sends the payouts back to APPROVED, on hold, their money reserved as before. UNKNOWN is never FAILED.
    An answer whose words cannot be stored has its outcome all the same, and keeps no other from being written.
    """
    try:
        _record(given=given, now=now)
    except (DataError, UnicodeError):
        for one in given:
            try:
                _record(given=[one], now=now)
            except (DataError, UnicodeError) as error:
                log.exception("answer_not_storable", submission=one.submission_id, error=type(error).__name__)
                bare = dataclasses.replace(one.answer, text=_NOT_KEPT, bank_reference="", raw=b"")
                _record(given=[dataclasses.replace(one, answer=bare)], now=now)


@transaction.atomic(durable=True)
def _record(*, given: Sequence[Given], now: datetime) -> None:
    words = _evidence.plain_answers([(one.submission_id, one.answer) for one in given])
    given = [dataclasses.replace(one, answer=answer) for one, answer in zip(given, words, strict=True)]
    refused = [one.submission_id for one in given if one.answer.outcome is base.Outcome.REJECTED]
    locked = _locks.payouts(
        Attempt.objects.filter(submission_id__in=refused, ended_at__isnull=True).values_list(
            "payout_id", flat=True
        )
    )
    rows = {row.pk: row for row in _locks.submissions(one.submission_id for one in given)}
    asked = _times_asked(rows)
    heard: list[Given] = []
    late: list[Given] = []
    for one in given:
        (heard if _may_write(rows[one.submission_id], one, now) else late).append(one)
    evidence = _evidence.without_accounts({one.submission_id: one.answer.raw for one in heard})
    _keep_events(heard=heard, late=late, rows=rows, now=now)
    for one in heard:
        row = rows[one.submission_id]
        unknown = one.answer.outcome is base.Outcome.UNKNOWN
        kept = _stays_a_conflict(row, one)
        row.next_lookup_at = now + _pause(asked.get(row.pk, 0)) if unknown or kept else None
        if one.answer.code == base.CONFLICT and unknown:
            _tell_conflict(row, now)
        elif one.looked_up and unknown:
            continue
        if not kept:
            _take_in(row, one.answer, evidence[row.pk], now)
    settle(submissions=[rows[one.submission_id] for one in heard], now=now)
    for one in heard:
        row = rows[one.submission_id]
        if one.answer.outcome is base.Outcome.REJECTED and row.status == SubmissionStatus.REJECTED:
            never_left(submission=row, locked=locked, because="rejected", reason=_reason(one.answer), now=now)
    for row in {one.submission_id: rows[one.submission_id] for one in late}.values():
        if _is_dead(row, now):
            lease_died(submission=row, now=now)
    _progress.advance(batch_ids={row.batch_id for row in rows.values()}, now=now)


def _may_write(row: Submission, one: Given, now: datetime) -> bool:
    if row.fence != one.fence:
        return False
    if one.looked_up:
        return row.status == SubmissionStatus.UNKNOWN
    return row.status == SubmissionStatus.DELIVERING and not _is_dead(row, now)


def _stays_a_conflict(row: Submission, one: Given) -> bool:
    """What a lookup says once the bank held something else under the key is evidence: people decide."""
    return one.looked_up and row.answer_code == base.CONFLICT


def _tell_conflict(row: Submission, now: datetime) -> None:
    if row.answer_code == base.CONFLICT:
        return
    text = (
        f"{row.rail} holds something else than ours under {row.key}. A treasurer or an approver compares both, on the "
        "desk of unknown submissions."
    )
    incidents.open_one(
        code="conflict",
        key=conflict_key(row.pk),
        text=text,
        rail=row.rail,
        payout_id=row.payout_id,
        now=now,
    )


def _is_dead(row: Submission, now: datetime) -> bool:
    """Nobody has declared the lease dead yet, but it is."""
    return (
        row.status == SubmissionStatus.DELIVERING and row.lease_until is not None and row.lease_until <= now
    )


def _take_in(row: Submission, answer: base.Answer, evidence: str, now: datetime) -> None:
    status = _STATUS[answer.outcome]
    if row.status != status:
        row.status, row.status_at = status, now
    row.bank_reference = answer.bank_reference
    row.answer_code, row.answer_text, row.answer_raw = answer.code[:40], answer.text, evidence
    row.lease_until = None


def settle(*, submissions: Sequence[Submission], now: datetime) -> None:
    """What was changed of these locked submissions stands; alerts about those no longer UNKNOWN are over."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [[getattr(row, name) for row in submissions] for name in ("pk", *_SETTLED)])
    known = [
        key
        for row in submissions
        if row.status != SubmissionStatus.UNKNOWN
        for key in (alert_key(row.pk), conflict_key(row.pk))
    ]
    incidents.over(keys=known, note="It is known now what became of it.", now=now)


def _keep_events(
    *, heard: Sequence[Given], late: Sequence[Given], rows: Mapping[int, Submission], now: datetime
) -> None:
    """What came back is evidence, also what came too late."""
    SubmissionEvent.objects.bulk_create(
        [
            SubmissionEvent(
                submission=rows[one.submission_id],
                at=now,
                what=("lookup" if one.looked_up else "answer") if writes else "late",
                fence=one.fence,
                outcome=one.answer.outcome.value,
                code=one.answer.code[:40],
                text=one.answer.text,
            )
            for writes, group in ((True, heard), (False, late))
            for one in group
        ],
        batch_size=2000,
    )


def lease_died(*, submission: Submission, now: datetime) -> None:
    """The worker never came back: the locked submission is UNKNOWN, to be looked up at once."""
    note(
        submission=submission,
        what="expired",
        outcome="",
        code="",
        text="The worker did not come back.",
        now=now,
    )
    submission.lease_until, submission.next_lookup_at = None, now
    submission.status, submission.status_at = SubmissionStatus.UNKNOWN, now
    settle(submissions=[submission], now=now)


def never_left(
    *, submission: Submission, locked: Iterable[Payout], because: str, reason: str, now: datetime
) -> None:
    """Nothing of this submission reached the payees: its payouts are approved again, on hold."""
    attempts = {
        attempt.payout_id: attempt
        for attempt in Attempt.objects.filter(submission=submission, ended_at__isnull=True)
    }
    payouts = [p for p in locked if p.pk in attempts and p.status == PayoutStatus.SUBMITTED]
    if payouts:
        _attempts.not_sent(payouts=payouts, attempts=attempts, because=because, reason=reason, now=now)


def _reason(answer: base.Answer) -> str:
    known = reasons.known(answer.code, kind=base.ReportKind.REJECTED)
    words = known.sentence if known is not None else answer.text
    return f"The bank refused it: {words}" + (f" ({answer.code})" if answer.code else "")


def _times_asked(rows: Iterable[int]) -> dict[int, int]:
    """How often each submission has been looked up."""
    lookups = SubmissionEvent.objects.filter(submission_id__in=list(rows), what="lookup")
    return dict(lookups.values_list("submission_id").annotate(times=Count("pk")))


def _pause(times_asked: int) -> timedelta:
    return timedelta(seconds=_BACKOFF[min(times_asked, len(_BACKOFF) - 1)])


def note(
    *,
    submission: Submission,
    what: str,
    outcome: str,
    code: str,
    text: str,
    now: datetime,
    fence: int | None = None,
    actor_name: str = "",
) -> None:
    """One piece of evidence stands in the submission's history."""
    SubmissionEvent.objects.create(
        submission=submission,
        at=now,
        what=what,
        fence=submission.fence if fence is None else fence,
        outcome=str(outcome),
        code=code[:40],
        text=text,
        actor_name=actor_name,
    )
