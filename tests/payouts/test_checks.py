import os

import pytest
from django.core.management import CommandError, call_command

from payouts import checks, countries
from payouts.rails import registry

SHIPPED = (countries.DATA / "fr.toml").read_text()


@pytest.fixture
def opened(tmp_path):
    """Open countries from files written by the test: opened(pl="…", fr="…")."""

    def write(**files: str) -> None:
        for stem, text in files.items():
            (tmp_path / f"{stem}.toml").write_text(text)
        countries.configure(tmp_path)

    yield write
    countries.configure()


def messages(found) -> list[tuple[str, str]]:
    return [(each.id, each.msg) for each in found]


def test_the_shipped_countries_and_keys_pass():
    assert checks.check_countries(None) == []
    assert checks.check_keys(None) == []


def test_a_country_that_names_an_absent_rail_is_refused(opened):
    opened(fr=SHIPPED.replace('"sepa"', '"pigeon"'))
    (error,) = checks.check_countries(None)
    assert messages([error]) == [
        ("payouts.E002", "fr.toml: rail: France is paid over “pigeon”, which is not installed.")
    ]
    assert ", ".join(registry.names()) in error.hint


def test_a_country_that_names_an_absent_account_scheme_is_refused(opened):
    opened(fr=SHIPPED.replace('"iban"', '"clabe"'))
    (error,) = checks.check_countries(None)
    assert messages([error]) == [("payouts.E004", "fr.toml: account_scheme: there is no “clabe”.")]


def test_a_country_file_that_cannot_be_used_is_refused(opened):
    opened(fr=SHIPPED.replace("Europe/Paris", "Europe/Lutetia").replace("EUR", "FRF"))
    found = messages(checks.check_countries(None))
    assert [code for code, _ in found] == ["payouts.E001", "payouts.E001"]
    assert any("fr.toml: time_zone: “Europe/Lutetia” is unknown" in said for _, said in found)


def test_the_check_command_fails_on_a_country_without_its_rail(opened):
    opened(fr=SHIPPED.replace('"sepa"', '"pigeon"'))
    with pytest.raises(CommandError, match="France is paid over “pigeon”"):
        call_command("check")


def test_the_sandbox_is_refused_in_production(settings):
    settings.PRODUCTION = True
    found = messages(checks.check_countries(None))
    assert {code for code, _ in found} == {"payouts.E003"}
    assert (
        "payouts.E003",
        "jp.toml: rail: Japan is paid over “sandbox”, which only pretends to pay.",
    ) in found


def test_production_may_leave_the_sandbox_countries_closed(settings):
    settings.PRODUCTION = True
    countries.configure(only=["FR", "ES"])
    try:
        assert checks.check_countries(None) == []
    finally:
        countries.configure()


def test_a_rail_without_an_address_is_refused(settings):
    settings.RAIL_TRANSPORTS = {"sandbox": {"url": "SIMBANK_URL"}}
    settings.SIMBANK_URL = ""
    assert messages(checks.check_countries(None)) == [
        ("payouts.E009", "The rail “sandbox” has no address: set SIMBANK_URL."),
        ("payouts.E009", "RAIL_TRANSPORTS names no address for the rail “sepa”: add its url, or outbox and inbox."),
    ]


def test_a_rail_that_no_open_country_uses_needs_no_address(settings):
    settings.SIMBANK_URL = ""
    countries.configure(only=["FR", "ES"])
    try:
        assert checks.check_countries(None) == []
    finally:
        countries.configure()


def test_a_lease_that_ends_before_its_worker_is_killed_is_refused(settings):
    assert checks.check_lease(None) == []
    settings.SUBMISSION_LEASE_SECONDS = 290
    assert messages(checks.check_lease(None)) == [
        ("payouts.E010", "SUBMISSION_LEASE_SECONDS is 290, but a worker is killed only after 290 seconds.")
    ]


def test_answers_that_would_go_sooner_than_they_may_are_refused(settings):
    assert checks.check_answers(None) == []
    settings.ANSWER_KEEP_DAYS = 0
    assert messages(checks.check_answers(None)) == [
        ("payouts.E011", "ANSWER_KEEP_DAYS is 0, but PostgreSQL keeps an answer for a day at least.")
    ]


def test_empty_master_keys_are_refused(settings):
    settings.MASTER_KEYS = {}
    assert [error.id for error in checks.check_keys(None)] == ["payouts.E005"]


def test_a_key_of_another_length_is_refused(settings):
    settings.MASTER_KEYS = {"k1": b"short"}
    settings.BLIND_INDEX_KEY = b""
    assert messages(checks.check_keys(None)) == [
        ("payouts.E006", "MASTER_KEYS: “k1” has 5 bytes and must have 32."),
        ("payouts.E006", "BLIND_INDEX_KEY: has 0 bytes and must have 32."),
    ]


def test_a_key_that_repeats_itself_is_refused_in_production(settings):
    settings.MASTER_KEYS = {"k1": b"abcd" * 8}
    settings.BLIND_INDEX_KEY = os.urandom(32)
    assert checks.check_keys(None) == []
    settings.PRODUCTION = True
    assert [error.id for error in checks.check_keys(None)] == ["payouts.E007"]


def test_one_key_for_two_uses_is_refused(settings):
    settings.MASTER_KEYS = {"k1": os.urandom(32)}
    settings.BLIND_INDEX_KEY = settings.MASTER_KEYS["k1"]
    assert [error.id for error in checks.check_keys(None)] == ["payouts.E008"]


def test_no_check_shows_a_key(settings):
    settings.MASTER_KEYS = {"k1": b"secret-secret"}
    assert "secret" not in " ".join(said for _, said in messages(checks.check_keys(None)))
