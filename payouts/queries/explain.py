"""When: days and moments as people say them, and by when what has to happen. One computation for all pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from backoffice import words
from payouts import countries
from payouts.countries import Country, calendars, moments
from payouts.models import Batch, FundingAccount, Payout

_LONGEST_WAIT_DAYS = 100  # for a run: a month, and what closed banks add to it


def day(value: date) -> str:
    """A date as people say it: Thursday 26 November."""
    return moments.long_day(value, locale=words.locale())


def zone_of(code: str) -> str:
    """The time zone of a country, or UTC once its file is gone: what happened there must still be shown."""
    return countries.get(code).time_zone if countries.is_open(code) else "UTC"


def bank_zone(batch: Batch) -> str:
    """The time zone in which the cut-off of a batch is said: that of the bank which pays it (`bank_zones`)."""
    return _bank_zone(batch.funding_account.country, batch.country)


def bank_zones(which: Iterable[Country]) -> dict[str, str]:
    """The time zone in which the cut-off of each of these is said, by country.

    A cut-off is our bank's, so that all that one account pays has one clock, whoever is paid: that of the account's
    country. It is the payees' own where no account pays them, or where no country file knows the account's clock.
    """
    accounts = FundingAccount.objects.filter(active=True).values_list("rail", "currency", "country")
    banks = {(rail, currency): bank for rail, currency, bank in accounts}
    return {each.code: _bank_zone(banks.get((each.rail, each.currency), ""), each.code) for each in which}


def _bank_zone(bank: str, payees: str) -> str:
    return zone_of(bank if countries.is_open(bank) else payees)


def city(zone: str) -> str:
    """How the reader names a time zone: New York for America/New_York, in Japanese ニューヨーク."""
    return moments.place(ZoneInfo(zone), locale=words.locale())


def _ours() -> str:
    return city(settings.TIME_ZONE)


OUR_CITY: str = lazy(_ours, str)()
"""The city of the program's own time zone, named each time it is shown."""


def clock(moment: datetime, zone: str) -> str:
    """A moment with its zone's city: Tue 24 Nov, 15:00 Paris."""
    return moments.clock(moment, zone=ZoneInfo(zone), locale=words.locale())


def paid_on(*, payout: Payout, now: datetime) -> date | None:
    """The value date of a payout that is not sent yet, if nothing stops it; None where no country file says."""
    by = _next_of(payout, now)
    return by.value_date if by is not None else None


def if_approved(*, payout: Payout, now: datetime) -> str:
    """When the money would be there: by which moment which step, and the value date. One computation for all pages."""
    by = _next_of(payout, now)
    if by is None or not countries.is_open(payout.country):
        return ""
    country = countries.get(payout.country)
    return _("by {cut_off_at}, it is paid on {value_date}").format(
        cut_off_at=clock(by.cut_off_at, bank_zones([country])[country.code]), value_date=day(by.value_date)
    )


def _next_of(payout: Payout, now: datetime) -> calendars.Deadline | None:
    if payout.batch is not None:
        return deadline(payout.batch, now)
    return (
        calendars.value_date_for(countries.get(payout.country), now)
        if countries.is_open(payout.country)
        else None
    )


def deadline(batch: Batch, now: datetime) -> calendars.Deadline:
    """The batch's cut-off and value date; past its cut-off, the next ones the calendar allows."""
    if now < batch.cut_off_at or not countries.is_open(batch.country):
        return calendars.Deadline(batch.cut_off_at, batch.value_date)
    return calendars.value_date_for(countries.get(batch.country), now)


@dataclass(frozen=True)
class Forthcoming:
    """The next run that takes what is due: its day, and cut-off and value date if all goes on that day."""

    run: date
    cut_off_at: datetime
    value_date: date


def forthcoming(country: Country, *, due: date, now: datetime) -> Forthcoming:
    """THE answer to when what is due on ``due`` is paid; every page that names such a day asks here."""
    run = next_run(country, due=due, now=now)
    by = calendars.value_date_for(country, calendars.run_at(country, run))
    return Forthcoming(run, by.cut_off_at, by.value_date)


def next_run(country: Country, *, due: date, now: datetime) -> date:
    """The day of the first run yet to come that takes what is due on ``due``."""
    first = max(due, calendars.local_today(country, now))
    days = (first + timedelta(days=more) for more in range(_LONGEST_WAIT_DAYS))
    return next(
        day for day in days if calendars.runs_on(country, day) and calendars.run_at(country, day) > now
    )
