"""The next cut-offs: the last moments at which payouts can still be handed over for a value date."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from payouts import countries
from payouts.countries import calendars
from payouts.queries import explain


@dataclass(frozen=True)
class CutOff:
    """One moment, said by the bank's clock, and the countries whose payouts must be with the bank before it.

    ``day`` is the one that ``words`` name; ``today`` says whether it is today where the sellers are.
    """

    at: datetime
    words: str
    day: date
    codes: tuple[str, ...]
    value_date: date
    today: bool


def upcoming(*, now: datetime) -> list[CutOff]:
    """The next cut-off of every open country, soonest first; countries that share moment and clock share a line."""
    groups: dict[tuple[datetime, str, date, date], list[countries.Country]] = {}
    zones = explain.bank_zones(countries.all())
    for country in countries.all():
        by = calendars.value_date_for(country, now)
        words = explain.clock(by.cut_off_at, zones[country.code])
        day = by.cut_off_at.astimezone(ZoneInfo(zones[country.code])).date()
        groups.setdefault((by.cut_off_at, words, day, by.value_date), []).append(country)
    return [
        CutOff(
            at=at,
            words=words,
            day=day,
            codes=tuple(sorted(country.code for country in group)),
            value_date=value_date,
            today=at.date() == calendars.local_today(group[0], now),  # ``at`` is in the country's zone
        )
        for (at, words, day, value_date), group in sorted(groups.items(), key=lambda each: each[0][:2])
    ]
