"""How moments and days are said to people: "Thu 26 Nov, 15:00 Paris", "12 min ago", "9–22 Nov".

Pure: `now` and the locale are arguments. English is written day before month, as in Britain. The year is said
only when it is not the present one.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

import babel
from babel import dates

_DATE_LOCALES = {"en": "en_GB"}
# the locale's own forms have a comma after the weekday where they are long, and none where they are short
_ENGLISH_FULL = "EEEE d MMMM y"
_ENGLISH_WITH_YEAR = "EEE d MMM y"

_Unit = Literal["year", "month", "week", "day", "hour", "minute", "second"]
_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60
# A unit, its seconds as Babel counts them, and from how many on it is used: hours up to two days, as in narrow columns.
_UNITS: tuple[tuple[_Unit, int, int], ...] = (
    ("year", 365 * _DAY, 365 * _DAY),
    ("month", 30 * _DAY, 60 * _DAY),
    ("week", 7 * _DAY, 14 * _DAY),
    ("day", _DAY, 2 * _DAY),
    ("hour", _HOUR, _HOUR),
    ("minute", _MINUTE, _MINUTE),
)
_NO_LARGER = 10**9  # so that Babel takes the unit that it is given


def when(at: datetime, *, zone: tzinfo, now: datetime, locale: str = "en") -> str:
    """The local time with its place: "Thu 26 Nov, 15:00 Paris"."""
    local = at.astimezone(zone)
    said = day(local.date(), today=now.astimezone(zone).date(), locale=locale)
    return f"{said}, {local:%H:%M} {place(zone, locale=locale)}"


def exact(at: datetime, *, zone: tzinfo, locale: str = "en") -> str:
    """For the title of a shorter text: "Thursday 26 November 2026, 15:00:12 Paris"."""
    local = at.astimezone(zone)
    full = _ENGLISH_FULL if locale == "en" else "full"
    said = dates.format_date(local.date(), format=full, locale=_parsed(locale))
    return f"{said}, {local:%H:%M:%S} {place(zone, locale=locale)}"


def ago(at: datetime, *, now: datetime, locale: str = "en") -> str:
    """How far from now: "12 min ago", "in 4 hr". What is begun of a unit is cut off, as everywhere an age is shown.

    What is not a second away has just been: two clocks may differ by as much.
    """
    seconds = int((at - now).total_seconds())
    unit, size = next(((name, size) for name, size, least in _UNITS if abs(seconds) >= least), ("second", 1))
    whole = timedelta(seconds=(abs(seconds) or 1) // size * size)
    return dates.format_timedelta(
        whole if seconds > 0 else -whole,
        granularity=unit,
        threshold=_NO_LARGER,
        add_direction=True,
        format="short",
        locale=_parsed(locale),
    )


def day(on: date, *, today: date, locale: str = "en") -> str:
    """A date with its weekday: "Thu 26 Nov", and "Thu 26 Nov 2025" when that is not this year."""
    if locale == "en" and on.year != today.year:
        return dates.format_date(on, format=_ENGLISH_WITH_YEAR, locale=_parsed(locale))
    skeleton = "MMMEd" if on.year == today.year else "yMMMEd"
    return dates.format_skeleton(skeleton, on, locale=_parsed(locale))


def span(first: date, last: date, *, today: date, locale: str = "en") -> str:
    """From first to last, both included: "9–22 Nov", "29 Dec 2025 – 4 Jan 2026", or one day: "9 Nov"."""
    skeleton = "MMMd" if first.year == last.year == today.year else "yMMMd"
    if first == last:
        return dates.format_skeleton(skeleton, first, locale=_parsed(locale))
    return dates.format_interval(first, last, skeleton, locale=_parsed(locale))


def place(zone: tzinfo, *, locale: str = "en") -> str:
    """The city that people call the zone by: "Paris", "New York"."""
    if zone is UTC or str(zone) in ("UTC", "Etc/UTC"):
        return "UTC"
    return dates.get_timezone_location(zone, locale=_parsed(locale), return_city=True)


def listed(zone: str, *, locale: str = "en") -> str:
    """A time zone to choose from: its name in every list of them, and its city where the locale writes another."""
    plain = zone.replace("_", " ")
    city = _parsed(locale).time_zones.get(zone, {}).get("city", "")
    return f"{plain} · {city}" if city and city not in plain else plain


def last_day(upper: date) -> date:
    """The last day of a range whose upper end is excluded, as PostgreSQL gives its date ranges."""
    return upper - timedelta(days=1)


def _parsed(locale: str) -> babel.Locale:
    return babel.Locale.parse(_DATE_LOCALES.get(locale, locale))
