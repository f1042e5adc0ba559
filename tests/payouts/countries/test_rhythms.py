"""When schedules are due: months that end on weekends, banks that are closed, clocks that change, lost time."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from payouts import countries
from payouts.countries.rhythms import Rhythm

SPAIN, JAPAN = countries.get("ES").calendar, countries.get("JP").calendar


def rhythm(every="day", *, at="06:00", zone="Europe/Paris", calendar="", weekday=1):
    return Rhythm(every=every, weekday=weekday, at=time.fromisoformat(at), time_zone=zone, calendar=calendar)


def between(found: Rhythm, first: str, last: str):
    """(the local moment, first and last day it is about) of each occasion."""
    after, until = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last))
    return [
        (f"{each.moment:%a %d %b %H:%M}", each.first.isoformat(), each.last.isoformat())
        for each in found.occasions(after=after, until=until)
    ]


def test_a_day_is_about_the_day_before():
    assert between(rhythm(), "2026-11-24T12:00", "2026-11-26T12:00") == [
        ("Wed 25 Nov 06:00", "2026-11-24", "2026-11-24"),
        ("Thu 26 Nov 06:00", "2026-11-25", "2026-11-25"),
    ]


def test_on_business_days_monday_is_about_the_weekend_too():
    assert between(rhythm(calendar=SPAIN), "2026-11-26T12:00", "2026-11-30T12:00") == [
        ("Fri 27 Nov 06:00", "2026-11-26", "2026-11-26"),
        ("Mon 30 Nov 06:00", "2026-11-27", "2026-11-29"),
    ]


def test_a_month_that_ends_on_a_weekend_is_made_on_the_next_business_day_and_is_the_whole_month():
    # 31 October 2026 is a Saturday, 1 November a Sunday.
    assert between(rhythm("month", calendar=SPAIN), "2026-10-20T00:00", "2026-11-20T00:00") == [
        ("Mon 02 Nov 06:00", "2026-10-01", "2026-10-31")
    ]
    assert between(rhythm("month"), "2026-10-20T00:00", "2026-11-20T00:00") == [
        ("Sun 01 Nov 06:00", "2026-10-01", "2026-10-31")
    ]


def test_japans_banks_open_on_the_fourth_of_january():
    found = rhythm("month", zone="Asia/Tokyo", calendar=JAPAN)
    assert between(found, "2026-12-20T00:00", "2027-01-20T00:00") == [
        ("Mon 04 Jan 06:00", "2026-12-01", "2026-12-31")
    ]
    days = rhythm(zone="Asia/Tokyo", calendar=JAPAN)
    assert between(days, "2026-12-29T12:00", "2027-01-04T00:00") == [
        ("Wed 30 Dec 06:00", "2026-12-29", "2026-12-29"),
        ("Mon 04 Jan 06:00", "2026-12-30", "2027-01-03"),
    ]


def test_golden_week_is_one_occasion_of_the_weeks_that_fell_into_it():
    # In 2019 Japan's banks were closed from 27 April to 6 May: two Mondays come to one Tuesday.
    found = rhythm("week", zone="Asia/Tokyo", calendar=JAPAN)
    assert between(found, "2019-04-23T00:00", "2019-05-10T00:00") == [
        ("Tue 07 May 06:00", "2019-04-22", "2019-05-05")
    ]


def test_a_week_begins_with_the_day_that_was_named():
    assert between(rhythm("week", weekday=3), "2026-11-19T00:00", "2026-11-26T00:00") == [
        ("Wed 25 Nov 06:00", "2026-11-18", "2026-11-24")
    ]


def test_the_hour_that_is_skipped_comes_an_hour_later_and_the_one_that_is_repeated_once():
    spring = between(rhythm(at="02:30"), "2026-03-28T12:00", "2026-03-30T12:00")
    assert [moment for moment, *_ in spring] == ["Sun 29 Mar 03:30", "Mon 30 Mar 02:30"]
    autumn = rhythm(at="02:30")
    found = list(
        autumn.occasions(
            after=datetime(2026, 10, 24, 12, tzinfo=UTC), until=datetime(2026, 10, 26, 12, tzinfo=UTC)
        )
    )
    assert [each.moment.astimezone(UTC).hour for each in found] == [0, 1], (
        "the first half past two, then winter's"
    )


@pytest.mark.parametrize("every", ["day", "week", "month"])
@pytest.mark.parametrize("calendar", ["", SPAIN, JAPAN])
def test_days_follow_each_other_without_a_gap(every, calendar):
    found = list(
        rhythm(every, calendar=calendar).occasions(
            after=datetime(2025, 1, 1, tzinfo=UTC), until=datetime(2027, 1, 1, tzinfo=UTC)
        )
    )
    assert len(found) >= 23
    for before, each in pairwise(found):
        assert each.first == before.last + timedelta(days=1)
        assert before.moment < each.moment
        assert each.last < each.moment.date()
    assert len({each.day for each in found}) == len(found)


@pytest.mark.parametrize("every", ["day", "week", "month"])
def test_it_is_the_same_however_time_is_cut(every):
    found = rhythm(every, calendar=SPAIN)
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    whole = list(found.occasions(after=start, until=end))
    parts, at = [], start
    while at < end:
        parts += found.occasions(after=at, until=at + timedelta(hours=7))
        at += timedelta(hours=7)
    assert [each for each in parts if each.moment <= end] == whole
    assert found.next(after=start) == whole[0]
    assert found.last(until=end) == whole[-1]
    assert found.moment(date(2026, 4, 1)).hour == 6
