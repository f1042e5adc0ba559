"""Carrying schedules out: what is due becomes runs, a run becomes an export, an export is sent where it goes.

The ScheduleRun row is the job. Each step is committed before the next: a worker that is killed is followed by one that
goes on where the row stands. Only one at a time works on a run (an advisory lock that dies with its connection).
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import actors, authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import NotAllowed, Refused
from payouts.countries.rhythms import Occasion
from payouts.exports import kinds
from payouts.models import Export, ExportSchedule, ExportStatus, RunStatus, ScheduleRun, SftpTarget
from payouts.operations import _doorbell, _export_file, _sftp, _shelf, _targets, exporting, schedules
from payouts.operations._watch import Watch
from payouts.queries import schedules as said

log = structlog.get_logger(__name__)

MOST_MADE_UP = 31
"""Occasions that are made up at once, the latest; what lies before them is left out, and said so."""
PATIENCE = timedelta(seconds=30)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480))
"""Between one try and the next. After the last the run has failed."""
_LOCKS = 4_022
_RUNNING = (ExportStatus.WAITING, ExportStatus.RUNNING)


class _Again(Exception):
    """Not now: it is tried again. The message is a sentence."""


class _Over(Exception):
    """Not at all. The message is a sentence."""


class _Stops(_Over):
    """Not at all, and the schedule stops with it."""


def start_due(*, now: datetime) -> int:
    """Every occasion that is due is a run, once each; answers how many are new. The missed ones are made up."""
    due = ExportSchedule.objects.filter(next_at__lte=now).order_by("next_at", "pk")
    started = 0
    for schedule_id in list(due.values_list("pk", flat=True)[:500]):
        try:
            started += _start(schedule_id, now)
        except Exception as error:  # one that cannot be started keeps no other waiting
            log.exception("schedule_not_started", schedule=schedule_id, error=type(error).__name__)
    return started


@transaction.atomic
def _start(schedule_id: int, now: datetime) -> int:
    rows = ExportSchedule.objects.select_for_update(skip_locked=True, of=("self",))
    schedule = rows.filter(pk=schedule_id, next_at__lte=now).first()
    if schedule is None:
        return 0
    if not said.has_days(schedule):
        why = _(
            "We pay in the country no longer whose business days it waited for. Choose "
            "another, and let it go on."
        )
        _stop(schedule, why, now)
        return 0
    rhythm = said.rhythm_of(schedule)
    occasions = list(rhythm.occasions(after=schedule.seen_until, until=now))
    left_out = len(occasions) - MOST_MADE_UP
    note = ""
    if left_out > 0:
        note = _(
            "{left_out} occasions before this one were missed too, and are not made up: at "
            "most {most_made_up} are."
        ).format(left_out=left_out, most_made_up=MOST_MADE_UP)
    made = [
        run for number, each in enumerate(occasions[-MOST_MADE_UP:])
        if (run := _run(schedule, each, now, note if number == 0 else ""))
    ]  # fmt: skip
    schedule.seen_until, schedule.next_at = now, rhythm.next(after=now).moment
    schedule.save(update_fields=["seen_until", "next_at"])
    for run in made:
        _doorbell.ring("work_schedule", run_id=run.pk)
    return len(made)


def _run(schedule: ExportSchedule, occasion: Occasion, now: datetime, note: str) -> ScheduleRun | None:
    """The occasion's run; None where it has one."""
    run, new = ScheduleRun.objects.get_or_create(
        schedule=schedule,
        day=occasion.day,
        defaults={
            "due_at": occasion.moment,
            "first": occasion.first if schedule.dates else None,
            "last": occasion.last if schedule.dates else None,
            "note": note,
            "made_at": now,
        },
    )
    return run if new else None


def work(*, run_id: int, now: datetime) -> bool:
    """The run goes on as far as it can; answers whether it is done. Not inside a transaction: it commits its steps."""
    watch = Watch(now)
    with _export_file.only_one(run_id, space=_LOCKS) as side:
        if side is None:
            return False
        rows = ScheduleRun.objects.select_related("schedule__owner", "schedule__target", "export")
        run = rows.filter(pk=run_id, status=RunStatus.WAITING).first()
        if run is None or (run.retry_at is not None and run.retry_at > now):
            return False
        try:
            export = _written(run, watch)
            if run.schedule.target is not None:
                _send(run, export, watch)
        except _Over as over:
            _failed(run, str(over), now=watch.now(), stops=isinstance(over, _Stops))
        except _Again as again:
            _tried(run, str(again), now=watch.now())
        except Exception as error:  # whatever it is, the run is not lost
            log.exception("schedule_failed", run=run_id, error=type(error).__name__)
            _tried(run, _("It could not be carried out; the trouble was logged."), now=watch.now())
        else:
            return _done(run, export, now=watch.now())
        return False


def _written(run: ScheduleRun, watch: Watch) -> Export:
    """The run's export, READY. Raises `_Again`, `_Over`."""
    export = run.export or _asked(run, watch.now())
    if export.status in _RUNNING:
        exporting.write(export_id=export.pk, now=watch.now())
        export.refresh_from_db()
    match export.status:
        case ExportStatus.READY:
            return export
        case ExportStatus.WAITING | ExportStatus.RUNNING:
            raise _Again(_("Another worker is writing its file."))
        case ExportStatus.FAILED:
            ScheduleRun.objects.filter(pk=run.pk).update(export=None)  # the next try makes another
            raise _Again(export.error)
        case ExportStatus.CANCELLED:
            raise _Over(_("Its owner cancelled the export."))
        case _:
            raise _Over(
                _("Its file was erased after {export_keep_days} days, before it was sent.").format(
                    export_keep_days=settings.EXPORT_KEEP_DAYS
                )
            )


@transaction.atomic
def _asked(run: ScheduleRun, now: datetime) -> Export:
    """An export in its owner's name, of the occasion's own days. Raises `_Again`, `_Over`."""
    schedule = run.schedule
    if schedule.ended_at is not None:
        raise _Over(_("The schedule was ended before this could be made."))
    actor = _owner(schedule)
    filters = dict(schedule.filters)
    definition = kinds.get(schedule.kind)
    if run.first and run.last:
        occasion = Occasion(run.day or run.last, run.due_at, run.first, run.last)
        filters |= said.values_for(
            definition.filter, dates=schedule.dates, occasion=occasion, zone=schedule.time_zone
        )
    elif definition.of_the_past:
        filters[said.AT] = [run.due_at.isoformat()]
    try:
        authority.require(actor=actor, permission=schedules.RIGHT)
        export = exporting.request(
            kind=schedule.kind,
            filters=filters,
            format=schedule.format,
            locale=schedule.locale,
            compressed=schedule.compressed,
            columns=schedule.columns,
            actor=actor,
            now=now,
            ring=False,
            named=run.day,
        )
    except NotAllowed:
        why = _(
            "{actor} may not export this any more, or has no account: the schedule is "
            "stopped. Somebody who may can make it anew."
        ).format(actor=actor.name)
        raise _Stops(why) from None
    except exporting.BadExport as refusal:
        if refusal.code == "too_many":
            raise _Again(str(refusal)) from refusal
        raise _Over(str(refusal)) from refusal
    except Refused as refusal:
        raise _Over(str(refusal)) from refusal
    ScheduleRun.objects.filter(pk=run.pk).update(export=export)
    run.export = export
    return export


def _owner(schedule: ExportSchedule) -> Actor:
    """The program acts with its owner's rights, and no others."""
    return actors.command(schedule.owner)


def _stop(schedule: ExportSchedule, why: str, now: datetime) -> None:
    stopped = ExportSchedule.objects.filter(pk=schedule.pk, paused_at=None, ended_at=None).update(
        paused_at=now, stopped_why=why, next_at=None
    )
    if stopped:
        recording.record(actor=SYSTEM, action="schedule.stop", subject=schedule, data={"why": why}, now=now)


def _send(run: ScheduleRun, export: Export, watch: Watch) -> None:
    """The file stands in the folder. Raises `_Again`, `_Over`."""
    target = _allowed(run, watch.now())
    try:
        with _shelf.opened(_export_file.name(export)) as file:
            where = _sftp.send(
                _targets.address(target), file, name=export.file_name, size=export.file_bytes or 0
            )
    except _sftp.NotSent as error:
        raise _Again(str(error)) from error
    except OSError as error:
        raise _Again(_("The place where exports are kept did not give its file.")) from error
    sent_at = watch.now()
    ScheduleRun.objects.filter(pk=run.pk).update(sent_at=sent_at, sent_to=where)
    data = {"to": where, "file": export.file_name, "rows": export.rows_done, "sha256": export.sha256}
    recording.record(actor=SYSTEM, action="schedule.send", subject=run.schedule, data=data, now=sent_at)


@transaction.atomic
def _allowed(run: ScheduleRun, now: datetime) -> SftpTarget:
    """Where to, as it was confirmed: the row says that sending began, which PostgreSQL refuses of anything else."""
    schedule = (
        ExportSchedule.objects.select_for_update(of=("self",))
        .select_related("owner", "target")
        .get(pk=run.schedule_id)
    )
    if schedule.waits_for_another or schedule.target is None:
        raise _Over(_("The schedule was changed, and no other person has confirmed since where files go."))
    if schedule.paused_at is not None:
        raise _Over(_("The schedule was paused before the file was sent. It is kept among the exports."))
    actor = _owner(schedule)
    if not authority.allows(actor=actor, permission=schedules.RIGHT):
        why = _(
            "{actor} may not have exports sent any more: the schedule is stopped, and nothing was sent."
        ).format(actor=actor.name)
        raise _Stops(why)
    ScheduleRun.objects.filter(pk=run.pk).update(sending_at=now)
    return schedule.target


@transaction.atomic
def _done(run: ScheduleRun, export: Export, *, now: datetime) -> bool:
    ScheduleRun.objects.filter(pk=run.pk).update(
        status=RunStatus.DONE, finished_at=now, error="", retry_at=None
    )
    data = {"occasion": str(run.day or ""), "rows": export.rows_done, "sha256": export.sha256}
    recording.record(actor=SYSTEM, action="schedule.run", subject=run.schedule, data=data, now=now)
    return True


def _tried(run: ScheduleRun, why: str, *, now: datetime) -> None:
    """Tried in vain: again after a while, or failed for good."""
    if run.attempts >= len(PAUSES):
        _failed(
            run,
            _("{why} Given up after {attempts} tries.").format(why=why, attempts=run.attempts + 1),
            now=now,
        )
        return
    ScheduleRun.objects.filter(pk=run.pk).update(
        attempts=run.attempts + 1, error=why, retry_at=now + PAUSES[run.attempts]
    )


@transaction.atomic
def _failed(run: ScheduleRun, why: str, *, now: datetime, stops: bool = False) -> None:
    ScheduleRun.objects.filter(pk=run.pk).update(
        status=RunStatus.FAILED, finished_at=now, error=why, retry_at=None
    )
    if stops:
        _stop(run.schedule, why, now)
    data = {"occasion": str(run.day or ""), "why": why}
    recording.record(actor=SYSTEM, action="schedule.fail", subject=run.schedule, data=data, now=now)


def sweep(*, now: datetime) -> tuple[int, int]:
    """What is due is started, runs that wait for another try or were forgotten are rung for; answers how many."""
    started = start_due(now=now)
    waiting = ScheduleRun.objects.filter(status=RunStatus.WAITING, made_at__lte=now - PATIENCE)
    ready = waiting.exclude(retry_at__gt=now).order_by("pk").values_list("pk", flat=True)
    found = list(ready[:200])
    for run_id in found:
        _doorbell.ring("work_schedule", run_id=run_id)
    return started, len(found)
