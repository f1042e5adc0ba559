"""What others write is cut to what PostgreSQL can hold."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from payouts.rails import kept

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_any_text_becomes_one_that_is_valid_and_no_shorter(written: str) -> None:
    found = kept.text(written)
    assert len(found) == len(written)
    assert "\0" not in found
    found.encode()


def test_text_that_was_fine_stays_as_it_was() -> None:
    assert kept.text("Zoé 株式会社 🙂") == "Zoé 株式会社 🙂"


def test_every_text_in_json_is_cut() -> None:
    read = json.loads(r'{"a\u0000": ["\ud800x", {"b": 7, "c": null}], "d": "fine"}')
    assert kept.tree(read) == {"a\ufffd": ["\ufffdx", {"b": 7, "c": None}], "d": "fine"}


def test_long_names_stay_apart_and_short_ones_as_they_are() -> None:
    one, other = kept.name("x" * 5000), kept.name("x" * 5001)
    assert one != other
    assert len(one) == len(other) == 200
    assert kept.name("P48213A1") == "P48213A1"


@pytest.mark.parametrize(
    ("minor", "amount"), [(10**17, 10**17), (10**17 + 1, None), (-(10**19), None), (0, 0)]
)
def test_amounts_are_those_that_a_column_holds(minor: int, amount: int | None) -> None:
    assert kept.amount(minor) == amount


@pytest.mark.parametrize(
    ("written", "number"),
    [("7", 7), ("0007", 7), ("0" * 9000 + "7", 7), ("1000", 1000), ("1001", None), ("9" * 9000, None), ("", None),
     ("-1", None), ("²", None), ("٧", None), ("1.0", None)],
)  # fmt: skip
def test_counts_are_digits_that_a_column_holds(written: str, number: int | None) -> None:
    assert kept.count(written, most=1000) == number


@pytest.mark.parametrize(
    ("year", "fits"), [(1, False), (1969, False), (1970, True), (2199, True), (9999, False)]
)
def test_moments_are_those_that_can_be_read_again(year: int, fits: bool) -> None:
    assert (kept.moment(datetime(year, 1, 1, tzinfo=UTC)) is not None) is fits


@pytest.mark.django_db
def test_postgresql_takes_what_is_left_of_the_worst_text() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text", [kept.text("a\0b\ud800c\udfff")])
        assert cursor.fetchone() == ("a\ufffdb\ufffdc\ufffd",)
