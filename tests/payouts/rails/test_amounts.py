import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.rails import amounts
from sellers.ledger import money


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("5.0100", "EUR", 501),
        ("12", "EUR", 1200),
        ("1.", "EUR", 100),
        ("1200", "JPY", 1200),
        ("1.234", "KWD", 1234),
    ],
)
def test_banks_write_amounts_in_several_ways(written: str, currency: str, minor: int) -> None:
    assert amounts.minor(written, currency) == minor


@pytest.mark.parametrize(
    ("written", "currency"),
    [("1.005", "EUR"), ("0.5", "JPY"), ("1,00", "EUR"), ("-1", "EUR"), ("1e3", "EUR"), ("", "EUR"),
     ("1", "XXX"), (None, "EUR"), ("١", "EUR"), ("9" * 18, "EUR")],
)  # fmt: skip
def test_what_is_no_exact_amount_is_none(written: str | None, currency: str) -> None:
    assert amounts.minor(written, currency) is None


@given(st.integers(0, 10**14), st.sampled_from(["EUR", "JPY", "KWD", "BRL"]))
def test_what_we_write_is_what_we_read(minor: int, currency: str) -> None:
    assert amounts.minor(money.Money(minor, currency).plain(), currency) == minor
