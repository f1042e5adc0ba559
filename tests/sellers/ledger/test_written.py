import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellers.ledger import money, written
from sellers.ledger.money import Money

NARROW = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "bare", "text"),
    [
        (4521000, "EUR", "en", "45,210.00", "€45,210.00"),
        (4521000, "EUR", "fr", f"45{NARROW}210,00", f"45{NARROW}210,00{NO_BREAK}€"),
        (4521000, "EUR", "es", "45.210,00", f"45.210,00{NO_BREAK}€"),
        (-191520, "EUR", "en", "−1,915.20", "−€1,915.20"),
        (-191520, "EUR", "es", "−1.915,20", f"−1.915,20{NO_BREAK}€"),
        (4182600, "JPY", "en", "4,182,600", "¥4,182,600"),
        (4182600, "JPY", "ja", "4,182,600", "￥4,182,600"),
        (1234567, "KWD", "en", "1,234.567", f"KWD{NO_BREAK}1,234.567"),
        (150, "HUF", "en", "1.50", f"HUF{NO_BREAK}1.50"),
        (150, "COP", "en", "1.50", f"COP{NO_BREAK}1.50"),
        (12345, "CLF", "en", "1.2345", f"CLF{NO_BREAK}1.2345"),
        (126107895, "BRL", "pt_BR", "1.261.078,95", f"R${NO_BREAK}1.261.078,95"),
        (5, "USD", "en", "0.05", "$0.05"),
        (0, "EUR", "en", "0.00", "€0.00"),
    ],
)
def test_an_amount_is_written_as_the_reader_writes_it(minor, currency, locale, bare, text):
    amount = Money(minor, currency)
    assert written.bare(amount, locale=locale) == bare
    assert written.text(amount, locale=locale) == text


@given(st.integers(-(10**14), 10**14), st.sampled_from(sorted(money.EXPONENTS)))
def test_no_digit_is_lost_in_writing(minor, currency):
    amount = Money(minor, currency)
    assert money.parse(written.bare(amount), currency, thousands_mark=",") == amount
