"""Which days banks work, and from cut-off to value date. Pure: the moment is an argument.

A calendar is named, not programmed: a settlement system ("XECB" TARGET, "XFED" the Fed), or a country, with a
part of it after a hyphen and further kinds of holidays after a plus: "GB-ENG", "JP+bank", "BR+bank". So a new
country needs no code. The days themselves come from the package `holidays`; days outside a country's weekend
that it knows as holidays are closed. A holiday that falls on a weekend moves only where the system moves it
(TARGET never, the Fed on Sundays).
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from payouts.countries import holiday_words
from payouts.countries.country import Country

if TYPE_CHECKING:
    from holidays import HolidayBase

_MISLEADING = {
    "US": "“XFED”: the Federal Reserve does not move a Saturday's holiday to Friday",
    "GB": "“GB-ENG”: Easter Monday and the summer bank holiday differ by part of the country",
    "JP": "“JP+bank”: banks are also closed from 31 December to 3 January",
    "BR": "“BR+bank”: banks are also closed on Carnival Monday, Carnival Tuesday and Corpus Christi",
    "CH": "a canton, such as “CH-ZH”: hardly any holiday is national",
}
_BRAZILIAN_BANKS = frozenset({"Carnival", "Corpus Christi"})
"""What closes Brazilian banks beside the national holidays (CMN resolution 4,880 of 2020). Days on which only
the counters are closed (Ash Wednesday morning, the civil servants' day) are business days between banks."""
_SEARCH_DAYS = 60


class UnknownCalendar(LookupError):
    """No such calendar. The message says how calendars are named."""


class Deadline(NamedTuple):
    """The cut-off that applies at some moment, and the value date of what is with the bank before it."""

    cut_off_at: datetime
    value_date: date


def check(calendar: str) -> None:
    """Raise `UnknownCalendar` unless the name can be understood."""
    _days(calendar)


def is_business_day(calendar: str, day: date) -> bool:
    """Whether banks of this calendar work on that day."""
    known = _days(calendar)
    return day.weekday() not in known.weekend and day not in known


def on_or_after(calendar: str, day: date) -> date:
    """The day itself when banks work, else the next day on which they do."""
    for offset in range(_SEARCH_DAYS):
        candidate = day + timedelta(days=offset)
        if is_business_day(calendar, candidate):
            return candidate
    raise UnknownCalendar(
        f"The calendar “{calendar}” has no business day in the {_SEARCH_DAYS} days from {day}."
    )


def next_business_day(calendar: str, day: date) -> date:
    """The first business day after that day."""
    return on_or_after(calendar, day + timedelta(days=1))


def add_business_days(calendar: str, day: date, count: int) -> date:
    """`count` business days after that day; zero gives the day itself, or the next business day if it is
    none.
    """
    day = on_or_after(calendar, day)
    for _ in range(count):
        day = next_business_day(calendar, day)
    return day


def closed_days(calendar: str, first: date, last: date) -> Iterator[tuple[date, str]]:
    """The holidays from first to last that are no weekend anyway, each with its name in the
    reader's language, in order.
    """
    known = _days(calendar)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() not in known.weekend and day in known:
            yield day, holiday_words.called(known.get(day) or "Bank Holiday")


def local_today(country: Country, now: datetime) -> date:
    """The date there at this moment."""
    return _aware(now).astimezone(country.zone).date()


def value_date_for(country: Country, now: datetime) -> Deadline:
    """The next cut-off there, strictly after `now`, and the value date of what is handed over before it.

    At the very second of the cut-off it is too late. `cut_off_at` is in the country's own zone; a local time
    that the clocks skip is taken as the moment they jump over it.
    """
    local = _aware(now).astimezone(country.zone)
    day = on_or_after(country.calendar, local.date())
    if now >= cut_off_on(country, day):
        day = next_business_day(country.calendar, day)
    value_date = add_business_days(country.calendar, day, country.settlement_lag_days)
    return Deadline(cut_off_on(country, day), value_date)


def cut_off_on(country: Country, day: date) -> datetime:
    """The moment of that day's cut-off, in the country's zone."""
    return _at(country, day, country.cut_off)


def runs_on(country: Country, day: date) -> bool:
    """Whether the schedule makes a payout run on that day: named by it, or moved to it because banks were
    closed.
    """
    if not is_business_day(country.calendar, day):
        return False
    while not country.schedule.names(day):
        day -= timedelta(days=1)
        if is_business_day(country.calendar, day):
            return False
    return True


def run_at(country: Country, day: date) -> datetime:
    """The moment of that day's run, in the country's zone."""
    return _at(country, day, country.schedule.at)


def _at(country: Country, day: date, clock: time) -> datetime:
    written = datetime.combine(day, clock, tzinfo=country.zone)
    return written.astimezone(UTC).astimezone(country.zone)


def _aware(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("A moment needs a time zone: pass an aware datetime.")
    return now


@cache
def _days(calendar: str) -> "HolidayBase":
    import holidays  # every country's days, 20 MB: not for a process that asks for none, such as an export

    if calendar in _MISLEADING:
        raise UnknownCalendar(f"“{calendar}” misleads. Write {_MISLEADING[calendar]}.")
    if calendar in holidays.list_supported_financial():
        return holidays.financial_holidays(calendar)
    named = re.fullmatch(
        r"(?P<country>[A-Z]{2})(?:-(?P<part>[A-Z0-9]{1,3}))?(?P<kinds>(?:\+[a-z]+)*)", calendar
    )
    if named is None:
        raise _unknown(calendar)
    kinds = tuple(filter(None, named["kinds"].split("+")))
    if (named["country"], kinds) == ("BR", ("bank",)):
        return _brazilian(named["part"])
    try:
        return holidays.country_holidays(
            named["country"],
            subdiv=named["part"],
            categories=("public", *kinds) if kinds else None,
            language="en_US",
        )
    except (NotImplementedError, ValueError):
        raise _unknown(calendar) from None


def _brazilian(part: str | None) -> "HolidayBase":
    """National holidays and those of `_BRAZILIAN_BANKS`, for as long as the program may run."""
    import holidays

    days = holidays.country_holidays("BR", subdiv=part, language="en_US", years=range(2000, 2100))
    optional = holidays.country_holidays(
        "BR", categories=("optional",), language="en_US", years=range(2000, 2100)
    )
    days.append({day: name for day, name in optional.items() if name in _BRAZILIAN_BANKS})
    return days


def _unknown(calendar: str) -> UnknownCalendar:
    return UnknownCalendar(
        f"“{calendar}” is no calendar. Write a settlement system such as “XECB” or “XFED”, or a country such"
        " as “PL”, with its part (“GB-ENG”) or further holidays (“JP+bank”)."
    )
