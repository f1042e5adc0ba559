"""Which texts are ids."""

import pytest
from django.utils.translation import override

from backoffice.doors import numbers


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text, number):
    assert numbers.whole(text) == number


@pytest.mark.parametrize("text", ["", None, "-1", "1.0", " 1", "²", "٣", "１", "x", "9" * 19, "9" * 5000])
def test_all_else_is_none(text):
    assert numbers.whole(text) is None


@pytest.mark.parametrize(
    ("language", "text", "plain"),
    [
        ("en", "1,000.50", "1000.50"),
        ("en", "12,34", None),
        ("fr", "1\xa0000 000,5", "1000000.5"),
        ("fr", "1 00,5", None),
        ("es", "1.000", "1000"),
        ("es", "1000.50", "1000.50"),
        ("ja", "1,000", "1000"),
        ("en", "-5", None),
        ("en", "1e5", None),
        ("en", "٣", None),
        ("en", "", None),
    ],
)
def test_an_amount_is_read_in_the_readers_language(language, text, plain):
    with override(language):
        assert numbers.plain(text) == plain
