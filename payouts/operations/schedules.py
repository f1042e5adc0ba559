"""Schedules of exports: made and changed by their owner, confirmed by another person where files go elsewhere."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from payouts import countries
from payouts.exports import kinds
from payouts.models import Every, ExportSchedule, RunStatus, ScheduleRun
from payouts.operations import _doorbell, _schedule_runs, _targets, export_templates, exporting
from payouts.operations._targets import Wanted
from payouts.queries import export_filters, filters, references
from payouts.queries import schedules as said

RIGHT = _schedule_runs.RIGHT
CONFIRM = "payouts.confirm_schedule"
MOST = 50
"""Schedules of one person that have not ended."""


class BadSchedule(Refused):
    """A schedule that cannot be kept; the sentence says why."""

    code = "bad_schedule"


class UnknownSchedule(Refused):
    """No schedule of this person has this number."""

    code = "not_found"
    status = 404


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A schedule as its owner describes it. ``dates`` are those that each occasion sets, none when empty.

    ``template`` names the columns in their place: the schedule keeps those that it has now.
    """

    name: str
    kind: str
    format: str
    every: str
    at: time
    time_zone: str
    filters: Mapping[str, Any] | str = ""
    columns: Sequence[str] = ()
    template: str = ""
    sort: str = ""
    locale: str = "en"
    compressed: bool = False
    dates: str = ""
    weekday: int = 1
    country: str = ""
    target: Wanted | None = None


@transaction.atomic
def make(*, plan: Plan, actor: Actor, now: datetime) -> ExportSchedule:
    """The schedule is kept; it begins with the next occasion, or waits for another person where files go elsewhere.

    Raises `BadSchedule`, `BadTarget`, `BadExport`, `BadFilter`, `BadTemplate`, `NotAllowed`.
    """
    values = _checked(plan, actor, now)
    if said.listed().filter(owner_id=actor.person_id).count() >= MOST:
        raise BadSchedule(
            _("Not saved: you have {most} schedules already. End one of them.").format(most=MOST)
        )
    made = ExportSchedule(owner_id=actor.person_id, made_at=now, seen_until=now, **values)
    if plan.target is not None:
        made.target = _targets.kept(plan.target, before=None, actor=actor, now=now)
    _save(made, now)
    recording.record(actor=actor, action="schedule.make", subject=made, data=_facts(made), now=now)
    return made


@transaction.atomic
def change(*, schedule_id: int, plan: Plan, actor: Actor, now: datetime) -> ExportSchedule:
    """It is as described from its next occasion on; files that go elsewhere wait for another person again.

    Raises as `make` does, and `UnknownSchedule`.
    """
    found = _own(schedule_id, actor)
    _schedule_runs.begin(found, now)
    before, rested = _content(found), _rests(found)
    for name, value in _checked(plan, actor, now).items():
        setattr(found, name, value)
    old = found.target
    found.target = (
        _targets.kept(plan.target, before=old, actor=actor, now=now) if plan.target is not None else None
    )
    if _content(found) == before:
        return found
    found.confirmed_by = found.confirmed_at = None
    if rested and not _rests(found):
        found.seen_until = now
    _save(found, now)
    if old is not None and old != found.target:
        _targets.forget(old)
    recording.record(actor=actor, action="schedule.change", subject=found, data=_facts(found), now=now)
    return found


@transaction.atomic
def confirm(*, schedule_id: int, seen: str, actor: Actor, now: datetime) -> ExportSchedule:
    """Its files go where it says, from the next occasion on. ``seen`` is the `digest` of what the person has read.

    Raises `UnknownSchedule`, `Conflict` when it changed meanwhile, `BadSchedule` for its owner, `NotAllowed`.
    """
    authority.require(actor=actor, permission=CONFIRM)
    found = _one(schedule_id)
    if found.owner_id == actor.person_id:
        raise BadSchedule(_("Not confirmed: it is your own schedule. Another person must confirm it."))
    if not found.waits_for_another:
        raise Conflict(
            _("“{found}” waits for nobody: it was confirmed, or sends nothing elsewhere.").format(
                found=found.name
            )
        )
    if seen != digest(found):
        raise Conflict(
            _("“{found}” was changed meanwhile: read it again, then decide.").format(found=found.name)
        )
    if found.paused_at is None and said.has_days(found):
        passed = said.rhythm_of(found).occasions(after=found.seen_until, until=now)
        found.left_out += sum(1 for _each in passed)
    found.confirmed_by_id, found.confirmed_at, found.seen_until = actor.person_id, now, now
    _save(found, now)
    recording.record(actor=actor, action="schedule.confirm", subject=found, data=_facts(found), now=now)
    return found


@transaction.atomic
def pause(*, schedule_id: int, actor: Actor, now: datetime) -> ExportSchedule:
    """Nothing is made until its owner lets it go on. For whoever may have schedules, not its owner alone.

    Raises `UnknownSchedule`, `NotAllowed`.
    """
    authority.require(actor=actor, permission=RIGHT)
    found = _one(schedule_id)
    if found.paused_at is None:
        _schedule_runs.begin(found, now)
        found.paused_at, found.stopped_why = now, ""
        _save(found, now)
        recording.record(actor=actor, action="schedule.pause", subject=found, now=now)
    return found


@transaction.atomic
def resume(*, schedule_id: int, actor: Actor, now: datetime) -> ExportSchedule:
    """It goes on with its next occasion; what fell into the pause is not made up. Raises as `change` does."""
    found = _own(schedule_id, actor)
    _schedule_runs.require(found.kind, actor)
    if found.paused_at is not None:
        found.paused_at, found.stopped_why, found.seen_until = None, "", now
        _save(found, now)
        recording.record(actor=actor, action="schedule.resume", subject=found, now=now)
    return found


@transaction.atomic
def end(*, schedule_id: int, actor: Actor, now: datetime) -> ExportSchedule:
    """It is over: what waits is not sent any more, and its runs stay listed. Raises `UnknownSchedule`, `NotAllowed`."""
    found = _own(schedule_id, actor)
    found.ended_at = now
    _save(found, now)
    for run in found.runs.filter(status=RunStatus.WAITING).select_related("schedule").order_by("pk"):
        _schedule_runs.fail(run, _("The schedule was ended before this was done."), now=now)
    if found.target is not None:
        _targets.forget(found.target)
    recording.record(actor=actor, action="schedule.end", subject=found, now=now)
    return found


@transaction.atomic
def run_now(*, schedule_id: int, actor: Actor, now: datetime) -> ScheduleRun:
    """Its export is made once more, about its latest occasion's days. Raises `BadSchedule`, `UnknownSchedule`."""
    found = _own(schedule_id, actor)
    _schedule_runs.require(found.kind, actor)
    if not said.has_days(found):
        raise BadSchedule(_("Not run: we pay in that country no longer. Choose another for business days."))
    if found.waits_for_another:
        raise BadSchedule(_("Not run: it sends files elsewhere, and another person must confirm that first."))
    if found.paused_at is not None:
        raise BadSchedule(_("Not run: it is paused. Let it go on first."))
    if found.runs.filter(status=RunStatus.WAITING, day__isnull=True).exists():
        raise BadSchedule(_("Not run: what you asked for last is still under way."))
    latest = said.rhythm_of(found).last(until=now)
    made = ScheduleRun.objects.create(
        schedule=found,
        due_at=now,
        first=latest.first if found.dates else None,
        last=latest.last if found.dates else None,
        asked_by_id=actor.person_id,
        made_at=now,
    )
    recording.record(actor=actor, action="schedule.run_asked", subject=found, now=now)
    _doorbell.ring("work_schedule", run_id=made.pk)
    return made


def digest(schedule: ExportSchedule) -> str:
    """Changes whenever what another person confirms does."""
    return hashlib.sha256(repr(_content(schedule)).encode()).hexdigest()


def _content(schedule: ExportSchedule) -> tuple[Any, ...]:
    """What the guard of the table compares, too."""
    return (
        schedule.name, schedule.kind, schedule.format, schedule.locale, schedule.compressed, list(schedule.columns),
        dict(schedule.filters), schedule.dates, schedule.every, schedule.weekday, schedule.at, schedule.time_zone,
        schedule.country, schedule.target_id, schedule.sort,
    )  # fmt: skip


def _checked(plan: Plan, actor: Actor, now: datetime) -> dict[str, Any]:
    """The plan as the row's values. Raises as `make` does."""
    definition = _schedule_runs.require(plan.kind, actor)
    name = " ".join(plan.name.split())[:60]
    if not name:
        raise BadSchedule(_("Not saved: give the schedule a name."))
    if plan.every not in Every.values or not 1 <= plan.weekday <= 7:
        raise BadSchedule(_("Not saved: choose every day, every week or each month's end."))
    if plan.time_zone not in available_timezones():
        raise BadSchedule(
            _("Not saved: “{time_zone}” is no time zone. Name one such as Europe/Paris.").format(
                time_zone=plan.time_zone[:40]
            )
        )
    if plan.country and not countries.is_open(plan.country):
        raise BadSchedule(
            _("Not saved: “{country}” is no country we pay in. Choose one, or none.").format(
                country=plan.country[:10]
            )
        )
    spans = said.dates_of(definition.filter)
    if plan.dates and plan.dates not in spans:
        raise BadSchedule(
            _("Not saved: {title} has no such dates. Choose among {spans}.").format(
                title=definition.inside, spans=", ".join(spans)
            )
        )
    ours = timezone.get_current_timezone_name()
    if plan.dates and plan.time_zone != ours and said.whole_days(definition.filter, plan.dates):
        raise BadSchedule(
            _("Not saved: these dates are days of {ours}. Choose that time zone, or other dates.").format(
                ours=ours
            )
        )
    kinds.check_sort(definition, plan.sort)
    exporting.check_form(format=plan.format, locale=plan.locale, compressed=plan.compressed)
    given = definition.chosen(plan.filters, now=now)
    references.check(given)
    named = export_templates.wanted(
        template=plan.template, columns=plan.columns, kind=plan.kind, user_id=actor.person_id
    )
    set_by_us = {*spans.get(plan.dates, ()), said.AT}
    if definition.of_a_year and not filters.as_query(plan.filters).get("year"):
        set_by_us.add("year")  # each run is about the year before its occasion
    if not filters.as_query(plan.filters).get(export_filters.BY):
        set_by_us.add(export_filters.BY)  # an occasion that names days goes by the books' day
    kept = {field: values for field, values in given.stored().items() if field not in set_by_us}
    words = filters.read(filters.as_query(kept), kind=definition.filter).in_words() if kept else ""
    return {
        "name": name,
        "kind": plan.kind,
        "format": plan.format,
        "locale": plan.locale,
        "compressed": plan.compressed,
        "columns": kinds.checked_columns(definition, named),
        "filters": kept,
        "filters_text": words,
        "sort": plan.sort,
        "dates": plan.dates,
        "every": plan.every,
        "weekday": plan.weekday if plan.every == Every.WEEK else 1,
        "at": plan.at.replace(second=0, microsecond=0),
        "time_zone": plan.time_zone,
        "country": plan.country,
    }


def _one(schedule_id: int) -> ExportSchedule:
    rows = ExportSchedule.objects.select_for_update(of=("self",)).select_related("owner", "target")
    found = rows.filter(pk=schedule_id, ended_at__isnull=True).first()
    if found is None:
        raise UnknownSchedule(_("There is no such schedule."))
    return found


def _own(schedule_id: int, actor: Actor) -> ExportSchedule:
    authority.require(actor=actor, permission=RIGHT)
    found = _one(schedule_id)
    if found.owner_id != actor.person_id:
        raise UnknownSchedule(_("There is no such schedule of yours. Only its owner changes it."))
    return found


def _rests(schedule: ExportSchedule) -> bool:
    """Whether no occasion of it becomes a run."""
    return bool(schedule.paused_at or schedule.ended_at or schedule.waits_for_another)


def _save(schedule: ExportSchedule, now: datetime) -> None:
    """Written with the moment of its next occasion. Raises `BadSchedule` where the name is taken."""
    rests = _rests(schedule)
    if not rests and not said.has_days(schedule):
        raise BadSchedule(
            _("Not done: we pay in that country no longer. Choose another, or none, for business days.")
        )
    schedule.next_at = None if rests else said.rhythm_of(schedule).next(after=schedule.seen_until).moment
    try:
        with transaction.atomic():
            schedule.save()
    except IntegrityError as error:
        if "schedule_once" not in str(error):
            raise
        raise BadSchedule(
            _("Not saved: you have a schedule “{schedule}” already.").format(schedule=schedule.name)
        ) from error


def _facts(schedule: ExportSchedule) -> dict[str, Any]:
    """For the audit trail, in English: no secret."""
    with override("en"):
        when = said.rhythm_words(schedule)
    return {
        "name": schedule.name,
        "kind": schedule.kind,
        "when": when,
        "filters": schedule.filters,
        "to": str(schedule.target) if schedule.target else "kept here",
    }
