"""Which language a seller is written to in."""

import pytest
from django.utils import translation

from payouts.queries import languages


@pytest.mark.parametrize(
    ("country", "language"),
    [("FR", "fr"), ("BE", "fr"), ("ES", "es"), ("JP", "ja"), ("US", "en"), ("DE", "en"), ("ZZ", "en")],
)
def test_the_language_is_that_of_the_countrys_file_where_we_have_it_else_english(country, language):
    assert languages.language_of(country) == language


@pytest.mark.parametrize(("wanted", "language"), [("es", "es"), ("xx", "fr"), ("", "fr")])
def test_another_language_may_be_wanted_if_we_have_it(wanted, language):
    assert languages.language_of("BE", wanted=wanted) == language


def test_a_language_is_called_as_its_reader_calls_it():
    with translation.override("en"):
        assert languages.called("fr") == "French"
    with translation.override("es"):
        assert languages.called("fr") == "francés"
