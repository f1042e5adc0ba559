"""The next cut-offs: the last moments at which payouts can still be handed over for a value date."""

from collections.abc import Collection, Iterator, Sequence
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
    return list(_upcoming(countries.all(), now))


def first(codes: Collection[str], *, now: datetime) -> CutOff | None:
    """The soonest of the countries of these codes; None where none of them is open."""
    return next(_upcoming([each for each in countries.all() if each.code in codes], now), None)


def _upcoming(which: Sequence[countries.Country], now: datetime) -> Iterator[CutOff]:
    groups: dict[tuple[datetime, str, date], list[countries.Country]] = {}
    zones = explain.bank_zones(which)
    for country in which:
        by = calendars.value_date_for(country, now)
        groups.setdefault((by.cut_off_at, zones[country.code], by.value_date), []).append(country)
    for (at, zone, value_date), group in sorted(groups.items(), key=lambda each: each[0][:2]):
        yield CutOff(
            at=at,
            words=explain.clock(at, zone),
            day=at.astimezone(ZoneInfo(zone)).date(),
            codes=tuple(sorted(country.code for country in group)),
            value_date=value_date,
            today=at.date() == calendars.local_today(group[0], now),  # ``at`` is in the country's zone
        )
