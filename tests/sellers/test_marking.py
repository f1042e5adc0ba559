"""The copy of a refused file has the cells as they were, none of them a formula."""

import csv
import io

import pytest

from sellers import marking, reading


def copied(*cells: str) -> list[str]:
    upload = io.StringIO()
    csv.writer(upload).writerows([["a"] * len(cells), cells])
    made = marking.made(
        io.BytesIO(upload.getvalue().encode()),
        encodings=["utf-8"],
        delimiter=",",
        required=["a"],
        errors=iter(()),
    )
    assert made is not None
    with made:
        _head, row = csv.reader(io.StringIO(made.read().decode()))
    return row[:-1]


@pytest.mark.parametrize("number", ["-1", "+1,234.50", "-1 234,50", "-1\u202f234", "-.5", "-1.", "+ 1"])
def test_numbers_stay_as_they_are(number):
    assert copied(number, "x") == [number, "x"]


@pytest.mark.parametrize("text", ["=1+1", "-1-1", "+1 x", "-", "+1 ", "-.,", "@a"])
def test_what_could_be_a_formula_begins_with_an_apostrophe(text):
    assert copied(text, "x") == [f"'{text}", "x"]


def test_the_longest_cells_are_copied_at_once():
    """Looked through again for each digit, they would take half an hour."""
    longest = reading.LONGEST_CELL - 1
    cells = ["1" * longest + "x", "1 " * (longest // 2) + "x", "." * longest + "x"] * 10
    assert copied(*cells) == cells
