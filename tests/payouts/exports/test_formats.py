"""Cells of every kind in every format, written by PostgreSQL and by Python: to the same bytes."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from payouts.exports import columns, rows
from payouts.exports.columns import Column, Kind
from payouts.exports.formats import FORMATS, LOCALES, Layout, Total, workbook
from payouts.exports.kinds import KINDS
from sellers.ledger.money import EXPONENTS, Money

pytestmark = pytest.mark.django_db

FORMULAS = [
    "=1+1",
    "==1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1+1",
    "\n=1",
    "－1",
    "\u00a0+1",
    "=",
    "+",
    "-5",
]
ORDINARY = [
    "Wise Devices SL",
    "a=b",
    "株式会社",
    "O'Neill",
    "",
    '100 % refurb, "A"',
    "a\nb",
    "x;y",
    "Ø",
    "a'b\\c",
    "_x0041_",
]
NUMERIC = [
    "0012", "1E5", "2026-11", "12:30", "4111 1111", "5%", "(5)", ".5", "€5", "$ 1,000.00", "5 €", "1:30 PM",
    "1:30p", " 0012", "\u00a05", "1/2", "MAR1", "mar-1", "3 MAR", "1-JAN", "12-NOV-26", "March 3, 2026", "Dec 2026",
    "1. Okt. 26", "1-ENE", "3 MRZ", "3 MÄRZ 2026", "2 août", "DÉC-26", "3 MAR 2026 1:30 PM",
]  # fmt: skip
WORDS = [
    "Marvin 5",
    "Maison 12",
    "E12",
    "P12",
    "R2-D2",
    "Mayer & Co 3",
    "5th Avenue",
    "3 Marys",
    "March",
    "12 Monkeys",
]
ODD = ["a\r\nb", "<&>", "\x01\x1f", "\ufffe", "x" * 40_000, "&" * 33_000, "12\n"]
MOMENTS = [
    datetime(2026, 11, 24, 9, tzinfo=UTC),
    datetime(2026, 7, 1, 21, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 0, 1, tzinfo=UTC),
]
MINORS = [0, 1, -1, 5, -1250, 123_456, 999_999_999_999_999, 10**15, -(10**15), 9_007_199_254_740_993]


def columns_with(*, text="", minor=0, currency="EUR", moment=MOMENTS[0], day=date(2026, 11, 24), count=-7):
    """Five columns whose SQL is one value each, and the same values as Python has them."""
    made = [
        Column("Text", sql="given.text"),
        Column("Count", Kind.COUNT, sql="given.count"),
        Column("Money", Kind.MONEY, sql="given.minor", currency="given.currency"),
        Column("Day", Kind.DAY, sql="given.day"),
        Column("Moment", Kind.MOMENT, sql="given.moment"),
        Column("Code", Kind.CODE, sql="given.currency"),
    ]
    for number, column in enumerate(made):
        column.name = f"c{number}"
    money = None if minor is None else Money(minor, currency)
    return made, [text, count, money, day, moment, currency], [text, count, minor, currency, day, moment]


def both(name, locale="en", **values):
    """The text of one row, as PostgreSQL writes it and as Python does."""
    made, python, given = columns_with(**values)
    form = FORMATS[name](Layout(made, "Title", "payouts", "Europe/Paris", locale, 1))
    rows.set_session("Europe/Paris")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {form.row_sql()} FROM (SELECT %s::text AS text, %s::bigint AS count, %s::bigint AS minor, "
            "%s::text AS currency, %s::date AS day, %s::timestamptz AS moment) AS given",
            given,
        )
        (sql,) = cursor.fetchone()
    return sql, form.row(python)


@pytest.mark.parametrize("name", FORMATS)
def test_postgresql_and_python_write_the_same(name):
    cases = [{"text": text} for text in FORMULAS + ORDINARY + NUMERIC + WORDS + ODD]
    cases += [{"moment": moment} for moment in MOMENTS]
    cases += [
        {"minor": minor, "currency": code} for minor in MINORS for code in ("EUR", "JPY", "KWD", "CLF", "USD")
    ]
    cases += [{"count": count} for count in (0, 10**14, 10**15, -(10**15))]
    cases += [{"text": None, "minor": None, "moment": None, "day": None, "count": None}]
    for values in cases:
        for locale in LOCALES if name == "excel_csv" else ["en"]:
            sql, python = both(name, locale, **values)
            assert sql == python, values


@pytest.mark.parametrize("name", ["csv", "excel_csv"])
def test_a_text_is_looked_at_whatever_stands_beside_it(name):
    beside = [
        Column("One", sql="given.one"),
        Column("Two", sql="given.two"),
        Column("Three", sql="given.three"),
    ]
    for number, column in enumerate(beside):
        column.name = f"c{number}"
    form = FORMATS[name](Layout(beside, "Title", "payouts", "Europe/Paris", "en", 1))
    odd = [text for text in (*FORMULAS, *ORDINARY, *NUMERIC, *WORDS, *ODD, None) if len(text or "") < 100]
    for text in odd:
        for values in (
            (text, "Nord", "Süd"),
            ("Nord", text, "Ost"),
            ("Nord", None, text),
            (text, text, text),
        ):
            with connection.cursor() as cursor:
                row = "SELECT %s::text AS one, %s::text AS two, %s::text AS three"
                cursor.execute(f"SELECT {form.row_sql()} FROM ({row}) AS given", values)
                assert cursor.fetchone() == (form.row(values),), values


def test_every_currency_has_its_decimals():
    for code in EXPONENTS:
        sql, python = both("csv", minor=-1_234_567, currency=code)
        assert sql == python
        assert Money(-1_234_567, code).plain() in sql


def cells(name, locale="en", delimiter=",", **values):
    return next(csv.reader(io.StringIO(both(name, locale, **values)[0], newline=""), delimiter=delimiter))


@pytest.mark.parametrize("name", ["csv", "excel_csv"])
@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_text_starts_a_formula(name, text):
    assert cells(name, text=text)[0] == f"'{text}"


@pytest.mark.parametrize("text", ORDINARY + NUMERIC)
def test_ordinary_text_stays_as_it_is(text):
    assert cells("csv", text=text)[0] == text


@pytest.mark.parametrize("text", NUMERIC)
def test_what_excel_would_take_for_a_number_stays_text(text):
    assert cells("excel_csv", text=text)[0] == f"'{text}"


@pytest.mark.parametrize("text", WORDS)
def test_what_excel_reads_as_words_has_no_apostrophe(text):
    assert cells("excel_csv", text=text)[0] == text


def test_numbers_stay_numbers_even_below_zero():
    assert cells("csv", minor=-1250, currency="KWD")[1:5] == [
        "-7",
        "-1.250",
        "2026-11-24",
        "2026-11-24T10:00:00+01:00",
    ]


@pytest.mark.parametrize(
    ("locale", "delimiter", "mark"),
    [("en", ",", "."), ("fr", ";", ","), ("es", ";", ","), ("de", ";", ","), ("ja", ",", ".")],
)
def test_excels_csv_is_of_its_language(locale, delimiter, mark):
    found = cells("excel_csv", locale, delimiter, minor=-123_456)
    assert found[2] == f"-1234{mark}56"
    assert found[4] == "2026-11-24 10:00:00"
    form = FORMATS["excel_csv"](Layout(columns_with()[0], "Title", "payouts", "Europe/Paris", locale, 1))
    assert form.head().startswith("\ufeffText" + delimiter)
    assert "Moment (Europe/Paris)" in form.head()
    (last,) = csv.reader(
        [form.foot([Total("EUR", 1, {form.columns[2].name: -123_456})]).strip()], delimiter=delimiter
    )
    assert last[:3] == ["Total EUR, 1 payout", "", f"-1234{mark}56"]


def test_a_line_of_json_has_types():
    found = json.loads(both("jsonl", text='a"\\\n', minor=-1250)[0])
    assert found == {
        "c0": 'a"\\\n',
        "c1": -7,
        "c2": -12.5,
        "c3": "2026-11-24",
        "c4": "2026-11-24T10:00:00+01:00",
        "c5": "EUR",
    }
    assert '"c2":-12.50' in both("jsonl", minor=-1250)[0]


def test_a_heading_cannot_start_a_formula_either():
    made = [Column("=1+1", sql="x")]
    form = FORMATS["csv"](Layout(made, "Title", "payouts", "Europe/Paris"))
    assert form.head() == "'=1+1\r\n"


def test_columns_are_chosen_in_their_order():
    from payouts.exports.payouts import PayoutRegister

    found = columns.columns_of(PayoutRegister(), ["amount", "reference"])
    assert [column.column_name for column in found] == ["Amount", "Payout"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Payouts", "Payouts"),
        ("Retained earnings and reserves of sellers", "Retained earnings and reserves"),
        ("Balances: sellers/reserves", "Balances  sellers reserves"),
        ("Lignes des virements aux vendeurs, détaillées", "Lignes des virements aux"),
        ("売" * 40, "売" * 31),
    ],
)
def test_the_name_of_a_sheet_ends_with_a_whole_word(title, name):
    assert workbook._sheet_name(title) == name and len(name) <= 31


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_each_kind_has_a_sheet_of_its_own_name_that_no_language_makes_too_long(language):
    with translation.override(language):
        names = {kind: definition.sheet_name for kind, definition in KINDS.items()}
    assert {kind: workbook._sheet_name(name) for kind, name in names.items()} == names
    assert len({name.casefold() for name in names.values()}) == len(names)
