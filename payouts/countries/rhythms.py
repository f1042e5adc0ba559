"""When something is to be done again: by the day, week or month, at a local time, on business days if wanted. Pure.

Every day that the rhythm names is due on that day, or on the next business day where banks of the calendar are closed.
Days that come to the same business day are one occasion. What is due covers whole days that are over: from the day that
the occasion before was named by, to the day before its own. So days follow each other without a gap, and a month is
the month, also when its file is made on the third.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from payouts.countries import calendars
from payouts.countries.country import Schedule

_LONGEST_CLOSED = timedelta(days=70)
_AHEAD = timedelta(days=120)


class Occasion(NamedTuple):
    """One time: ``day`` names it for ever, ``moment`` is when it is due; it is about ``first`` to ``last``."""

    day: date
    moment: datetime
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """``weekday`` is the ISO weekday of a weekly rhythm; a monthly one names the first day after each month.

    ``calendar`` is empty where every day counts. A local time that the clocks skip is taken as an hour later; one that
    they repeat is taken the first time.
    """

    every: Literal["day", "week", "month"]
    weekday: int
    at: time
    time_zone: str
    calendar: str = ""

    def moment(self, day: date) -> datetime:
        """When that day's occasion is due, in the rhythm's zone."""
        zone = ZoneInfo(self.time_zone)
        return datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC).astimezone(zone)

    def occasions(self, *, after: datetime, until: datetime) -> Iterator[Occasion]:
        """Those due after the one moment and not after the other, in order."""
        zone = ZoneInfo(self.time_zone)
        named = self._named(after.astimezone(zone).date() - _LONGEST_CLOSED, until.astimezone(zone).date())
        for due, days in groupby(named, key=self._due):
            together = list(days)
            moment = self.moment(due)
            if after < moment <= until:
                yield Occasion(
                    together[-1], moment, self._before(together[0]), together[-1] - timedelta(days=1)
                )

    def next(self, *, after: datetime) -> Occasion:
        """The first one due after the moment."""
        return next(self.occasions(after=after, until=after + _AHEAD))

    def last(self, *, until: datetime) -> Occasion:
        """The latest one due by then."""
        *_, found = self.occasions(after=until - _AHEAD, until=until)
        return found

    def _due(self, named: date) -> date:
        return calendars.on_or_after(self.calendar, named) if self.calendar else named

    def _named(self, first: date, last: date) -> Iterator[date]:
        schedule = self._schedule()
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if schedule.names(day):
                yield day

    def _before(self, named: date) -> date:
        """The day that was named before that one."""
        schedule, day = self._schedule(), named - timedelta(days=1)
        while not schedule.names(day):
            day -= timedelta(days=1)
        return day

    def _schedule(self) -> Schedule:
        return Schedule(
            every=self.every, on={"day": 0, "week": self.weekday, "month": 1}[self.every], at=self.at
        )
