"""Words, numbers and dates in the reader's language, also in rooms that know nothing of Django."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from backoffice import words
from payouts import countries
from payouts.queries import explain, hold_words
from payouts.rails import base, reasons
from sellers.ledger import words as pure
from sellers.ledger import written
from sellers.ledger.money import Money

PAID_ON = date(2026, 11, 5)


def test_counts_and_days_are_written_as_the_reader_writes_them():
    assert words.number(3241) == "3,241"
    assert words.dated(PAID_ON, "long") == "5 November 2026"
    with translation.override("fr"):
        assert words.number(3241) == "3\N{NARROW NO-BREAK SPACE}241"
        assert words.dated(PAID_ON, "long") == "5 novembre 2026"
    with translation.override("ja"):
        assert words.dated(PAID_ON, "long") == words.dated(PAID_ON, "medium") == "2026年11月5日"


def test_a_day_in_a_sentence_follows_the_reader():
    assert explain.day(PAID_ON) == "Thursday 5 November"
    with translation.override("es"):
        assert explain.day(PAID_ON) == "jueves 5 de noviembre"
    with translation.override("ja"):
        assert explain.day(PAID_ON) == "11月5日(木曜日)"


def test_a_time_zone_is_called_by_its_city_as_the_reader_writes_it():
    cut_off = datetime(2026, 11, 5, 17, tzinfo=UTC)
    assert explain.clock(cut_off, "America/New_York") == "Thu 5 Nov, 12:00 New York"
    with translation.override("es"):
        assert explain.clock(cut_off, "America/New_York").endswith("12:00 Nueva York")
        assert str(hold_words.UNTIL_HELP).count("París") == 1
    with translation.override("ja"):
        assert explain.clock(cut_off, "Asia/Tokyo").endswith("02:00 東京")
        assert "パリ" in str(hold_words.UNTIL_HELP)


def test_two_sentences_have_a_space_between_them_but_in_japanese():
    assert words.sentences("It is held.", "", "Ask.") == "It is held. Ask."
    with translation.override("ja"):
        assert words.sentences("保留中です。", "", "確認してください。") == "保留中です。確認してください。"


def test_an_amount_follows_the_reader_unless_a_locale_is_given():
    money = Money(4_521_000, "EUR")
    assert written.text(money) == "€45,210.00"
    with translation.override("es"):
        assert written.text(money) == "45.210,00\N{NO-BREAK SPACE}€"
        assert written.text(money, locale="en") == "€45,210.00"


def test_a_table_is_said_in_the_language_of_each_reader():
    text = words.later("Failed & returned")
    assert str(text) == "Failed & returned"
    with translation.override("fr"):
        assert str(text) == "Échoués et retournés"


def test_holes_are_filled_after_the_translation():
    text = words.later_filled("at most {n}", n=7)
    assert str(text) == "at most 7"


def test_pure_rooms_speak_the_language_of_the_reader():
    with translation.override("fr"):
        assert pure.locale() == "fr"
    assert reasons.explain("AC04", kind=base.ReportKind.REJECTED).sentence == "The account is closed."


def test_pure_rooms_speak_english_by_themselves():
    alone = pure.English()
    assert alone.one("minus") == "minus"
    assert alone.locale() == "en"


def test_a_country_is_called_as_the_reader_calls_it():
    germany = countries.get("DE")
    assert germany.called == germany.name == "Germany"
    with translation.override("fr"):
        assert germany.called == "Allemagne"
    with translation.override("ja"):
        assert germany.called == "ドイツ"


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("fr", date(2026, 9, 1), "1er septembre 2026"),
        ("fr", date(2026, 9, 11), "11 septembre 2026"),
        ("es", date(2026, 9, 1), "1 de septiembre de 2026"),
    ],
)
def test_the_first_of_a_month_is_written_as_the_reader_does(language, day, said):
    with translation.override(language):
        assert words.dated(day, "long") == said
    assert words.day_in(date(2026, 9, 1), "EEEE d MMMM", "fr_FR") == "mardi 1er septembre"


def test_reasons_stand_side_by_side_without_the_empty_ones():
    assert (
        words.beside(["it is on hold", "", "its seller is suspended"])
        == "it is on hold; its seller is suspended"
    )
    assert words.beside(each for each in ("one",)) == "one" and words.beside([]) == ""


def test_a_sentence_inside_another_has_no_full_stop_in_any_language():
    assert words.unended("The account is closed.") == "The account is closed"
    assert words.unended("口座が解約されています。") == "口座が解約されています"
    assert words.ended("It is closed") == words.ended("It is closed.") == "It is closed."
