"""What a country is: how sellers there are paid."""

import calendar
from dataclasses import dataclass
from datetime import date, time, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_day_names

from payouts.countries import moments
from sellers.ledger.words import _, locale

WEEKDAYS = tuple(name.lower() for name in calendar.day_name)


class CountryError(ValueError):
    """A country file that cannot be used. The message names the file, the key and what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When sellers of a country are paid by the clock: every day, week or month, at a local time.

    `on` is the ISO weekday (1 Monday) for a week, the day 1-28 for a month, 0 for every day. A run that falls
    on a day the banks are closed moves to the next business day: see `calendars.runs_on`.
    """

    every: Literal["day", "week", "month"]
    on: int
    at: time

    def names(self, day: date) -> bool:
        """Whether the schedule names this date, open bank or not."""
        match self.every:
            case "day":
                return True
            case "week":
                return day.isoweekday() == self.on
            case "month":
                return day.day == self.on

    def said(self, zone: tzinfo) -> str:
        """The schedule as a phrase, with the city of the clock it goes by: every Monday at 06:00 Paris."""
        at = f"{self.at:%H:%M} {moments.place(zone, locale=locale())}"
        match self.every:
            case "day":
                return _("every business day at {at}").format(at=at)
            case "week":
                return _("every {weekday} at {at}").format(
                    weekday=get_day_names("wide", locale=locale())[self.on - 1], at=at
                )
            case "month":
                return _("on day {day} of every month at {at}").format(day=self.on, at=at)


@dataclass(frozen=True, kw_only=True)
class Country:
    """How sellers of one country are paid. Every fact comes from its file; nothing is derived from the code.

    `cut_off` is local time in `time_zone`: an instruction that is with the bank before it, on a business day
    of `calendar`, has its value date `settlement_lag_days` business days later. `minimum_minor` is in minor
    units of `currency` (ISO 4217 exponent): a smaller balance makes no payout. `bank_fee_minor` is what our bank
    takes for one payout, in the same units; None where that is not known.
    """

    code: str
    name: str
    currency: str
    rail: str
    account_scheme: str
    calendar: str
    time_zone: str
    cut_off: time
    settlement_lag_days: int
    minimum_minor: int
    locale: str
    schedule: Schedule
    bank_fee_minor: int | None = None

    @property
    def called(self) -> str:
        """The name in the reader's language (CLDR); in English, and where CLDR has none, the file's own."""
        here = Locale.parse(locale())
        return self.name if here.language == "en" else here.territories.get(self.code, self.name)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def paid(self) -> str:
        """When its sellers are paid, with the city of its clock."""
        return self.schedule.said(self.zone)
