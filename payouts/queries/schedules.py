"""What a schedule says about itself: its rhythm, the dates each occasion sets, where it stands, in words."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.words import locale, weekdays
from payouts import countries
from payouts.countries import moments
from payouts.countries.rhythms import Occasion, Rhythm
from payouts.models import Every, ExportSchedule, RunStatus, ScheduleRun
from payouts.queries import filter_fields, filter_words
from payouts.queries.filters import ListFilter

AT = "at"
"""The one date of an export of the past."""
_ENDS = (("after", "before"), ("from", "until"))


def dates_of(filter_class: type[ListFilter]) -> dict[str, tuple[str, str]]:
    """Which dates of a filter an occasion can set: the name of the span, and the fields of its two ends."""
    known = filter_class.base_filters
    found = {
        name.removesuffix(f"_{first}"): (name, f"{name.removesuffix(f'_{first}')}_{last}")
        for first, last in _ENDS
        for name in known
        if name.endswith(f"_{first}") and f"{name.removesuffix(f'_{first}')}_{last}" in known
    }
    return ({AT: (AT, AT)} if AT in known else {}) | found


def label_of(filter_class: type[ListFilter], dates: str) -> str:
    """The span as people call it: "Created"."""
    first, _last = dates_of(filter_class)[dates]
    return filter_words.dates_label(first) or str(filter_class.base_filters[first].label)


def values_for(
    filter_class: type[ListFilter], *, dates: str, occasion: Occasion, zone: str
) -> dict[str, list[str]]:
    """The filter's dates as the occasion sets them: whole days of the schedule's zone."""
    if not dates:
        return {}
    first, last = dates_of(filter_class)[dates]
    if zone == timezone.get_current_timezone_name() or whole_days(filter_class, dates):
        begins, ends = occasion.first.isoformat(), occasion.last.isoformat()
    else:
        begins = datetime.combine(occasion.first, time.min, tzinfo=ZoneInfo(zone)).isoformat()
        over = datetime.combine(occasion.last + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))
        ends = (over.astimezone(UTC) - timedelta(microseconds=1)).isoformat()
    return {last: [ends]} if dates == AT else {first: [begins], last: [ends]}


def whole_days(filter_class: type[ListFilter], dates: str) -> bool:
    """Whether the filter takes these as days of the program's own zone only."""
    first, _unused = dates_of(filter_class)[dates]
    return issubclass(filter_class.base_filters[first].field_class, filter_fields.DayField)


def has_days(schedule: ExportSchedule) -> bool:
    """Whether the country whose business days it waits for is one we still know."""
    return not schedule.country or countries.is_open(schedule.country)


def rhythm_of(schedule: ExportSchedule) -> Rhythm:
    """When it is due. Raises `UnknownCountry` unless `has_days`."""
    return Rhythm(
        every=cast(Literal["day", "week", "month"], str(schedule.every)),
        weekday=schedule.weekday,
        at=schedule.at,
        time_zone=schedule.time_zone,
        calendar=countries.get(schedule.country).calendar if schedule.country else "",
    )


def rhythm_words(schedule: ExportSchedule) -> str:
    """ "Every Monday at 06:00 Paris, or the next business day in Spain"."""
    at = f"{schedule.at:%H:%M} {moments.place(ZoneInfo(schedule.time_zone), locale=locale())}"
    known = schedule.country and has_days(schedule)
    land = countries.called(schedule.country) if known else schedule.country
    match schedule.every:
        case Every.DAY:
            return (
                _("Every business day in {land} at {at}").format(land=land, at=at)
                if land
                else _("Every day at {at}").format(at=at)
            )
        case Every.WEEK:
            words = _("Every {weekday} at {at}").format(weekday=weekdays()[schedule.weekday - 1], at=at)
        case _:
            words = _("On the first day after each month at {at}").format(at=at)
    return _("{words}, or the next business day in {land}").format(words=words, land=land) if land else words


def standing(schedule: ExportSchedule) -> tuple[str, str]:
    """Where it stands in words, and what that means: a meaning of `wording`."""
    if schedule.ended_at is not None:
        return _("Ended"), "neutral"
    if schedule.paused_at is not None:
        return (_("Stopped"), "stopped") if schedule.stopped_why else (_("Paused"), "waiting")
    if schedule.waits_for_another:
        return _("Waits for another person"), "waiting"
    if getattr(schedule, "last_status", None) == RunStatus.FAILED:
        return _("Last run failed"), "stopped"
    return pgettext("of a schedule", "On"), "done"


def schedules_of(export_ids: Iterable[int]) -> dict[int, ExportSchedule]:
    """Which schedule had each of these exports made; the others are left out."""
    runs = ScheduleRun.objects.filter(export__in=list(export_ids)).select_related("schedule")
    return {run.export_id: run.schedule for run in runs if run.export_id is not None}


def known() -> "QuerySet[ExportSchedule]":
    """Every schedule, also those that have ended, with the status of its latest run."""
    latest = ScheduleRun.objects.filter(schedule=OuterRef("pk")).order_by("-pk").values("status")[:1]
    return ExportSchedule.objects.select_related("owner", "target").annotate(last_status=Subquery(latest))


def broken() -> Q:
    """Of those `listed`: what the program stopped, or whose last run failed."""
    return Q(last_status=RunStatus.FAILED, paused_at__isnull=True) | ~Q(stopped_why="")


def listed() -> "QuerySet[ExportSchedule]":
    """Those that have not ended."""
    return known().filter(ended_at__isnull=True)
