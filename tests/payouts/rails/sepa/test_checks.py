import pytest

from payouts.rails import base
from payouts.rails.sepa import checks
from tests.payouts.rails import samples


def test_a_sound_instruction_has_no_problems() -> None:
    assert checks.instruction_problems(samples.instruction()) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"currency": "USD"}, "euros only"),
        ({"amount_minor": 0}, "between"),
        ({"amount_minor": -5}, "between"),
        ({"amount_minor": 100_000_000_000}, "between"),
        ({"end_to_end_id": ""}, "reference"),
        ({"end_to_end_id": "P/1"}, "reference"),
        ({"end_to_end_id": "P" * 16}, "reference"),
        ({"payee": samples.payee(name="山田太郎")}, "Latin letters"),
        ({"payee": samples.payee(town="Paris", country="France")}, "country code"),
    ],
)
def test_what_sepa_cannot_carry_is_said(changes: dict[str, object], word: str) -> None:
    (problem,) = checks.instruction_problems(samples.instruction(**changes))
    assert word in problem


def test_the_largest_and_smallest_amount_pass() -> None:
    for cents in (1, 99_999_999_999):
        assert checks.instruction_problems(samples.instruction(amount_minor=cents)) == []


@pytest.mark.parametrize(
    ("account", "word"),
    [
        (base.Account("us_aba", {"routing": "021000021", "account": "1"}), "needs an IBAN"),
        (base.Account("iban", {"iban": "FR1420041010050500013M02607"}), "check digits"),
        (base.Account("iban", {"iban": "FR14 2004 1010 0505 0001 3M02 606"}), "check digits"),
        (base.Account("iban", {}), "check digits"),
        (base.Account("iban", {"iban": "TR330006100519786457841326"}), "cannot be reached"),
        (base.Account("iban", {"iban": samples.FRENCH_IBAN, "bic": "PSSTFR"}), "not a BIC"),
    ],
)
def test_an_account_that_sepa_cannot_reach_is_refused(account: base.Account, word: str) -> None:
    (problem,) = checks.account_problems(account)
    assert word in problem


@pytest.mark.parametrize("country", ["AL", "MD", "ME", "MK", "RS", "SM", "VA", "AD", "GB", "CH"])
def test_countries_that_joined_sepa_without_the_eea_are_known(country: str) -> None:
    assert country in checks.COUNTRIES
