"""A verb on many payouts as a job: asked for once, done in portions by a worker, left and found again.

The Job row is the job, its items say which payouts. Each portion is a transaction of its own that moves payouts and
writes what came of them, so that a worker killed in the middle leaves nothing half and does nothing twice. The rules
are the verb's own: they are asked of each portion, and so is the right of who confirmed it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from backoffice.audit import actors, authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.words import unended
from payouts.models import Job, JobItem, JobOutcome, Payout
from payouts.operations import _doorbell, incidents
from payouts.operations._outcome import Outcome, Refusal
from payouts.operations._watch import Watch
from payouts.operations.deeds import DEEDS
from payouts.queries import jobs as asked

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before the sweep rings again."""
BUDGET = timedelta(minutes=10)
"""How long one message works before it rings for the next: Celery ends what takes much longer."""
_ODD = "failed"

_ITEMS = """
INSERT INTO payouts_jobitem (job_id, payout_id, seen, outcome, code, reason)
SELECT %s, t.id, t.seen, '', '', '' FROM unnest(%s::bigint[], %s::text[]) AS t (id, seen)
"""
_ANSWER = """
UPDATE payouts_jobitem AS i SET outcome = t.outcome, code = t.code, reason = t.reason
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS t (id, outcome, code, reason) WHERE i.id = t.id
"""


class AnotherForm(Conflict):
    """What is asked under this key was asked with something else in it."""


class NoSuchJob(Refused):
    """There is none, or it is another person's."""

    code = "no_such_job"
    status = 404


@transaction.atomic
def request(
    *,
    verb: str,
    payout_ids: Iterable[int],
    values: Mapping[str, Any],
    key: str,
    actor: Actor,
    now: datetime,
    seen: Mapping[int, str] | None = None,
    rest_of: int | None = None,
) -> Job:
    """The verb on these payouts waits for a worker, which is rung for after the commit.

    The same again under the same ``key`` of the same person answers the first job, which may be over. ``values`` are
    what the verb takes besides (`DEEDS`). ``rest_of``: it goes on with payouts that were left of this job of the same
    person and verb, which was stopped. Raises `AnotherForm` where that job is of something else; what the verb
    raises whatever its payouts are, as a hold without a note does; `Refused` where none of the payouts is there;
    `NoSuchJob` and `Conflict` about ``rest_of``; `NotAllowed`.
    """
    deed = DEEDS[verb]
    authority.require(actor=actor, permission=deed.permission)
    deed.act(payout_ids=[], actor=actor, now=now, **values)
    ids = list(Payout.objects.filter(pk__in=set(payout_ids)).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise Refused(_("Nothing was done: none of these payouts is there. Choose again."), code="empty")
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }
    before = None if rest_of is None else _stopped(rest_of, verb=verb, actor=actor)
    made, new = Job.objects.get_or_create(
        key=f"{actor.person_id}:{key}",
        defaults={
            "verb": verb,
            "values": plain,
            "language": get_language() or "en",
            "asked_by_id": actor.person_id,
            "asked_at": now,
            "total": len(ids),
            "rest_of": before,
        },
    )
    confirmed = (verb, plain, rest_of)
    if not new and ((made.verb, made.values, made.rest_of_id) != confirmed or ids != _payouts_of(made)):
        raise AnotherForm(
            _("Nothing was done: this form was sent before, with something else in it. Look at it again.")
        )
    if new:
        if before is not None:
            _require_left(before, ids)
        tokens = seen or {}
        with connection.cursor() as cursor:
            cursor.execute(_ITEMS, [made.pk, ids, [tokens.get(pk, "") for pk in ids]])
        data = {"verb": verb, "payouts": len(ids)} | ({} if before is None else {"rest_of": str(before)})
        recording.record(actor=actor, action="job.request", subject=made, data=data, now=now)
        _doorbell.ring("work_job", job_id=made.pk)
    return made


def _stopped(job_id: int, *, verb: str, actor: Actor) -> Job:
    """The person's job of this verb, locked: what is left of it is taken up by one after the other."""
    rows = Job.objects.select_for_update(no_key=True).filter(asked_by_id=actor.person_id, verb=verb)
    job = rows.filter(pk=job_id, finished_at__isnull=False).first()
    if job is None:
        raise NoSuchJob(
            _("There is no such job of yours with something left. Only who asked for it goes on with it.")
        )
    return job


def _require_left(job: Job, ids: Sequence[int]) -> None:
    """Raises `Conflict` where one of these was not left by the job, or is taken up already."""
    left = set(asked.left(job).values_list("payout_id", flat=True))
    if not left.issuperset(ids):
        raise Conflict(
            _(
                "Nothing was done: some of these payouts are not left any more. Look at the job again, then go on."
            )
        )


def _payouts_of(job: Job) -> list[int]:
    return list(job.items.order_by("payout_id").values_list("payout_id", flat=True))


def work(*, job_id: int, now: datetime) -> bool:
    """Portion after portion is done until the job is finished; answers whether it is.

    What another worker is at, or has finished, is left alone. A portion that fails opens an incident, is told on the
    job, and is tried again by the sweep, one payout after the other: what fails then is refused. After a while it rings
    for the next worker. Not inside a transaction: it commits its own steps.
    """
    watch, trouble = Watch(now), f"job_failed:J{job_id}"
    try:
        while _portion(job_id, now=watch.now()):
            if watch.now() - now > BUDGET:
                _doorbell.ring("work_job", job_id=job_id)
                return False
    except Exception as error:  # whatever it is, the portions done stand, and the job is not lost
        log.exception("job_portion_failed", job=job_id, error=type(error).__name__)
        text = f"The job J{job_id} stopped ({type(error).__name__}). What it did stands; the rest is tried again."
        Job.objects.filter(pk=job_id, finished_at=None).update(trouble=text)
        incidents.open_one(code="job_failed", key=trouble, text=text, now=watch.now())
        return False
    over = Job.objects.filter(pk=job_id, finished_at__isnull=False).exists()
    if over:
        incidents.over(keys=[trouble], note=_("It was finished after all."), now=watch.now())
    return over


@transaction.atomic
def _portion(job_id: int, *, now: datetime) -> bool:
    """One portion, or the end; answers whether there is more to do here."""
    rows = Job.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    job = rows.select_related("asked_by").filter(pk=job_id, finished_at=None).first()
    if job is None:
        return False
    items = list(_waiting(job)[: DEEDS[job.verb].portion])
    if not items:
        _finish(job, actor=SYSTEM, now=now)
        return False
    singly = bool(job.trouble) and not DEEDS[job.verb].whole
    with override(job.language):
        try:
            with transaction.atomic():
                outcome = _singly(job, items, now) if singly else _act(job, items, now)
        except NotAllowed as refusal:  # who asked may do it no more: not now, and not the rest
            items = list(_waiting(job))
            outcome = _all_refused(items, refusal.code, str(refusal))
        except Refused as refusal:
            outcome = _all_refused(items, refusal.code, str(refusal))
    _answer(job, items, outcome)
    return True


def _waiting(job: Job) -> Any:
    return job.items.filter(outcome=JobOutcome.WAITING).order_by("payout_id")


def values_of(job: Job) -> dict[str, Any]:
    """What its form said, as the verb takes it."""
    values = dict(job.values)
    if values.get("until"):
        values["until"] = datetime.fromisoformat(values["until"])
    return values


def _act(job: Job, items: Sequence[JobItem], now: datetime) -> Outcome:
    return DEEDS[job.verb].act(
        payout_ids=[item.payout_id for item in items],
        actor=actors.person(job.asked_by),
        now=now,
        seen={item.payout_id: item.seen for item in items if item.seen} or None,
        **values_of(job),
    )


def _singly(job: Job, items: Sequence[JobItem], now: datetime) -> Outcome:
    """After a portion that failed: each payout by itself, so that the one at fault keeps nobody else waiting."""
    outcome = Outcome()
    for item in items:
        try:
            with transaction.atomic():
                one = _act(job, [item], now)
        except NotAllowed:
            raise
        except Refused as refusal:
            one = _all_refused([item], refusal.code, str(refusal))
        except Exception as error:  # whatever it is, it is this payout's alone
            log.exception("job_item_failed", job=job.pk, payout=item.payout_id, error=type(error).__name__)
            reason = _("it failed ({error}), and nothing of it was done: try it alone").format(
                error=type(error).__name__
            )
            one = _all_refused([item], _ODD, reason)
        outcome.moved += one.moved
        outcome.refused += one.refused
    return outcome


def _all_refused(items: Sequence[JobItem], code: str, reason: str) -> Outcome:
    return Outcome(refused=[Refusal(item.payout_id, "", code, unended(reason)) for item in items])


def _answer(job: Job, items: Sequence[JobItem], outcome: Outcome) -> None:
    """What came of these, written beside what was done. Where one is not answered, KeyError undoes the portion."""
    moved = set(outcome.moved)
    refused = {each.payout_id: each for each in outcome.refused}
    answers = [
        (item.pk, JobOutcome.MOVED.value, "", "")
        if item.payout_id in moved
        else (item.pk, JobOutcome.REFUSED.value, refused[item.payout_id].code, refused[item.payout_id].reason)
        for item in items
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [list(column) for column in zip(*answers, strict=True)])
    count = sum(outcome == JobOutcome.MOVED for _pk, outcome, _code, _reason in answers)
    Job.objects.filter(pk=job.pk).update(
        moved_count=F("moved_count") + count,
        refused_count=F("refused_count") + len(answers) - count,
        trouble="",
    )


def _finish(job: Job, *, actor: Actor, now: datetime) -> None:
    job.refresh_from_db(fields=["moved_count", "refused_count"])
    Job.objects.filter(pk=job.pk).update(finished_at=now)
    data = {"verb": job.verb, "moved": job.moved_count, "refused": job.refused_count}
    recording.record(actor=actor, action="job.finish", subject=job, data=data, now=now)


@transaction.atomic
def stop(*, job_id: int, actor: Actor, now: datetime) -> Job:
    """What was not done yet is left alone, and the job is over; what was done stands. For who asked for it.

    Waits for the portion that a worker is at. Raises `NoSuchJob`, `Conflict` when it is over already or is done in one
    go, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.view_payout")
    own = Job.objects.filter(pk=job_id, asked_by_id=actor.person_id)
    if any(DEEDS[verb].whole for verb in own.values_list("verb", flat=True)):
        raise Conflict(_("Nothing stopped: this is done in one go, all of it or none."))
    job = own.select_for_update(no_key=True).first()
    if job is None:
        raise NoSuchJob(_("There is no such job of yours. Only who asked for a job may stop it."))
    items = list(_waiting(job)) if job.finished_at is None else []
    if not items:
        raise Conflict(_("Nothing stopped: all of it was done already."))
    _answer(job, items, _all_refused(items, asked.STOPPED, _("you stopped the job before its turn came")))
    recording.record(actor=actor, action="job.stop", subject=job, data={"payouts": len(items)}, now=now)
    _finish(job, actor=actor, now=now)
    job.refresh_from_db()
    return job


def sweep(*, now: datetime) -> int:
    """Jobs that a lost message, or a killed worker, left unfinished are rung for again; answers how many."""
    open_ones = Job.objects.filter(finished_at=None, asked_at__lte=now - PATIENCE)
    waiting = list(open_ones.order_by("asked_at").values_list("pk", flat=True)[:100])
    for job_id in waiting:
        _doorbell.ring("work_job", job_id=job_id)
    return len(waiting)
