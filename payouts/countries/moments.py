"""How moments and days are said to people: "Thu 26 Nov, 15:00 Paris", "12 min ago", "9–22 Nov".

Pure: `now` and the locale are arguments. English is written day before month, as in Britain. The year is said
only when it is not the present one. Every page says a day, and a moment, in these forms.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

import babel
from babel import dates

_DATE_LOCALES = {"en": "en_GB"}
# The locales' own forms have a comma after the weekday here and none there, even within one language.
_DAY_OF_YEAR = {"ja": "M月d日(EEE)", "": "EEE d MMM"}
_WITH_YEAR = {"ja": "y年M月d日(EEE)", "": "EEE d MMM y"}
_LONG = {"es": "EEEE d 'de' MMMM", "ja": "M月d日(EEEE)", "": "EEEE d MMMM"}
_FULL = {"es": "EEEE d 'de' MMMM 'de' y", "ja": "y年M月d日(EEEE)", "": "EEEE d MMMM y"}
_FIRST = re.compile(r"\b1(?=[\s–])")

_Unit = Literal["year", "month", "week", "day", "hour", "minute", "second"]
_MINUTE, _HOUR, _DAY = 60, 60 * 60, 24 * 60 * 60
IN_DAYS = 2 * _DAY
"""Seconds from which on an age is said in days, or in what is longer."""
# A unit, its seconds as Babel counts them, and from how many on it is used: hours up to two days, as in narrow columns.
_UNITS: tuple[tuple[_Unit, int, int], ...] = (
    ("year", 365 * _DAY, 365 * _DAY),
    ("month", 30 * _DAY, 60 * _DAY),
    ("week", 7 * _DAY, 14 * _DAY),
    ("day", _DAY, IN_DAYS),
    ("hour", _HOUR, _HOUR),
    ("minute", _MINUTE, _MINUTE),
)
_NO_LARGER = 10**9  # so that Babel takes the unit that it is given


def when(at: datetime, *, zone: tzinfo, now: datetime, locale: str = "en") -> str:
    """The local time with its place: "Thu 26 Nov, 15:00 Paris"."""
    today = now.astimezone(zone).date()
    return at_hour(at, day(at.astimezone(zone).date(), today=today, locale=locale), zone=zone, locale=locale)


def clock(at: datetime, *, zone: tzinfo, locale: str = "en") -> str:
    """The same of a moment that is near: its year goes without saying."""
    return at_hour(at, _said(at.astimezone(zone).date(), _DAY_OF_YEAR, locale), zone=zone, locale=locale)


def at_hour(
    at: datetime, said: str, *, zone: tzinfo, locale: str = "en", seconds: bool = False, where: str = ""
) -> str:
    """A day that is ``said`` already, with the hour of the moment and its place, which ``where`` may call otherwise."""
    local = at.astimezone(zone)
    hour = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    between = " " if locale == "ja" else ", "
    return f"{said}{between}{hour} {where or place(zone, locale=locale)}"


def exact(at: datetime, *, zone: tzinfo, locale: str = "en") -> str:
    """For the title of a shorter text: "Thursday 26 November 2026, 15:00:12 Paris"."""
    said = _said(at.astimezone(zone).date(), _FULL, locale)
    return at_hour(at, said, zone=zone, locale=locale, seconds=True)


def ago(at: datetime, *, now: datetime, locale: str = "en") -> str:
    """How far from now: "12 min ago", "in 4 hr". What is begun of a unit is cut off, as everywhere an age is shown.

    What is not a second away has just been: two clocks may differ by as much.
    """
    seconds = int((at - now).total_seconds())
    unit, size = next(((name, size) for name, size, least in _UNITS if abs(seconds) >= least), ("second", 1))
    whole = timedelta(seconds=(abs(seconds) or 1) // size * size)
    return _far(whole if seconds > 0 else -whole, unit, locale)


def ago_of(unit: Literal["hour", "minute", "second"], *, locale: str = "en") -> str:
    """How any number of these units is said by `ago`, with {n} for the number: "{n} min ago"."""
    size = {"hour": _HOUR, "minute": _MINUTE, "second": 1}[unit]
    return _far(-timedelta(seconds=2 * size), unit, locale).replace("2", "{n}")


def _far(distance: timedelta, unit: _Unit, locale: str) -> str:
    return dates.format_timedelta(
        distance,
        granularity=unit,
        threshold=_NO_LARGER,
        add_direction=True,
        format="short",
        locale=_parsed(locale),
    )


def day(on: date, *, today: date, locale: str = "en") -> str:
    """A date with its weekday: "Thu 26 Nov", and "Thu 26 Nov 2025" when that is not this year."""
    return _said(on, _DAY_OF_YEAR if on.year == today.year else _WITH_YEAR, locale)


def day_of_any_year(on: date, *, locale: str = "en") -> str:
    """A date with its weekday and its year: "Thu 26 Nov 2026"."""
    return _said(on, _WITH_YEAR, locale)


def long_day(on: date, *, locale: str = "en") -> str:
    """A date as a sentence says it: "Thursday 26 November"."""
    return _said(on, _LONG, locale)


def _said(on: date, forms: dict[str, str], locale: str) -> str:
    form = forms.get(locale, forms[""])
    return _ordinal(dates.format_date(on, format=form, locale=_parsed(locale)), locale)


def _ordinal(said: str, locale: str) -> str:
    """In French the first of a month is 1er, which CLDR leaves out."""
    return _FIRST.sub("1er", said) if locale == "fr" else said


def span(first: date, last: date, *, today: date, locale: str = "en") -> str:
    """From first to last, both included: "9–22 Nov", "29 Dec 2025 – 4 Jan 2026", or one day: "9 Nov"."""
    skeleton = "MMMd" if first.year == last.year == today.year else "yMMMd"
    if first == last:
        return _ordinal(dates.format_skeleton(skeleton, first, locale=_parsed(locale)), locale)
    return _ordinal(dates.format_interval(first, last, skeleton, locale=_parsed(locale)), locale)


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
