import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange
from django.template import Context, Template
from django.utils import timezone, translation

from payouts import countries
from sellers.ledger.money import Money

NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_work_in_paris():
    with time_machine.travel(NOW, tick=False), timezone.override("Europe/Paris"):
        yield


def shown(template: str, **values: object) -> str:
    return Template("{% load backoffice_format %}" + template).render(Context(values))


def test_a_colon_has_the_spaces_of_the_readers_language():
    said = "{{ word|colon }}5"
    found = {}
    for language in ("en", "fr", "ja"):
        with translation.override(language):
            found[language] = shown(said, word="Sort")
    assert found == {"en": "Sort: 5", "fr": "Sort\N{NO-BREAK SPACE}: 5", "ja": "Sort：5"}


def test_no_template_sets_a_colon_of_its_own_behind_what_is_translated():
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    own = re.compile(r"(%}|}})(<[^>]*>)*: ")
    translated = re.compile(r"{% (blocktranslate|comment).*?{% end\1 %}", re.DOTALL)
    wrong = {
        path.name: found[0]
        for path in templates
        if (found := own.search(translated.sub("", path.read_text("utf-8"))))
    }
    assert wrong == {}


def test_money_stands_in_a_column_with_its_currency_small():
    assert (
        shown("{{ it|money }}", it=Money(4521000, "EUR"))
        == '<span class="money">45,210.00<small>EUR</small></span>'
    )
    assert shown("{% money 1250 'JPY' %}") == '<span class="money">1,250<small>JPY</small></span>'


def test_negative_money_has_a_minus_sign_and_says_minus_aloud():
    assert shown("{{ it|money }}", it=Money(-191520, "EUR")) == (
        '<span class="money"><span class="sr">minus </span><span aria-hidden="true">\N{MINUS SIGN}</span>'
        "1,915.20<small>EUR</small></span>"
    )


def test_a_change_has_a_plus_or_a_minus_that_is_said_aloud_and_none_has_neither():
    assert shown("{{ it|change }}", it=Money(191520, "EUR")) == (
        '<span class="money"><span class="sr">plus </span><span aria-hidden="true">+</span>'
        "1,915.20<small>EUR</small></span>"
    )
    for minor in (0, -5):
        assert shown("{{ it|change }}", it=Money(minor, "EUR")) == shown(
            "{{ it|money }}", it=Money(minor, "EUR")
        )


def test_money_in_a_sentence_is_plain_text():
    assert shown("Approve {{ it|money_text }}", it=Money(4521000, "EUR")) == "Approve €45,210.00"


def test_money_follows_the_readers_language():
    with translation.override("fr"):
        assert "45\N{NARROW NO-BREAK SPACE}210,00" in shown("{{ it|money }}", it=Money(4521000, "EUR"))
    with translation.override("es"):
        assert shown("{{ it|money_text }}", it=Money(4521000, "EUR")) == "45.210,00\N{NO-BREAK SPACE}€"


def test_a_moment_shows_its_place_and_holds_the_exact_time():
    at = datetime(2026, 11, 26, 14, 0, 12, tzinfo=UTC)
    assert shown("{{ it|when }}", it=at) == (
        '<time datetime="2026-11-26T14:00:12+00:00" title="Thursday 26 November 2026, 15:00:12 Paris">'
        "Thu 26 Nov, 15:00 Paris</time>"
    )


@pytest.mark.parametrize(
    "where",
    ["JP", "Asia/Tokyo", ZoneInfo("Asia/Tokyo"), countries.get("JP")],
    ids=["code", "name", "zone", "country"],
)
def test_a_moment_can_be_shown_where_it_counts(where):
    at = datetime(2026, 11, 26, 5, tzinfo=UTC)
    assert ">Thu 26 Nov, 14:00 Tokyo<" in shown("{{ it|when:where }}", it=at, where=where)


def test_a_country_that_is_not_open_shows_the_readers_time():
    assert "15:00 Paris" in shown("{{ it|when:'XX' }}", it=datetime(2026, 11, 26, 14, tzinfo=UTC))


def test_relative_time_holds_the_exact_time():
    html = shown("{{ it|ago }}", it=NOW - timedelta(minutes=12))
    assert ">12 min ago</time>" in html
    assert 'title="Tuesday 24 November 2026, 10:30:00 Paris"' in html


@pytest.mark.parametrize(
    ("distance", "going_on"),
    [
        (timedelta(seconds=12), ' data-ago="12"'),
        (timedelta(hours=47), ' data-ago="169200"'),
        (timedelta(days=2), ""),
        (timedelta(hours=-4), ""),
    ],
)
def test_an_age_goes_on_where_it_is_not_said_in_days(distance, going_on):
    at = NOW - distance
    ago, both = shown("{{ it|ago }}", it=at), shown("{% moment it 'FR' %}", it=at)
    assert f'Paris"{going_on}>' in ago
    assert f'<span class="quiet"{going_on}>' in both


def test_a_moment_can_stand_with_the_relative_time_beside_it():
    html = shown("{% moment it 'FR' %}", it=datetime(2026, 11, 24, 14, tzinfo=UTC))
    assert 'Tue 24 Nov, 15:00 Paris</time> <span class="quiet">in 4 hr</span>' in html


def test_a_span_is_read_from_two_days_or_from_a_range_of_the_database():
    first, last = date(2026, 11, 9), date(2026, 11, 22)
    assert shown("{{ first|span:last }}", first=first, last=last).replace("\N{THIN SPACE}", " ") == "9–22 Nov"
    assert shown("{{ it|span }}", it=DateRange(first, date(2026, 11, 23), "[)")) == "9–22 Nov"
    assert shown("{{ it|span }}", it=DateRange(None, last, "[)")) == "to 21 Nov"


def test_a_day_shows_its_weekday():
    assert shown("{{ it|day }}", it=date(2026, 11, 25)) == "Wed 25 Nov"


def test_a_country_is_a_small_code_with_a_name():
    html = shown("{{ 'ES'|land }}")
    assert 'title="Spain"' in html
    assert '<span class="sr">Spain</span>' in html
    with translation.override("es"):
        assert 'title="España"' in shown("{{ 'ES'|land }}")


@pytest.mark.parametrize("use", ["money", "money_text", "when", "ago", "day", "span", "land"])
def test_what_is_missing_shows_as_a_dash(use):
    assert shown("{{ it|" + use + " }}", it=None) == "—"
    assert shown("{{ nowhere|" + use + " }}") == "—"


def test_zero_is_not_missing():
    assert shown("{{ it|money_text }}", it=Money(0, "EUR")) == "€0.00"
    assert "0.00" in shown("{{ it|money }}", it=Money(0, "EUR"))


def test_nothing_typed_by_others_is_taken_for_html():
    assert "<script>" not in shown("{{ it|land }}", it="<script>")
