"""Cells of every kind in every format."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from payouts.exports import writers
from payouts.exports.columns import Column, Kind
from sellers.ledger.money import Money

COLUMNS = [
    Column("text", "Text"),
    Column("count", "Count", Kind.COUNT),
    Column("money", "Money", Kind.MONEY),
    Column("day", "Day", Kind.DAY),
    Column("moment", "Moment", Kind.MOMENT),
]
ROW = ["plain", -7, Money(-1250, "KWD"), date(2026, 11, 24), datetime(2026, 11, 24, 9, tzinfo=UTC)]


def csv_of(tmp_path, *rows) -> list[list[str]]:
    path = tmp_path / "a.csv"
    writer = writers.CsvWriter(path, columns=COLUMNS, headings=[c.column_name for c in COLUMNS])
    writer.rows(rows)
    writer.close()
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


@pytest.mark.parametrize(
    "text", ["=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "\n=1", "－1"]
)
def test_no_cell_of_text_starts_a_formula(tmp_path, text):
    _, row = csv_of(tmp_path, [text, *ROW[1:]])
    assert row[0] == f"'{text}"


@pytest.mark.parametrize(
    "text", ["Wise Devices SL", "0012", "a=b", "株式会社", "O'Neill", "", '100 % refurb, "A"', "a\nb"]
)
def test_ordinary_text_stays_as_it_is(tmp_path, text):
    _, row = csv_of(tmp_path, [text, *ROW[1:]])
    assert row[0] == text


def test_numbers_stay_numbers_even_below_zero(tmp_path):
    _, row = csv_of(tmp_path, ROW)
    assert row[1:] == ["-7", "-1.250", "2026-11-24", "2026-11-24T10:00:00+01:00"]


def test_what_is_not_there_is_an_empty_cell(tmp_path):
    _, row = csv_of(tmp_path, [None] * 5)
    assert row == [""] * 5


def test_a_heading_cannot_start_a_formula_either(tmp_path):
    path = tmp_path / "a.csv"
    writers.CsvWriter(path, columns=COLUMNS[:1], headings=["=1+1"]).close()
    assert path.read_text().startswith("'=1+1")
