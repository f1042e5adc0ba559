import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.rails.sepa import charset


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ("Café Zoë", "Cafe Zoe"),
        ("Straße & Söhne", "Strasse + Sohne"),
        ("Łódź Østergård Þór", "Lodz Ostergard THor"),
        ("Αθήνα", "Athina"),
        ("София", "Sofiya"),
        ("ﬁne “quotes” — dash", "fine 'quotes' - dash"),
        ("中古", ".."),
        ("a\tb\n c", "a b c"),
        ("//a///b//", "a/b"),
        ("Ｆｕｌｌ", "Full"),
    ],
)
def test_letters_become_what_sepa_carries(written: str, carried: str) -> None:
    assert charset.convert(written, longest=70) == carried


def test_conversion_comes_before_truncation() -> None:
    assert charset.convert("ßßß", longest=4) == "ssss"


@given(st.text(), st.integers(1, 140))
def test_whatever_comes_in_only_sepa_letters_come_out(text: str, longest: int) -> None:
    carried = charset.convert(text, longest=longest)
    assert re.fullmatch(r"[A-Za-z0-9/?:().,'+ -]*", carried)
    assert len(carried) <= longest
    assert "//" not in carried
    assert carried == carried.strip(" /")


@given(st.text())
def test_what_was_converted_stays_as_it_is(text: str) -> None:
    once = charset.convert(text, longest=140)
    assert charset.convert(once, longest=140) == once
