from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellers.ledger import money
from sellers.ledger.money import Money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.56", "EUR", 123456),
        ("1234.5", "EUR", 123450),
        ("1234", "EUR", 123400),
        (" 0.05 ", "EUR", 5),
        ("-0.05", "EUR", -5),
        ("−0.05", "EUR", -5),
        ("+7", "EUR", 700),
        ("-0", "EUR", 0),
        ("1250", "JPY", 1250),
        ("1.234", "KWD", 1234),
        ("1.5", "HUF", 150),  # CLDR shows no decimals for these two; ISO 4217 has two
        ("1.5", "COP", 150),
        ("1.2345", "CLF", 12345),
        ("0007.10", "EUR", 710),
    ],
)
def test_an_amount_is_read_with_the_exponent_of_its_currency(text, currency, minor):
    assert money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "decimal_mark", "thousands_mark", "minor"),
    [
        ("1234,56", ",", "", 123456),
        ("1.234,56", ",", ".", 123456),
        ("1234,56", ",", ".", 123456),
        ("1,234,567.8", ".", ",", 123456780),
        ("1 234,56", ",", " ", 123456),
        ("12\N{NARROW NO-BREAK SPACE}345,60", ",", "\N{NARROW NO-BREAK SPACE}", 1234560),
        ("1'234.50", ".", "'", 123450),
    ],
)
def test_the_marks_are_said_and_then_understood(text, decimal_mark, thousands_mark, minor):
    read = money.parse(text, "EUR", decimal_mark=decimal_mark, thousands_mark=thousands_mark)
    assert read == Money(minor, "EUR")


@pytest.mark.parametrize(
    "text",
    [
        "1,234",
        "1.234.5",
        "1,234.56",
        "12,34,567",
        "1..2",
        ".5",
        "5.",
        "1e3",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "١٢",
        "--5",
        "- 5",
        "5-",
        "€5",
        "five",
        "(5.00)",
        "1 234",
    ],
)
def test_what_is_not_plainly_an_amount_is_refused(text):
    with pytest.raises(money.MoneyError, match="is not an amount"):
        money.parse(text, "EUR")


@pytest.mark.parametrize("text", ["1,23", "12,3456", "1,2345", "1234,567", ",123"])
def test_thousands_stand_at_every_third_digit_or_nowhere(text):
    with pytest.raises(money.MoneyError, match="at every third digit"):
        money.parse(text, "EUR", thousands_mark=",")


@pytest.mark.parametrize(
    ("text", "currency", "says"),
    [
        ("1.234", "EUR", "EUR has 2 decimals"),
        ("1.50", "JPY", "JPY has no decimals"),
        ("1.00", "JPY", "no decimals"),
        ("1.2345", "KWD", "KWD has 3 decimals"),
    ],
)
def test_too_many_decimals_are_refused_not_rounded(text, currency, says):
    with pytest.raises(money.MoneyError, match=says):
        money.parse(text, currency)


@pytest.mark.parametrize("value", [1.5, 3, None, Decimal("1.5"), True])
def test_only_text_is_read(value):
    with pytest.raises(money.MoneyError, match="read from text"):
        money.parse(value, "EUR")


def test_an_empty_amount_is_refused_with_an_example():
    with pytest.raises(money.MoneyError, match=r"no amount.*1234\.56"):
        money.parse("  ", "EUR")


@pytest.mark.parametrize("text", ["1000000000000.01", "9" * 30, "9" * 1_000_000, "92233720368547758.08"])
def test_an_amount_above_the_ceiling_is_refused(text):
    with pytest.raises(money.MoneyError, match="too large") as refusal:
        money.parse(text, "EUR")
    assert len(str(refusal.value)) < 200
    assert money.parse("1000000000000.00", "EUR").minor == money.CEILING_MINOR


@pytest.mark.parametrize("minor", [money.LARGEST_MINOR + 1, -money.LARGEST_MINOR - 1])
def test_no_money_is_larger_than_its_column(minor):
    with pytest.raises(money.MoneyError, match="more than can be stored"):
        Money(minor, "EUR")
    with pytest.raises(money.MoneyError, match="more than can be stored"):
        Money(money.LARGEST_MINOR, "EUR") + Money(1, "EUR")


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
def test_minor_units_are_an_int_and_nothing_else(minor):
    with pytest.raises(money.MoneyError, match="whole number of minor units"):
        Money(minor, "EUR")


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "XXX", "XTS", "BTC", None, "DEM", ["EUR"]])
def test_an_unknown_currency_is_refused(currency):
    with pytest.raises(money.MoneyError, match="is not a currency we know"):
        Money(1, currency)


def test_the_marks_themselves_are_checked():
    with pytest.raises(money.MoneyError, match="decimal mark is"):
        money.parse("1;2", "EUR", decimal_mark=";")
    with pytest.raises(money.MoneyError, match="cannot be both"):
        money.parse("1,2", "EUR", decimal_mark=",", thousands_mark=",")


def test_only_the_same_currency_is_added_taken_away_or_compared():
    assert Money(5, "EUR") + Money(7, "EUR") == Money(12, "EUR")
    assert Money(5, "EUR") - Money(7, "EUR") == -Money(2, "EUR")
    assert Money(5, "EUR") < Money(7, "EUR") <= Money(7, "EUR")
    assert Money(5, "EUR") != Money(5, "USD")
    for wrong in (Money(1, "USD"), 1):
        for act in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b):
            with pytest.raises(money.MoneyError):
                act(Money(5, "EUR"), wrong)


def test_a_total_of_nothing_is_zero_of_its_currency():
    assert money.total([], currency="JPY") == Money(0, "JPY")
    assert money.total([Money(1, "EUR"), Money(2, "EUR")], currency="EUR") == Money(3, "EUR")
    with pytest.raises(money.MoneyError):
        money.total([Money(1, "EUR")], currency="JPY")


@pytest.mark.parametrize(
    ("minor", "basis_points", "expected"),
    [
        (1250, 1200, 150),
        (1, 5000, 1),
        (-1, 5000, -1),
        (1, 4999, 0),
        (3, 5000, 2),
        (-3, 5000, -2),
        (5, 1000, 1),
        (4, 1000, 0),
        (0, 1200, 0),
        (100, 0, 0),
        (100, 10_000, 100),
        (100, -1200, -12),
        (12_345, 1250, 1543),
        (money.LARGEST_MINOR, 10_000, money.LARGEST_MINOR),
    ],
)
def test_a_share_is_rounded_half_up_away_from_zero(minor, basis_points, expected):
    assert money.share(minor, basis_points) == expected


@given(st.integers(-(10**18), 10**18), st.integers(0, 20_000))
def test_a_refund_gives_back_exactly_the_share_of_its_sale(minor, basis_points):
    assert money.share(-minor, basis_points) == -money.share(minor, basis_points)
    assert abs(money.share(minor, basis_points) * 10_000 - minor * basis_points) <= 5_000


@pytest.mark.parametrize("args", [(1.5, 100), (100, 12.0), (True, 1), (Decimal(1), 1)])
def test_a_share_of_a_float_is_refused(args):
    with pytest.raises(money.MoneyError, match="whole numbers"):
        money.share(*args)


@given(st.integers(-money.CEILING_MINOR, money.CEILING_MINOR), st.sampled_from(sorted(money.EXPONENTS)))
def test_what_is_written_plainly_is_read_back_exactly(minor, currency):
    amount = Money(minor, currency)
    assert money.parse(amount.plain(), currency) == amount
    assert money.of_decimal(amount.decimal(), currency) == amount


def test_plain_amounts_have_every_decimal_and_nothing_else():
    assert Money(125000, "EUR").plain() == "1250.00"
    assert Money(-5, "EUR").plain() == "-0.05"
    assert Money(1250, "JPY").plain() == "1250"
    assert Money(0, "KWD").plain() == "0.000"
    assert str(Money(5, "EUR")) == "0.05 EUR"


@pytest.mark.parametrize(
    "amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e30"), Decimal("0.001"), 1.5]
)
def test_a_decimal_that_is_no_exact_amount_is_refused(amount):
    with pytest.raises(money.MoneyError):
        money.of_decimal(amount, "EUR")


def test_every_currency_is_three_capitals_and_the_dirham_is_one():
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in money.EXPONENTS)
    assert money.exponent("AED") == 2
