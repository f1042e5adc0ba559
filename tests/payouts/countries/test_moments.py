from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from payouts.countries import moments

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("at", "zone", "locale", "said"),
    [
        (datetime(2026, 11, 26, 14, tzinfo=UTC), PARIS, "en", "Thu 26 Nov, 15:00 Paris"),
        (datetime(2026, 7, 2, 13, tzinfo=UTC), PARIS, "en", "Thu 2 Jul, 15:00 Paris"),
        (datetime(2026, 11, 26, 14, tzinfo=UTC), ZoneInfo("Asia/Tokyo"), "en", "Thu 26 Nov, 23:00 Tokyo"),
        (
            datetime(2026, 11, 26, 14, tzinfo=UTC),
            ZoneInfo("America/New_York"),
            "en",
            "Thu 26 Nov, 09:00 New York",
        ),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), PARIS, "en", "Thu 1 Jan, 00:30 Paris"),
        (datetime(2025, 11, 27, 14, tzinfo=UTC), PARIS, "en", "Thu 27 Nov 2025, 15:00 Paris"),
        (datetime(2026, 11, 26, 14, tzinfo=UTC), PARIS, "fr", "jeu. 26 nov., 15:00 Paris"),
        (datetime(2026, 11, 26, 14, tzinfo=UTC), ZoneInfo("Asia/Tokyo"), "ja", "11月26日(木) 23:00 東京"),
        (datetime(2026, 11, 26, 14, tzinfo=UTC), UTC, "en", "Thu 26 Nov, 14:00 UTC"),
    ],
)
def test_a_moment_is_said_in_local_time_with_its_place(at, zone, locale, said):
    assert moments.when(at, zone=zone, now=NOW, locale=locale) == said


@pytest.mark.parametrize(
    ("locale", "clock", "with_year", "in_a_sentence", "exact"),
    [
        (
            "en",
            "Tue 1 Sept, 14:00 Paris",
            "Tue 1 Sept 2026",
            "Tuesday 1 September",
            "Tuesday 1 September 2026, 14:00:00 Paris",
        ),
        (
            "fr",
            "mar. 1er sept., 14:00 Paris",
            "mar. 1er sept. 2026",
            "mardi 1er septembre",
            "mardi 1er septembre 2026, 14:00:00 Paris",
        ),
        (
            "es",
            "mar 1 sept, 14:00 París",
            "mar 1 sept 2026",
            "martes 1 de septiembre",
            "martes 1 de septiembre de 2026, 14:00:00 París",
        ),
        (
            "ja",
            "9月1日(火) 14:00 パリ",
            "2026年9月1日(火)",
            "9月1日(火曜日)",
            "2026年9月1日(火曜日) 14:00:00 パリ",
        ),
    ],
)
def test_a_language_writes_a_day_in_one_way_everywhere(locale, clock, with_year, in_a_sentence, exact):
    at = datetime(2026, 9, 1, 12, tzinfo=UTC)
    assert moments.clock(at, zone=PARIS, locale=locale) == clock
    assert moments.when(at, zone=PARIS, now=NOW, locale=locale) == clock
    assert clock.startswith(moments.day(at.date(), today=TODAY, locale=locale))
    assert moments.day_of_any_year(at.date(), locale=locale) == with_year
    assert moments.day(at.date(), today=date(2027, 1, 1), locale=locale) == with_year
    assert moments.long_day(at.date(), locale=locale) == in_a_sentence
    assert moments.exact(at, zone=PARIS, locale=locale) == exact


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 1), date(2026, 11, 1), "1er nov."),
        (date(2026, 11, 1), date(2026, 11, 11), "1er–11 nov."),
        (date(2026, 10, 21), date(2026, 11, 1), "21 oct. – 1er nov."),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french(first, last, said):
    tidy = moments.span(first, last, today=TODAY, locale="fr").replace("\N{THIN SPACE}", " ")
    assert tidy == said


def test_a_time_zone_to_choose_is_called_as_in_every_list_and_as_the_reader_calls_it():
    assert moments.listed("America/New_York") == "America/New York"
    assert moments.listed("America/New_York", locale="es") == "America/New York · Nueva York"
    assert moments.listed("Asia/Tokyo", locale="ja") == "Asia/Tokyo · 東京"
    assert moments.listed("Etc/GMT+5", locale="ja") == "Etc/GMT+5"


def test_the_exact_moment_has_weekday_year_and_seconds():
    at = datetime(2026, 11, 24, 9, 30, 12, tzinfo=UTC)
    assert moments.exact(at, zone=PARIS) == "Tuesday 24 November 2026, 10:30:12 Paris"


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(minutes=-12), "12 min ago"),
        (timedelta(hours=4), "in 4 hr"),
        (timedelta(days=-2), "2 days ago"),
        (timedelta(seconds=-5), "5 sec ago"),
        (timedelta(milliseconds=300), "1 sec ago"),  # by another clock: it is not to come
        (timedelta(hours=-2, minutes=-59), "2 hr ago"),
        (timedelta(hours=-47), "47 hr ago"),
        (timedelta(days=-5, hours=-23), "5 days ago"),
        (timedelta(days=-13, hours=-23), "13 days ago"),
        (timedelta(days=-20), "2 wk ago"),
        (timedelta(days=-89), "2 mo ago"),
        (timedelta(days=-700), "1 yr ago"),
        (timedelta(hours=3, minutes=59), "in 3 hr"),
    ],
)
def test_a_moment_is_said_relative_to_now(distance, said):
    assert moments.ago(NOW + distance, now=NOW) == said


@pytest.mark.parametrize("locale", ["en", "fr", "es", "ja"])
@pytest.mark.parametrize(
    ("unit", "seconds", "most"), [("second", 1, 59), ("minute", 60, 59), ("hour", 3600, 47)]
)
def test_any_number_of_a_unit_is_said_alike(locale, unit, seconds, most):
    for n in range(1, most + 1):
        said = moments.ago_of(unit, locale=locale).format(n=n)
        assert said == moments.ago(NOW - timedelta(seconds=n * seconds), now=NOW, locale=locale)


@pytest.mark.parametrize(
    ("first", "last", "locale", "said"),
    [
        (date(2026, 11, 9), date(2026, 11, 22), "en", "9–22 Nov"),
        (date(2026, 10, 29), date(2026, 11, 2), "en", "29 Oct – 2 Nov"),
        (date(2025, 12, 29), date(2026, 1, 4), "en", "29 Dec 2025 – 4 Jan 2026"),
        (date(2026, 11, 9), date(2026, 11, 9), "en", "9 Nov"),
        (date(2025, 11, 9), date(2025, 11, 9), "en", "9 Nov 2025"),
        (date(2026, 11, 9), date(2026, 11, 22), "fr", "9–22 nov."),
        (date(2026, 11, 9), date(2026, 11, 22), "ja", "11月9日～22日"),
    ],
)
def test_a_span_is_said_shortly(first, last, locale, said):
    tidy = moments.span(first, last, today=TODAY, locale=locale).replace("\N{THIN SPACE}", " ")
    assert tidy == said
