"""Journals of another currency than the company's: each entry balances in both, and its checker sees each new field."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from payouts.exports.journal import FORMATS, Rate
from payouts.exports.journal.rates import balanced
from tests.payouts.exports.journal.months import COMPANY, ENTRIES, entry, job

DOLLARS = Rate(Decimal("1.0833"), Decimal(1))
POUNDS = Rate(Decimal(1), Decimal("1.17"))
OCTOBER = date(2026, 10, 1)
FOREIGN = ("fec", "datev", "xero", "sage")
SUMS = {"5110": [10_750, 0], "4671": [0, 10_650], "5120": [9_500, 0], "6270": [500, 0], "5810": [0, 10_000],
        "7061": [300, 0], "4672": [0, 400]}  # fmt: skip
# As in test_formats: a closed month's journal is made again byte for byte, years later.
BYTES = {
    "fec": "fc42705e343023e5",
    "datev": "f911db8073d0ea7b",
    "xero": "ffda5493638177e4",
    "sage": "b176444a249aa54f",
}


def month(currency: str = "USD", rate: Rate | None = DOLLARS, digits: int = 2, **values):
    return job(currency, digits, rates={OCTOBER: rate}, **values)


def write(name: str, month=None, entries=None) -> str:
    of = month or globals()["month"]()
    return FORMATS[name].head(of) + "".join(FORMATS[name].write(each, of) for each in entries or ENTRIES)


def check(name: str, text: str, of=None):
    return FORMATS[name].check(text.splitlines(keepends=True), of or month())


def rows(text: str, delimiter: str = ",", above: int = 0) -> list[dict[str, str]]:
    lines = io.StringIO(text, newline="")
    for _ in range(above):
        next(lines)
    return list(csv.DictReader(lines, delimiter=delimiter))


@pytest.mark.parametrize("name", FOREIGN)
def test_a_format_writes_the_bytes_that_it_always_wrote(name):
    assert hashlib.sha256(write(name).encode()).hexdigest()[:16] == BYTES[name]


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize(
    ("currency", "digits", "rate"),
    [("USD", 2, DOLLARS), ("GBP", 2, POUNDS), ("JPY", 0, Rate(Decimal(100), Decimal("0.61")))],
)
def test_what_a_writer_writes_its_checker_takes_and_counts_in_its_own_currency(name, currency, digits, rate):
    of = month(currency, rate, digits)
    reading = check(name, write(name, of), of)
    assert reading.problems == []
    assert reading.sums == SUMS
    assert sum(debit - credit for debit, credit in reading.booked.values()) == 0
    assert reading.booked.keys() == SUMS.keys()


def test_a_fec_has_euros_in_debit_and_credit_and_the_dollars_beside_them():
    found = rows(write("fec"), "\t")[:2]
    assert [(row["Debit"], row["Credit"], row["Montantdevise"], row["Idevise"]) for row in found] == [
        ("92,77", "0,00", "100,50", "USD"),  # 100.50 / 1.0833 = 92.772…
        ("0,00", "92,77", "-100,50", "USD"),
    ]
    assert [row["JournalCode"] for row in found] == ["SAL-USD"] * 2
    assert FORMATS["fec"].file_name(month()) == "123456782FEC20261031-part-2026-10-USD-detailed.txt"
    assert FORMATS["fec_year"].file_name(month()) == "123456782FEC20261031-part-USD.txt"


def test_datev_has_the_dollars_their_rate_to_the_euro_and_the_euros_that_count():
    row = rows(write("datev"), ";", above=1)[0]
    assert (row["Umsatz (ohne Soll/Haben-Kz)"], row["WKZ Umsatz"], row["Kurs"]) == (
        "100,50",
        "USD",
        "1,083300",
    )
    assert (row["Basis-Umsatz"], row["WKZ Basis-Umsatz"]) == ("92,77", "EUR")
    assert write("datev").split(";")[21] == '"EUR"'


def test_datev_which_takes_no_rate_below_one_has_euros_and_says_the_pounds():
    row = rows(write("datev", month("GBP", POUNDS)), ";", above=1)[0]
    assert (row["Umsatz (ohne Soll/Haben-Kz)"], row["WKZ Umsatz"], row["Kurs"]) == ("117,59", "EUR", "")
    assert row["Beleginfo - Inhalt 2"] == "GBP 100.50 at 1 GBP = 1.17 EUR"


def test_xero_and_sage_have_euros_and_say_the_dollars():
    xero, sage = rows(write("xero"))[:2], rows(write("sage"))[:2]
    assert [row["*Amount"] for row in xero] == ["92.77", "-92.77"]
    assert [row["Description"] for row in xero] == [
        "USD 100.50 at 1.0833 USD = 1 EUR",
        "S1 USD 100.50 at 1.0833 USD = 1 EUR",
    ]
    assert [(row["Debit"], row["Credit"]) for row in sage] == [("92.77", ""), ("", "92.77")]
    assert sage[0]["Details"] == "Sale order-7 USD 100.50 at 1.0833 USD = 1 EUR"
    assert sage[0]["Reference"] == "USD-T7"
    long = rows(write("sage", entries=[entry(7, text="x" * 300)]))[0]["Details"]
    assert len(long) == 200 and long.endswith("USD 100.50 at 1.0833 USD = 1 EUR")


BROKEN = {
    "fec": [
        ("\t100,50\tUSD", "\t100,51\tUSD", "the ledger"),
        ("\t100,50\tUSD", "\t100.50\tUSD", "no amount"),
        ("\t100,50\tUSD", "\t-100,50\tUSD", "side of Debit and Credit"),
        ("\t100,50\tUSD", "\t200,00\tUSD", "rate of its month"),
        ("\t100,50\tUSD", "\t100,50\tGBP", "Idevise “GBP”"),
        ("\t100,50\tUSD", "\t\tUSD", "Montantdevise “”"),
        ("\t100,50\tUSD", "\t100,50\t", "Idevise “”"),
        ("\t92,77\t", "\t92,78\t", "off by 1"),
    ],
    "datev": [
        ('"USD";1,083300', '"GBP";1,083300', "in a batch of USD"),
        ("1,083300", "1,083301", "not the month's"),
        ("1,083300", "0,923106", "not the month's"),
        ('92,77;"EUR"', '92,77;"USD"', "not the month's"),
        ('92,77;"EUR"', '92,77;""', "not the month's"),
        ('92,77;"EUR"', ';"EUR"', "Basis-Umsatz is positive"),
        ('92,77;"EUR"', '93,77;"EUR"', "rate of its month"),
        (';1;0;1;"EUR"', ';1;0;1;"USD"', "USD in a batch of EUR"),
    ],
    "xero": [
        ("USD 100.50 at", "USD 200.50 at", "rate of its month"),
        ("USD 100.50 at", "100.50 at", "how much it is in USD"),
        ("1.0833 USD", "1.0834 USD", "at which rate"),
        ("92.77", "92.78", "off by 1"),
    ],
    "sage": [
        ("USD 100.50 at", "USD 200.50 at", "rate of its month"),
        ("USD 100.50 at", "GBP 100.50 at", "how much it is in USD"),
        ("= 1 EUR", "= 1 GBP", "at which rate"),
    ],
}


@pytest.mark.parametrize(
    ("name", "old", "new", "words"), [(n, *each) for n, all_ in BROKEN.items() for each in all_]
)
def test_a_checker_refuses_what_is_wrong_about_a_currency(name, old, new, words):
    text = write(name)
    broken = text.replace(old, new, 1)
    assert broken != text, "the test breaks nothing"
    reading = check(name, broken)
    if words == "the ledger":  # a cent of another currency is within the rounding: the ledger's sums tell
        assert reading.sums != SUMS
        return
    assert any(words in each for each in reading.problems), reading.problems


def test_euros_alone_have_no_amount_of_another_currency_in_a_fec():
    home = job()
    text = FORMATS["fec"].write(entry(7), home).replace("\t\t\r\n", "\t100,50\tUSD\r\n")
    assert any(
        "journal of EUR" in each for each in check("fec", FORMATS["fec"].head(home) + text, home).problems
    )


@pytest.mark.parametrize("name", FOREIGN)
def test_a_month_without_a_rate_names_it_the_currency_and_what_to_do(name):
    for without in (month(rate=None), job("USD")):
        (said,) = FORMATS[name].unfit(without)
        assert said.startswith("There is no rate of USD into EUR for 2026-10: set it") and "confirm" in said
    assert FORMATS[name].unfit(month()) == []


def test_of_a_year_each_month_needs_its_rate_and_is_written_by_it():
    november = date(2026, 11, 1)
    year = replace(
        month(company=replace(COMPANY, year_begins=12)),
        last_day=date(2026, 11, 30),
        rates={OCTOBER: DOLLARS, november: POUNDS},
    )
    late = replace(entry(8), number=8, day=november, fact_day=november)
    found = rows(write("fec_year", year, [entry(7), late]), "\t")
    assert [row["Debit"] for row in found if row["CompteNum"] == "5110"] == ["92,77", "117,59"]
    assert check("fec_year", write("fec_year", year, [entry(7), late]), year).problems == []
    lacking = replace(year, rates={OCTOBER: None, november: POUNDS})
    assert "for 2026-10:" in FORMATS["fec_year"].unfit(lacking)[0]


def test_datev_takes_no_currency_of_three_decimals():
    assert "KWD has 3" in FORMATS["datev"].unfit(month("KWD", DOLLARS, 3))[0]


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (["0.5", "-0.5"], [1, -1]),
        (["1.5", "-1.5"], [2, -2]),
        (["2.4999", "-2.4999"], [2, -2]),
        (["0.01", "-0.01"], [1, -1]),  # no line of nothing
        (["10", "-3.4", "-3.3", "-3.3"], [10, -4, -3, -3]),  # what is left to who lost most by rounding down
        (["10", "-3.5", "-3.5", "-3"], [10, -4, -3, -3]),  # the earlier first
        (["100", "-99.9", "-0.05", "-0.05"], [100, -98, -1, -1]),  # the largest gives for the smallest
        (["0.1", "-0.05", "-0.05"], [2, -1, -1]),
    ],
)
def test_an_entry_is_rounded_so_that_it_balances(exact, rounded):
    assert balanced([int(Decimal(each) * 10_000) for each in exact], 10_000) == rounded


@given(
    some.lists(some.integers(1, 10**9), min_size=1, max_size=8),
    some.lists(some.integers(1, 10**9), min_size=1, max_size=8),
    some.fractions(Fraction(1, 1000), 1000),
)
def test_any_entry_balances_keeps_its_sides_and_is_off_by_less_than_one_unit_a_line(debits, credits, rate):
    if short := sum(debits) - sum(credits):
        (credits if short > 0 else debits).append(abs(short))
    amounts = [*debits, *(-each for each in credits)]
    exact = [each * rate for each in amounts]
    found = balanced([each * rate.numerator for each in amounts], rate.denominator)
    assert sum(found) == 0
    assert all((made > 0) == (wanted > 0) and made for made, wanted in zip(found, exact, strict=True))
    small = sum(abs(each) < 1 for each in exact)
    assert all(abs(made - wanted) < 1 + small for made, wanted in zip(found, exact, strict=True))


@given(some.integers(1, 10**12), some.decimals("0.000001", "100000", places=6))
def test_what_is_quoted_to_the_euro_is_the_rate(units, worth):
    rate = Rate(Decimal(units), worth)
    assert abs(Fraction(rate.per_home) - Fraction(rate.units) / Fraction(rate.worth)) <= Fraction(
        1, 2_000_000
    )
