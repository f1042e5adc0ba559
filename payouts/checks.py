"""System checks of the payouts room: `manage.py check` refuses what would only show when money is on its
way.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from payouts import countries, tasks, transports
from payouts.countries import schemes
from payouts.operations import once
from payouts.rails import registry

_KEY_BYTES = 32
_FEWEST_DISTINCT_BYTES = 8
_MAKE_ONE = "Make one with: openssl rand -base64 32"


@checks.register("countries")
def check_countries(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Every open country has a readable file, an installed rail that may carry money here, and a known
    scheme; every rail that is used has an address.
    """
    try:
        opened = countries.all()
    except countries.CountryError as error:
        return [checks.Error(fault, id="payouts.E001") for fault in str(error).splitlines()]
    found: list[checks.CheckMessage] = []
    for country in opened:
        found += _rail(country) + _scheme(country)
    return found + _ways({country.rail for country in opened})


def _ways(rails: Collection[str]) -> list[checks.CheckMessage]:
    """Every rail that money goes over has an address, so that no batch is found to have none once it is sealed."""
    used = (rail for rail in sorted(rails) if registry.allowed(rail, production=settings.PRODUCTION))
    lacks = [(rail, transports.missing(rail)) for rail in used]
    return [
        checks.Error(lack, hint=f"Or close the countries that are paid over “{rail}”.", id="payouts.E009")
        for rail, lack in lacks
        if lack
    ]


def _rail(country: countries.Country) -> list[checks.CheckMessage]:
    said = f"{country.code.lower()}.toml: rail: {country.name} is paid over “{country.rail}”"
    if country.rail not in registry.names():
        hint = f"Installed are: {', '.join(registry.names())}. Install the rail or name another one."
        return [checks.Error(f"{said}, which is not installed.", hint=hint, id="payouts.E002")]
    if not registry.allowed(country.rail, production=settings.PRODUCTION):
        hint = "Name a rail that reaches a bank, or leave the country out of OPEN_COUNTRIES."
        return [checks.Error(f"{said}, which only pretends to pay.", hint=hint, id="payouts.E003")]
    return []


def _scheme(country: countries.Country) -> list[checks.CheckMessage]:
    if country.account_scheme in schemes.names():
        return []
    said = f"{country.code.lower()}.toml: account_scheme: there is no “{country.account_scheme}”."
    return [checks.Error(said, hint=f"There are: {', '.join(schemes.names())}.", id="payouts.E004")]


@checks.register("submission")
def check_lease(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """A lease is longer than a worker may take: else another asks the bank while the first still talks to it."""
    longest = max(tasks.submit_batch.time_limit, tasks.sweep.time_limit)
    lease = settings.SUBMISSION_LEASE_SECONDS
    if lease > longest:
        return []
    fault = f"SUBMISSION_LEASE_SECONDS is {lease}, but a worker is killed only after {longest} seconds."
    return [checks.Error(fault, hint=f"Set it to at least {longest + 10}.", id="payouts.E010")]


@checks.register("answers")
def check_answers(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """No answer is to be erased sooner than PostgreSQL lets it go: every round would be refused."""
    if settings.ANSWER_KEEP_DAYS >= once.FEWEST_DAYS:
        return []
    fault = (
        f"ANSWER_KEEP_DAYS is {settings.ANSWER_KEEP_DAYS}, but PostgreSQL keeps an answer for a day at least."
    )
    return [checks.Error(fault, hint=f"Set it to at least {once.FEWEST_DAYS}.", id="payouts.E011")]


@checks.register(checks.Tags.security)
def check_keys(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """The keys of the vault are there, long enough, all different, and in production random."""
    masters: Mapping[str, bytes] = settings.MASTER_KEYS
    if not masters:
        return [
            checks.Error(
                "MASTER_KEYS is empty: bank details cannot be kept.", hint=_MAKE_ONE, id="payouts.E005"
            )
        ]
    keys = {f"MASTER_KEYS: “{name}”": key for name, key in masters.items()}
    keys["BLIND_INDEX_KEY:"] = settings.BLIND_INDEX_KEY
    found: list[checks.CheckMessage] = []
    for said, key in keys.items():
        if len(key) != _KEY_BYTES:
            fault = f"{said} has {len(key)} bytes and must have {_KEY_BYTES}."
            found.append(checks.Error(fault, hint=_MAKE_ONE, id="payouts.E006"))
        elif settings.PRODUCTION and len(set(key)) < _FEWEST_DISTINCT_BYTES:
            fault = f"{said} repeats itself and can be guessed."
            found.append(checks.Error(fault, hint=_MAKE_ONE, id="payouts.E007"))
    if len(set(keys.values())) < len(keys):
        fault = (
            "MASTER_KEYS and BLIND_INDEX_KEY must all differ: one that leaks must not open another's secrets."
        )
        found.append(checks.Error(fault, hint=_MAKE_ONE, id="payouts.E008"))
    return found
