"""Carrying schedules out: what is due becomes runs, a run becomes an export, an export is sent where it goes.

The ScheduleRun row is the job. Each step is committed before the next: a worker that is killed is followed by one that
goes on where the row stands. Only one at a time works on a run (an advisory lock that dies with its connection).
"""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit import actors, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import NotAllowed, Refused
from payouts.countries.rhythms import Occasion
from payouts.exports import kinds
from payouts.models import Export, ExportSchedule, ExportStatus, RunStatus, ScheduleRun, SftpTarget
from payouts.operations import (
    _alone,
    _doorbell,
    _export_file,
    _schedule_runs,
    _sftp,
    _shelf,
    _targets,
    exporting,
)
from payouts.operations._watch import Watch
from payouts.queries import export_filters
from payouts.queries import schedules as said
from sellers.ledger.queries import periods

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=30)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480))
"""Between one try and the next. After the last the run has failed."""
only_one = partial(_alone.only_one, space=4_022)
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
        _schedule_runs.stop(schedule, why, now)
        return 0
    return _schedule_runs.begin(schedule, now)


def work(*, run_id: int, now: datetime) -> bool:
    """The run goes on as far as it can; answers whether it is done. Not inside a transaction: it commits its steps."""
    watch = Watch(now)
    with only_one(run_id) as side:
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
        raise _Over(_("The schedule was ended before this was done."))
    if schedule.paused_at is not None:
        raise _Over(_("The schedule was paused before this was made. Let it go on, then run it again."))
    actor = _owner(schedule)
    filters = dict(schedule.filters)
    definition = kinds.get(schedule.kind)
    by_books = filters.get(export_filters.BY) == [export_filters.BOOKS]
    if run.first and run.last:
        occasion = Occasion(run.day or run.last, run.due_at, run.first, run.last)
        zone = timezone.get_current_timezone_name() if by_books else schedule.time_zone
        filters |= said.values_for(definition.filter, dates=schedule.dates, occasion=occasion, zone=zone)
    elif definition.of_the_past:
        filters[said.AT] = [str(periods.today(now=run.due_at)) if by_books else run.due_at.isoformat()]
    if definition.of_a_year and not filters.get("year"):
        filters["year"] = [str(run.due_at.astimezone(ZoneInfo(schedule.time_zone)).year - 1)]
    try:
        _schedule_runs.require(schedule.kind, actor)
        export = exporting.request(
            kind=schedule.kind,
            filters=filters,
            format=schedule.format,
            locale=schedule.locale,
            compressed=schedule.compressed,
            columns=schedule.columns,
            sort=schedule.sort,
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


def _send(run: ScheduleRun, export: Export, watch: Watch) -> None:
    """The file stands in the folder. Raises `_Again`, `_Over`."""
    try:
        with _shelf.opened(_export_file.name(export)) as file:
            target = _allowed(run, export, watch.now())
            parcel = _sftp.Parcel(file, export.file_name, export.file_bytes or 0, export.sha256)
            where = _sftp.send(_targets.address(target), parcel)
    except _sftp.Altered as error:
        log.error("schedule_file_altered", run=run.pk, export=export.pk)
        raise _Over(str(error)) from error
    except _sftp.NotSent as error:
        log.warning("schedule_not_sent", run=run.pk, error=type(error.__cause__ or error).__name__)
        raise _Again(str(error)) from error
    except OSError as error:
        log.warning("schedule_not_sent", run=run.pk, error=type(error).__name__)
        raise _Again(_("The place where exports are kept did not give its file.")) from error
    _sent(run, export, where, watch.now())


@transaction.atomic
def _sent(run: ScheduleRun, export: Export, where: str, now: datetime) -> None:
    """It is known that the file went out; in the audit trail also where the schedule was ended meanwhile."""
    ScheduleRun.objects.filter(pk=run.pk, status=RunStatus.WAITING).update(sent_at=now, sent_to=where)
    data = {"to": where, "file": export.file_name, "rows": export.rows_done, "sha256": export.sha256}
    recording.record(actor=SYSTEM, action="schedule.send", subject=run.schedule, data=data, now=now)


@transaction.atomic
def _allowed(run: ScheduleRun, export: Export, now: datetime) -> SftpTarget:
    """Where to, as it was confirmed: the row says that sending began, which PostgreSQL refuses of anything else.

    The try counts from here on, so that a worker which dies of it is not followed by others for ever.
    """
    schedule = (
        ExportSchedule.objects.select_for_update(of=("self",))
        .select_related("owner", "target")
        .get(pk=run.schedule_id)
    )
    if schedule.ended_at is not None:
        raise _Over(_("The schedule was ended before this was done."))
    if schedule.confirmed_at is None or schedule.target is None:
        raise _Over(_("The schedule was changed, and no other person has confirmed since where files go."))
    if schedule.confirmed_at > run.made_at:
        raise _Over(
            _(
                "The schedule was changed and confirmed after this run began, so its file was not "
                "sent. It is kept among the exports."
            )
        )
    if schedule.paused_at is not None:
        raise _Over(_("The schedule was paused before the file was sent. It is kept among the exports."))
    if run.attempts > len(PAUSES):
        raise _Over(_("Sending it broke off again and again. Given up."))
    actor = _owner(schedule)
    try:
        _schedule_runs.require(export.kind, actor)
    except Refused:
        why = _(
            "{actor} may not have exports sent any more: the schedule is stopped, and nothing was sent."
        ).format(actor=actor.name)
        raise _Stops(why) from None
    ScheduleRun.objects.filter(pk=run.pk).update(
        sending_at=now, attempts=run.attempts + 1, retry_at=now + PAUSES[min(run.attempts, len(PAUSES) - 1)]
    )
    return schedule.target


@transaction.atomic
def _done(run: ScheduleRun, export: Export, *, now: datetime) -> bool:
    """The run is done, unless its schedule was ended meanwhile; answers whether."""
    done = ScheduleRun.objects.filter(pk=run.pk, status=RunStatus.WAITING).update(
        status=RunStatus.DONE, finished_at=now, error="", retry_at=None
    )
    if done:
        data = {"occasion": str(run.day or ""), "rows": export.rows_done, "sha256": export.sha256}
        recording.record(actor=SYSTEM, action="schedule.run", subject=run.schedule, data=data, now=now)
    return bool(done)


def _tried(run: ScheduleRun, why: str, *, now: datetime) -> None:
    """Tried in vain: again after a while, or failed for good."""
    if run.attempts >= len(PAUSES):
        _failed(
            run,
            _("{why} Given up after {attempts} tries.").format(why=why, attempts=run.attempts + 1),
            now=now,
        )
        return
    ScheduleRun.objects.filter(pk=run.pk, status=RunStatus.WAITING).update(
        attempts=run.attempts + 1, error=why, retry_at=now + PAUSES[run.attempts]
    )


@transaction.atomic
def _failed(run: ScheduleRun, why: str, *, now: datetime, stops: bool = False) -> None:
    _schedule_runs.fail(run, why, now=now)
    if stops:
        _schedule_runs.stop(run.schedule, why, now)


def sweep(*, now: datetime) -> tuple[int, int]:
    """What is due is started, runs that wait for another try or were forgotten are rung for; answers how many."""
    started = start_due(now=now)
    waiting = ScheduleRun.objects.filter(status=RunStatus.WAITING, made_at__lte=now - PATIENCE)
    ready = waiting.exclude(retry_at__gt=now).order_by("pk").values_list("pk", flat=True)
    found = list(ready[:200])
    for run_id in found:
        _doorbell.ring("work_schedule", run_id=run_id)
    return started, len(found)
