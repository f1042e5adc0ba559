from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts import countries
from payouts.countries import calendars, holiday_words
from payouts.countries.country import Country, Schedule


def at(code: str, written: str) -> datetime:
    """A local time of the country."""
    return datetime.fromisoformat(written).replace(tzinfo=countries.get(code).zone)


def a_country(**changes) -> Country:
    facts = {
        "code": "FR", "name": "France", "currency": "EUR", "rail": "sepa", "account_scheme": "iban",
        "calendar": "XECB", "time_zone": "Europe/Paris", "cut_off": time(15), "settlement_lag_days": 1,
        "minimum_minor": 100, "locale": "fr_FR", "schedule": Schedule(every="week", on=1, at=time(6)),
    }  # fmt: skip
    return Country(**(facts | changes))


@pytest.mark.parametrize(
    ("calendar", "day", "is_open", "why"),
    [
        ("XECB", "2026-12-24", True, "TARGET works on Christmas Eve"),
        ("XECB", "2026-12-25", False, "Christmas"),
        ("XECB", "2028-12-26", False, "the second day of Christmas, on a Tuesday"),
        ("XECB", "2026-12-28", True, "a TARGET holiday on a Saturday does not move"),
        ("XECB", "2026-04-03", False, "Good Friday"),
        ("XECB", "2026-04-06", False, "Easter Monday"),
        ("XECB", "2026-05-01", False, "1 May"),
        ("XECB", "2026-07-14", True, "the French national day does not close TARGET"),
        ("XECB", "2026-11-21", False, "a Saturday"),
        ("XFED", "2026-07-03", True, "4 July 2026 is a Saturday and the Fed does not move it"),
        ("XFED", "2026-07-04", False, "a Saturday anyway"),
        ("XFED", "2027-07-05", False, "4 July 2027 is a Sunday and the Fed moves it to Monday"),
        ("XFED", "2026-11-26", False, "Thanksgiving"),
        ("XFED", "2026-10-12", False, "Columbus Day is a bank holiday"),
        ("XFED", "2026-11-11", False, "Veterans Day is a bank holiday"),
        ("XFED", "2026-04-03", True, "Good Friday is none"),
        ("GB-ENG", "2026-04-06", False, "Easter Monday, in England"),
        ("GB-ENG", "2026-08-31", False, "the summer bank holiday"),
        ("GB-ENG", "2026-12-28", False, "Boxing Day, moved from Saturday"),
        ("GB-ENG", "2022-09-19", False, "a one-off"),
        ("GB-ENG", "2026-11-30", True, "St Andrew's Day is Scotland's"),
        ("JP+bank", "2026-12-31", False, "banks close from 31 December"),
        ("JP+bank", "2027-01-01", False, "New Year"),
        ("JP+bank", "2029-01-02", False, "2 January, a Tuesday"),
        ("JP+bank", "2029-01-03", False, "3 January, a Wednesday"),
        ("JP+bank", "2027-01-04", True, "the first business day of the year"),
        ("JP+bank", "2026-05-06", False, "a substitute for Constitution Day on a Sunday"),
        ("BR+bank", "2026-02-16", False, "Carnival Monday"),
        ("BR+bank", "2026-02-17", False, "Carnival Tuesday"),
        ("BR+bank", "2026-02-18", True, "Ash Wednesday"),
        ("BR+bank", "2026-06-04", False, "Corpus Christi"),
        ("BR+bank", "2026-11-20", False, "the day of Black Awareness, national since 2024"),
        ("BR+bank", "2026-10-28", True, "the civil servants' day closes no bank"),
        ("SA", "2026-11-20", False, "a Friday is weekend in Saudi Arabia"),
        ("SA", "2026-11-22", True, "a Sunday is not"),
    ],
)
def test_banks_work_on_the_days_of_their_calendar(calendar, day, is_open, why):
    assert calendars.is_business_day(calendar, date.fromisoformat(day)) is is_open, why


@pytest.mark.parametrize(
    ("code", "now", "cut_off", "value_date"),
    [
        ("FR", "2026-11-24T14:59:59", "2026-11-24T15:00", "2026-11-25"),
        ("FR", "2026-11-24T15:00:00", "2026-11-25T15:00", "2026-11-26"),
        ("FR", "2026-11-27T15:00:00", "2026-11-30T15:00", "2026-12-01"),  # Friday evening
        ("FR", "2026-11-28T09:00:00", "2026-11-30T15:00", "2026-12-01"),  # Saturday
        ("FR", "2026-12-23T15:30:00", "2026-12-24T15:00", "2026-12-28"),
        ("FR", "2026-12-24T14:59:00", "2026-12-24T15:00", "2026-12-28"),
        ("FR", "2026-12-24T15:00:00", "2026-12-28T15:00", "2026-12-29"),
        ("FR", "2026-12-25T09:00:00", "2026-12-28T15:00", "2026-12-29"),
        ("FR", "2026-12-26T09:00:00", "2026-12-28T15:00", "2026-12-29"),
        (
            "FR",
            "2026-04-02T14:59:00",
            "2026-04-02T15:00",
            "2026-04-07",
        ),  # Maundy Thursday: four days of Easter
        ("PT", "2026-11-24T13:59:00", "2026-11-24T14:00", "2026-11-25"),
        ("US", "2026-07-02T15:59:00", "2026-07-02T16:00", "2026-07-03"),
        ("US", "2026-11-25T10:00:00", "2026-11-25T16:00", "2026-11-27"),  # over Thanksgiving
        ("GB", "2026-04-02T10:00:00", "2026-04-02T16:00", "2026-04-08"),  # three days of Bacs, over Easter
        ("GB", "2026-08-28T10:00:00", "2026-08-28T16:00", "2026-09-02"),
        ("JP", "2026-12-30T13:59:00", "2026-12-30T14:00", "2027-01-04"),
        ("JP", "2026-12-30T14:00:00", "2027-01-04T14:00", "2027-01-05"),
        ("JP", "2026-12-31T09:00:00", "2027-01-04T14:00", "2027-01-05"),
        ("BR", "2026-02-13T16:29:00", "2026-02-13T16:30", "2026-02-13"),  # the same day
        ("BR", "2026-02-13T16:30:00", "2026-02-18T16:30", "2026-02-18"),  # over Carnival
    ],
)
def test_the_cut_off_decides_the_value_date(code, now, cut_off, value_date):
    deadline = calendars.value_date_for(countries.get(code), at(code, now))
    assert deadline == (at(code, cut_off), date.fromisoformat(value_date))


def test_the_moment_may_come_in_any_zone():
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # already the 25th in Tokyo, still the 24th in New York
    assert calendars.local_today(countries.get("JP"), now) == date(2026, 11, 25)
    assert calendars.local_today(countries.get("US"), now) == date(2026, 11, 24)
    assert calendars.value_date_for(countries.get("JP"), now).cut_off_at == datetime(
        2026, 11, 25, 5, tzinfo=UTC
    )


def test_a_cut_off_keeps_its_local_time_when_the_clocks_change():
    france = countries.get("FR")
    summer = calendars.cut_off_on(france, date(2026, 10, 23))
    winter = calendars.cut_off_on(france, date(2026, 10, 26))
    assert (summer.hour, winter.hour) == (15, 15)
    assert winter.astimezone(UTC) - summer.astimezone(UTC) == timedelta(days=3, hours=1)


def test_a_cut_off_that_the_clocks_skip_is_the_moment_they_jump():
    egypt = a_country(code="EG", calendar="EG", time_zone="Africa/Cairo", cut_off=time(0, 30))
    skipped = calendars.cut_off_on(egypt, date(2026, 4, 24))  # Cairo goes from 00:00 to 01:00
    assert skipped == datetime(2026, 4, 24, 1, 30, tzinfo=ZoneInfo("Africa/Cairo"))
    assert skipped.hour == 1


def test_a_moment_without_a_zone_is_refused():
    for asked in (calendars.value_date_for, calendars.local_today):
        with pytest.raises(ValueError, match="needs a time zone"):
            asked(countries.get("FR"), datetime(2026, 11, 24, 12))  # noqa: DTZ001


@given(
    st.sampled_from([country.code for country in countries.all()]),
    st.integers(1_735_689_600, 1_924_991_999).map(
        lambda second: datetime.fromtimestamp(second, UTC)
    ),  # 2025 to 2030,
)
def test_whatever_the_moment_the_deadline_lies_ahead_and_on_days_that_banks_work(code, now):
    country = countries.get(code)
    deadline = calendars.value_date_for(country, now)
    assert now < deadline.cut_off_at < now + timedelta(days=14)
    assert calendars.is_business_day(country.calendar, deadline.cut_off_at.date())
    assert calendars.is_business_day(country.calendar, deadline.value_date)
    assert deadline.value_date >= deadline.cut_off_at.date()
    just_before = deadline.cut_off_at - timedelta(seconds=1)
    assert calendars.value_date_for(country, max(now, just_before)) == deadline


def test_the_days_ahead_on_which_banks_are_closed_have_names():
    assert list(calendars.closed_days("XECB", date(2026, 12, 20), date(2027, 1, 3))) == [
        (date(2026, 12, 25), "Christmas Day"),
        (date(2027, 1, 1), "New Year's Day"),
    ]
    assert [day for day, _ in calendars.closed_days("JP+bank", date(2026, 12, 28), date(2027, 1, 5))] == [
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]


def test_business_days_are_added_from_a_day_that_is_one():
    assert calendars.add_business_days("XECB", date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert calendars.add_business_days("XECB", date(2026, 11, 20), 2) == date(2026, 11, 24)
    assert calendars.next_business_day("XECB", date(2026, 12, 24)) == date(2026, 12, 28)


@pytest.mark.parametrize("name", ["US", "GB", "JP", "BR", "CH"])
def test_a_calendar_that_misleads_is_refused_with_the_right_one(name):
    with pytest.raises(calendars.UnknownCalendar, match=f"“{name}” misleads. Write"):
        calendars.check(name)


@pytest.mark.parametrize("name", ["", "TARGET", "XX", "GB-XYZ", "JP+nonsense", "gb-eng", "FR ", "../x"])
def test_an_unknown_calendar_is_refused_with_examples(name):
    with pytest.raises(calendars.UnknownCalendar, match="is no calendar"):
        calendars.check(name)


@pytest.mark.parametrize(
    ("every", "on", "days"),
    [
        ("week", 1, ["2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28", "2027-01-04"]),
        (
            "week",
            5,
            ["2026-12-04", "2026-12-11", "2026-12-18", "2026-12-28", "2027-01-04"],
        ),  # 25 Dec and 1 Jan move
        ("month", 25, ["2026-12-28"]),
        ("month", 5, ["2026-12-07"]),
    ],
)
def test_a_run_that_meets_a_closed_day_moves_to_the_next_open_one(every, on, days):
    country = a_country(schedule=Schedule(every=every, on=on, at=time(6)))
    december = [date(2026, 12, 1) + timedelta(days=offset) for offset in range(35)]
    assert [day.isoformat() for day in december if calendars.runs_on(country, day)] == days


def test_a_daily_run_happens_on_every_business_day_at_its_local_time():
    country = a_country(schedule=Schedule(every="day", on=0, at=time(6)))
    assert calendars.runs_on(country, date(2026, 12, 24))
    assert not calendars.runs_on(country, date(2026, 12, 25))
    assert calendars.run_at(country, date(2026, 12, 24)) == datetime(2026, 12, 24, 5, tzinfo=UTC)


def test_a_schedule_reads_as_a_phrase_that_names_the_city_of_its_clock():
    paris, new_york = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
    assert Schedule(every="week", on=1, at=time(6)).said(paris) == "every Monday at 06:00 Paris"
    assert Schedule(every="day", on=0, at=time(6)).said(new_york) == "every business day at 06:00 New York"
    assert Schedule(every="month", on=5, at=time(6)).said(paris) == "on day 5 of every month at 06:00 Paris"


def test_every_holiday_of_our_countries_has_words():
    first, last = date(2024, 1, 1), date(2040, 12, 31)
    said = {
        name.removesuffix(holiday_words.OBSERVED)
        for calendar in {country.calendar for country in countries.all()}
        for _day, names in calendars.closed_days(calendar, first, last)
        for name in names.split("; ")
    }
    assert said - holiday_words.NAMES == set()
