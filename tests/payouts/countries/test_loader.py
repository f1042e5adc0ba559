from datetime import UTC, date, datetime, time

import pytest
from django.utils.translation import override

from payouts import countries
from payouts.countries import calendars

POLAND = """
code = "PL"
name = "Poland"
currency = "PLN"
rail = "sandbox"
account_scheme = "iban"
calendar = "PL"
time_zone = "Europe/Warsaw"
cut_off = 14:30:00
settlement_lag_days = 1
minimum = "5.00"
locale = "pl_PL"

[schedule]
every = "week"
on = "wednesday"
at = 06:00:00
"""


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "pl.toml").write_text(POLAND)
    return tmp_path


@pytest.fixture(autouse=True)
def the_shipped_countries():
    yield
    countries.use(None)


def test_the_shipped_countries_are_open():
    codes = [country.code for country in countries.all()]
    assert codes == sorted(codes)
    assert {"FR", "ES", "DE", "IT", "NL", "BE", "AT", "PT", "IE", "US", "GB", "JP", "BR"} <= set(codes)
    assert {countries.get(code).rail for code in ("FR", "ES", "DE", "IT")} == {"sepa"}
    assert {countries.get(code).rail for code in ("US", "GB", "JP", "BR")} == {"sandbox"}


@pytest.mark.parametrize(
    ("code", "minimum_minor", "cut_off"),
    [("FR", 100, time(15)), ("JP", 100, time(14)), ("US", 100, time(16)), ("BR", 100, time(16, 30))],
)
def test_a_minimum_is_written_in_major_units_and_kept_in_minor_ones(code, minimum_minor, cut_off):
    assert countries.get(code).minimum_minor == minimum_minor
    assert countries.get(code).cut_off == cut_off


def test_a_country_opens_with_one_file_and_no_code(directory):
    assert not countries.is_open("PL")
    countries.use(countries.load(countries.DATA, directory))
    poland = countries.get("PL")
    assert (poland.currency, poland.minimum_minor, poland.schedule.on) == ("PLN", 500, 3)
    before_independence_day = datetime(2026, 11, 10, 13, tzinfo=UTC)
    assert calendars.value_date_for(poland, before_independence_day).value_date == date(2026, 11, 12)
    assert poland in countries.all()
    assert countries.is_open("FR")


def test_a_later_directory_replaces_a_country(directory):
    (directory / "fr.toml").write_text(
        (countries.DATA / "fr.toml").read_text().replace("15:00:00", "11:00:00")
    )
    assert countries.load(countries.DATA, directory)["FR"].cut_off == time(11)
    assert countries.get("FR").cut_off == time(15)


def test_only_the_named_countries_are_open():
    countries.use(countries.load(countries.DATA, only=["FR", "ES"]))
    assert [country.code for country in countries.all()] == ["ES", "FR"]
    assert not countries.is_open("DE")


def test_a_country_that_is_to_open_without_a_file_is_refused():
    with pytest.raises(countries.CountryError, match=r"no country file for PL\. Write pl\.toml"):
        countries.load(countries.DATA, only=["FR", "PL"])


@pytest.mark.parametrize("code", ["XX", "fr", "", None, ["FR"]])
def test_a_country_that_is_not_open_is_refused_with_those_that_are(code):
    with pytest.raises(countries.UnknownCountry, match=r"is not open\. Open are: AT, BE, BR"):
        countries.get(code)


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(countries.CountryError, match="no directory of country files"):
        countries.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("line", "minor"), [("", None), ('bank_fee = "0.20"\n', 20), ('bank_fee = "0"\n', 0)]
)
def test_a_bank_fee_is_known_only_where_it_is_written(directory, line, minor):
    (directory / "pl.toml").write_text(line + POLAND)
    assert countries.load(directory)["PL"].bank_fee_minor == minor


@pytest.mark.parametrize(
    ("written", "instead", "says"),
    [
        ('currency = "PLN"', 'currency = "PLZ"', r"currency: “PLZ” is not a currency we know"),
        ('minimum = "5.00"', "minimum = 5.00", r"minimum: 5\.0 will not do\. Write text in quotes"),
        ('minimum = "5.00"', 'minimum = "5.005"', r"minimum: “5\.005” has too many decimals"),
        ('minimum = "5.00"', 'minimum = "0"', r"minimum: “0” is not above zero"),
        ('minimum = "5.00"', 'minimum = "-5"', r"minimum: “-5” is not above zero"),
        ('minimum = "5.00"', "", r"minimum: it is missing\. Write text in quotes"),
        (
            'minimum = "5.00"',
            'minimum = "5.00"\nbank_fee = "0.005"',
            r"bank_fee: “0\.005” has too many decimals",
        ),
        ('minimum = "5.00"', 'minimum = "5.00"\nbank_fee = "-1"', r"bank_fee: “-1” is below zero"),
        (
            'minimum = "5.00"',
            'minimum = "5.00"\nbank_fee = 1',
            r"bank_fee: 1 will not do\. Write text in quotes",
        ),
        ('"Europe/Warsaw"', '"Europe/Warszawa"', r"time_zone: “Europe/Warszawa” is unknown"),
        ('"Europe/Warsaw"', '"../etc/passwd"', r"time_zone: .* is unknown"),
        ('calendar = "PL"', 'calendar = "POLAND"', r"calendar: “POLAND” is no calendar"),
        ('calendar = "PL"', 'calendar = "GB"', r"calendar: “GB” misleads"),
        ("cut_off = 14:30:00", 'cut_off = "14:30"', r"cut_off: '14:30' will not do\. Write a local time"),
        ("cut_off = 14:30:00", "cut_off = 14:30:00.5", r"cut_off: 14:30:00\.500000 will not do"),
        ("settlement_lag_days = 1", "settlement_lag_days = 1.5", r"settlement_lag_days: 1\.5 will not do"),
        ("settlement_lag_days = 1", "settlement_lag_days = true", r"settlement_lag_days: True will not do"),
        ("settlement_lag_days = 1", "settlement_lag_days = -1", r"settlement_lag_days: write 0 to 10"),
        ('locale = "pl_PL"', 'locale = "xx_PL"', r"locale: “xx_PL” is unknown"),
        ('locale = "pl_PL"', 'locale = "polski!"', r"locale: “polski!” is unknown"),
        ('code = "PL"', 'code = "Pl"', r"code: “Pl” is no country"),
        ('code = "PL"', 'code = "ZZ"', r"code: “ZZ” is no country"),
        ('code = "PL"', 'code = "CZ"', r"code: “CZ” belongs into cz\.toml"),
        ('code = "PL"', 'code = "PL"\ncutoff = 1', r"cutoff: no such key\. Known are: code, name"),
        ('name = "Poland"', 'name = ""', r"name: it is empty"),
        ('on = "wednesday"', 'on = "miercoles"', r"schedule\.on: “miercoles” is no weekday"),
        ('on = "wednesday"', "on = 3", r"schedule\.on: 3 will not do"),
        ('on = "wednesday"', "", r"schedule\.on: it is missing"),
        ('every = "week"', 'every = "fortnight"', r"schedule\.every: 'fortnight' will not do"),
        ('every = "week"', 'every = "day"', r"schedule\.on: no such key"),
        (
            'every = "week"\non = "wednesday"',
            'every = "month"\non = 31',
            r"schedule\.on: day 31 is not in every month",
        ),
        ("[schedule]", "[scheduled]", r"scheduled: no such key"),
        ("[schedule]", "[[schedule]]", r"schedule: .* Write a table"),
        ('code = "PL"', "code = PL", r"it is not TOML"),
        ('code = "PL"', 'code = "PL"\ncode = "PL"', r"it is not TOML"),
    ],
)
def test_a_doubtful_file_is_refused_naming_file_and_key(directory, written, instead, says):
    assert written in POLAND
    (directory / "pl.toml").write_text(POLAND.replace(written, instead))
    with pytest.raises(countries.CountryError, match=rf"(?s)pl\.toml: .*{says}|pl\.toml: {says}"):
        countries.load(directory)


def test_a_file_that_is_no_text_is_refused(directory):
    (directory / "pl.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(countries.CountryError, match=r"pl\.toml: it cannot be read"):
        countries.load(directory)


def test_every_fault_of_every_file_is_named_at_once(directory):
    (directory / "pl.toml").write_text(POLAND.replace("PLN", "PLZ").replace("Europe/Warsaw", "Mars"))
    (directory / "cz.toml").write_text("")
    with pytest.raises(countries.CountryError) as refusal:
        countries.load(directory)
    said = str(refusal.value)
    assert all(
        part in said
        for part in ("pl.toml: currency", "pl.toml: time_zone", "cz.toml: code", "cz.toml: schedule")
    )


def test_a_country_cannot_be_changed():
    with pytest.raises(AttributeError):
        countries.get("FR").rail = "sandbox"


def test_countries_to_choose_from_stand_in_order_of_their_names_in_the_readers_language():
    for language, first in (("en", "Austria"), ("fr", "Allemagne")):
        with override(language):
            names = [name for _code, name in countries.by_name()]
            assert sorted(names, key=lambda name: name.replace("É", "E")) == names, language
            assert names[0] == first
