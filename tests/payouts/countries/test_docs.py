import pathlib

import pytest

from payouts import countries
from payouts.countries import schemes
from sellers.ledger import written
from sellers.ledger.money import Money

PAGE = (pathlib.Path(__file__).parents[3] / "docs" / "countries.md").read_text("utf-8")
LAG = {0: "same day", 1: "next business day", 2: "second business day after"}


@pytest.mark.parametrize("country", countries.all(), ids=lambda country: country.code)
def test_the_page_about_countries_says_what_the_files_say(country):
    place = country.time_zone.rsplit("/", 1)[1].replace("_", " ")
    minimum = written.text(Money(country.minimum_minor, country.currency))
    facts = [
        country.code, country.name, country.currency, country.rail, country.account_scheme, country.calendar,
        f"{country.cut_off:%H:%M} {place}", LAG[country.settlement_lag_days], minimum, country.paid,
    ]  # fmt: skip
    assert f"| {' | '.join(facts)} |\n" in PAGE


def test_the_page_about_countries_names_every_scheme():
    assert all(f"| `{name}` |" in PAGE for name in schemes.names())


def test_the_file_shown_on_the_page_opens_a_country(tmp_path):
    shown = PAGE.split("```toml\n")[1].split("```")[0]
    (tmp_path / "pl.toml").write_text(shown)
    assert countries.load(tmp_path)["PL"].minimum_minor == 500
