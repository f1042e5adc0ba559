"""Which texts are ids."""

import pytest

from backoffice.doors import numbers


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text, number):
    assert numbers.whole(text) == number


@pytest.mark.parametrize("text", ["", None, "-1", "1.0", " 1", "²", "٣", "１", "x", "9" * 19, "9" * 5000])
def test_all_else_is_none(text):
    assert numbers.whole(text) is None
