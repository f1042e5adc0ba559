"""What became of an UNKNOWN submission: a person may ask again, or send again where safe; two people decide."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from payouts.models import Attempt, Evidence, Resolution, Submission, SubmissionEvent
from payouts.operations import (
    _journal,
    _leases,
    _locks,
    _progress,
    answering,
    delivering,
    lookups,
    papers,
    switches,
)
from payouts.operations._watch import Watch
from payouts.queries import unknown as desk
from payouts.states import SubmissionStatus

PERMISSION = "payouts.resolve_unknown"
_NOT_HANDED_OVER = (delivering.TOO_LATE.code, delivering.STOPPED.code, delivering.UNWRITTEN.code)
"""What a worker answers that has handed over nothing under its lease, and never will."""


class NotUnknown(Conflict):
    """It was found out what became of the submission."""

    code = "not_unknown"


class OwnFinding(Refused):
    """Who says what became of it does not confirm it."""

    code = "four_eyes"


def look_up_now(*, submission_id: int, actor: Actor, now: datetime) -> Submission:
    """The rail has been asked now, without waiting for the next turn.

    Raises `Refused` where the rail cannot be asked, `NotUnknown`, `NotAllowed`.
    """
    watch = Watch(now)
    with transaction.atomic(durable=True):
        row = _unknown(submission_id=submission_id, actor=actor)
        why_not = desk.why_not_look_up(row)
        if why_not:
            raise Refused(_("Not asked: {why_not}").format(why_not=why_not), code="not_asked")
        row.next_lookup_at = now
        row.save(update_fields=["next_lookup_at"])
        recording.record(
            actor=actor, action="submission.look_up", subject=row, data={"key": row.key}, now=now
        )
    lookups.work(submission_id=submission_id, now=watch.now())
    return Submission.objects.get(pk=submission_id)


def send_again(*, submission_id: int, actor: Actor, now: datetime) -> Submission:
    """The same bytes have gone out again under the same key, on the record.

    Raises `Refused` where that could pay twice, `Conflict` where somebody was quicker, `RailStopped`, `NotUnknown`,
    `NotAllowed`; then nothing went out and nothing is recorded.
    """
    watch = Watch(now)
    with transaction.atomic(durable=True):
        row = _unknown(submission_id=submission_id, actor=actor)
        switches.require_open_way(row.rail)
        why_not = desk.why_not_again(submission=row, now=now)
        if why_not:
            raise Refused(_("Not sent again: {why_not}").format(why_not=why_not), code="not_again")
    if not lookups.again(submission_id=submission_id, fence=row.fence, now=watch.now(), by=actor):
        raise Conflict(_("Not sent again: it changed while you asked for it. Look at it again."))
    return Submission.objects.get(pk=submission_id)


@transaction.atomic
def propose(
    *, submission_id: int, verdict: str, evidence: str, paper: papers.Paper, actor: Actor, now: datetime
) -> Resolution:
    """One person's finding stands, to be confirmed by another: "sent" or "never_sent", and what it rests on.

    ``evidence`` says whom they asked and what was said; ``paper`` shows it and is kept encrypted. Raises `Refused`
    without evidence, `papers.BadPaper`, `Conflict` when a finding stands already, `NotUnknown`, `NotAllowed`.
    """
    row = _unknown(submission_id=submission_id, actor=actor)
    if verdict not in Resolution.Verdict.values:
        raise Refused(_("Not proposed: say whether the bank has it or never got it."), code="bad_verdict")
    if not evidence.strip():
        raise Refused(_("Not proposed: write whom you asked and what they said."), code="reason_missing")
    papers.check(paper)
    try:
        with transaction.atomic():
            made = Resolution.objects.create(
                submission=row,
                verdict=verdict,
                evidence=evidence.strip(),
                proposed_by_id=actor.person_id,
                proposed_at=now,
            )
    except IntegrityError:
        raise Conflict(
            _("Not proposed: a finding waits to be confirmed already. Confirm or dismiss it first.")
        ) from None
    kept = papers.keep(finding=made, paper=paper, now=now)
    _note(row, made, "proposed", actor, now, sha256=kept.body_sha256)
    return made


@transaction.atomic(durable=True)
def confirm(*, resolution_id: int, actor: Actor, now: datetime) -> Submission:
    """Another person confirms the finding, and it is true from now on.

    "sent": ACCEPTED, and the bank's answers settle it. "never_sent": REJECTED, its payouts are approved again, on
    hold, their money reserved as before; refused while what was handed over may still arrive.

    Raises `OwnFinding` to its proposer, `Refused`, `NotUnknown`, `Conflict`, `NotAllowed`.
    """
    authority.require(actor=actor, permission=PERMISSION)
    submission_id = Resolution.objects.values_list("submission_id", flat=True).get(pk=resolution_id)
    live = Attempt.objects.filter(submission_id=submission_id, ended_at__isnull=True)
    locked = _locks.payouts(live.values_list("payout_id", flat=True))
    row = _unknown(submission_id=submission_id, actor=actor)
    finding = Resolution.objects.select_for_update(of=("self",)).get(pk=resolution_id)
    if finding.confirmed_at is not None or finding.dismissed_at is not None:
        raise Conflict(_("Not confirmed: this finding was confirmed or dismissed by someone else."))
    if finding.proposed_by_id == actor.user_id:
        raise OwnFinding(_("Not confirmed: it is your own finding. Another person must confirm it."))
    if not Evidence.objects.filter(resolution=finding).exists():
        raise Refused(
            _("Not confirmed: nothing is attached to this finding. Dismiss it and propose it with its paper.")
        )
    if finding.verdict == Resolution.Verdict.NEVER_SENT:
        _check_nothing_is_on_its_way(row, now)
    finding.confirmed_by_id, finding.confirmed_at = actor.user_id, now
    finding.save(update_fields=["confirmed_by", "confirmed_at"])
    _note(row, finding, "resolved", actor, now)
    row.next_lookup_at, row.status_at = None, now
    row.answer_text = f"Two people found: {finding.get_verdict_display()}. {finding.evidence}"
    if finding.verdict == Resolution.Verdict.SENT:
        row.answer_code = "RESOLVED_SENT"
        row.status = SubmissionStatus.ACCEPTED
        answering.settle(submissions=[row], now=now)
    else:
        row.answer_code = "RESOLVED_NEVER_SENT"
        row.status = SubmissionStatus.REJECTED
        answering.settle(submissions=[row], now=now)
        reason = f"Two people found that it never reached the bank: {finding.evidence}"
        answering.never_left(submission=row, locked=locked, because="never_sent", reason=reason, now=now)
    _progress.advance(batch_ids=[row.batch_id], now=now)
    return row


def _check_nothing_is_on_its_way(row: Submission, now: datetime) -> None:
    begun = _may_have_begun(row, now)
    if begun is None:
        return
    free_at = begun + _leases.length() + desk.COOL_DOWN
    if now < free_at:
        raise Refused(
            _(
                "Not confirmed: what was handed over as {key} may still be on its way, or "
                "its worker may still wake up. Confirm after {free_at:%H:%M} UTC."
            ).format(key=row.key, free_at=free_at),
            code="cool_down",
        )


def _may_have_begun(row: Submission, now: datetime) -> datetime | None:
    """When the last worker began that may have handed it over; None where none did.

    Of this database's leases, without those whose worker says that it handed nothing over; and of what the journal
    outside knows of and this database forgot when it was restored. Raises `Refused` where that cannot be read.
    """
    events, length = SubmissionEvent.objects.filter(submission=row), _leases.length()
    said = events.filter(what__in=("answer", "late"), code__in=_NOT_HANDED_OVER)
    idle = dict(said.values_list("fence", "at"))
    leases = list(events.filter(what="lease").values_list("at", "fence"))
    begun = [at for at, fence in leases if fence not in idle]
    # A worker that handed nothing over writes no more once it has said so.
    ours = [(at, idle.get(fence, at + length)) for at, fence in leases]
    since = now - length - desk.COOL_DOWN
    try:
        written = _journal.handed_over_since(rail=row.rail, key=row.key, since=since)
    except _journal.NotWritten as error:
        raise Refused(
            _("Not confirmed: what was handed over lately cannot be looked up. {error}").format(error=error),
            code="cool_down",
        ) from error
    begun += [moment for moment in written if not any(at <= moment <= until for at, until in ours)]
    return max(begun, default=None)


@transaction.atomic
def dismiss(*, resolution_id: int, actor: Actor, now: datetime) -> Resolution:
    """The finding does not stand; another may be proposed. Raises `Conflict`, `NotAllowed`."""
    authority.require(actor=actor, permission=PERMISSION)
    submission_id = Resolution.objects.values_list("submission_id", flat=True).get(pk=resolution_id)
    row = _locks.submissions([submission_id])[0]  # before the finding, like who confirms it
    finding = Resolution.objects.select_for_update(of=("self",)).get(pk=resolution_id)
    if finding.confirmed_at is not None or finding.dismissed_at is not None:
        raise Conflict(_("Not dismissed: this finding was confirmed or dismissed already."))
    finding.dismissed_at = now
    finding.save(update_fields=["dismissed_at"])
    _note(row, finding, "dismissed", actor, now)
    return finding


def _unknown(*, submission_id: int, actor: Actor) -> Submission:
    authority.require(actor=actor, permission=PERMISSION)
    row = _locks.submissions([submission_id])[0]
    if row.status != SubmissionStatus.UNKNOWN:
        label = SubmissionStatus(row.status).label.lower()
        raise NotUnknown(
            _("{key} is {label} now: there is nothing left to decide.").format(key=row.key, label=label)
        )
    return row


def _note(row: Submission, finding: Resolution, what: str, actor: Actor, now: datetime, **more: str) -> None:
    answering.note(
        submission=row,
        what=what,
        outcome="",
        code=finding.verdict,
        text=finding.evidence,
        now=now,
        actor_name=actor.name,
    )
    data = {"key": row.key, "verdict": finding.verdict, **more}
    recording.record(actor=actor, action=f"unknown.{what}", subject=row, data=data, now=now)
