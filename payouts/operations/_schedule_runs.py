"""What is due of a schedule becomes its runs; by which rights, and how they fail: for people and the worker."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM, Actor
from payouts.countries.rhythms import Occasion
from payouts.exports import kinds
from payouts.models import ExportSchedule, RunStatus, ScheduleRun
from payouts.operations import _doorbell, _export_rights
from payouts.queries import schedules as said

RIGHT = "payouts.schedule_export"
MOST_MADE_UP = 31
"""Occasions that are made up at once, the latest; what lies before them is left out, and said so."""


def require(kind: str, actor: Actor) -> kinds.Definition:
    """The kind, which this person may export and have made regularly. Raises `BadExport`, `NotAllowed`."""
    definition = kinds.get(kind)
    _export_rights.require(definition, actor, RIGHT)
    return definition


def begin(schedule: ExportSchedule, now: datetime) -> int:
    """Every occasion that is due is a run, once each; answers how many are new. The missed ones are made up.

    The caller has locked the row. Nothing happens where nothing is due, or where its business days are unknown.
    """
    if schedule.next_at is None or schedule.next_at > now or not said.has_days(schedule):
        return 0
    rhythm = said.rhythm_of(schedule)
    occasions = list(rhythm.occasions(after=schedule.seen_until, until=now))
    note = _note(schedule.left_out, missed=len(occasions) - MOST_MADE_UP)
    made = []
    for occasion in occasions[-MOST_MADE_UP:]:
        run, new = _run(schedule, occasion, now, note)
        if new:
            made.append(run)
            note, schedule.left_out = "", 0
    schedule.seen_until, schedule.next_at = now, rhythm.next(after=now).moment
    schedule.save(update_fields=["seen_until", "next_at", "left_out"])
    for run in made:
        _doorbell.ring("work_schedule", run_id=run.pk)
    return len(made)


def _note(unconfirmed: int, *, missed: int) -> str:
    """What there is to say about occasions that are not made, in sentences."""
    said_so = []
    if unconfirmed > 0:
        said_so.append(
            _("Left out before this one, because nobody else had confirmed: one occasion.")
            if unconfirmed == 1
            else _(
                "Left out before this one, because nobody else had confirmed: {left_out} occasions."
            ).format(left_out=unconfirmed)
        )
    if missed == 1:
        said_so.append(
            _(
                "One occasion before this one was missed too, and is not made up: at most {most_made_up} are."
            ).format(most_made_up=MOST_MADE_UP)
        )
    if missed > 1:
        said_so.append(
            _(
                "{left_out} occasions before this one were missed too, and are not made up: at "
                "most {most_made_up} are."
            ).format(left_out=missed, most_made_up=MOST_MADE_UP)
        )
    return " ".join(said_so)


def _run(schedule: ExportSchedule, occasion: Occasion, now: datetime, note: str) -> tuple[ScheduleRun, bool]:
    """The occasion's run, and whether it is new."""
    return ScheduleRun.objects.get_or_create(
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


@transaction.atomic
def fail(run: ScheduleRun, why: str, *, now: datetime) -> None:
    """The run has failed for good, unless it was over already."""
    failed = ScheduleRun.objects.filter(pk=run.pk, status=RunStatus.WAITING).update(
        status=RunStatus.FAILED, finished_at=now, error=why, retry_at=None
    )
    if failed:
        data = {"occasion": str(run.day or ""), "why": why}
        recording.record(actor=SYSTEM, action="schedule.fail", subject=run.schedule, data=data, now=now)


def stop(schedule: ExportSchedule, why: str, now: datetime) -> None:
    """The program has paused the schedule, and its page says why."""
    stopped = ExportSchedule.objects.filter(pk=schedule.pk, paused_at=None, ended_at=None).update(
        paused_at=now, stopped_why=why, next_at=None
    )
    if stopped:
        recording.record(actor=SYSTEM, action="schedule.stop", subject=schedule, data={"why": why}, now=now)
