"""System checks of the payouts room: `manage.py check` refuses what would only show when money is on its
way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from payouts import countries
from payouts.countries import schemes
from payouts.rails import registry
from payouts.tasks import BELOW_THE_LEASE

_KEY_BYTES = 32
_FEWEST_DISTINCT_BYTES = 8
_MAKE_ONE = "Make one with: openssl rand -base64 32"


@checks.register("countries")
def check_countries(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Every open country has a readable file, an installed rail that may carry money here, and a known
    scheme.
    """
    try:
        opened = countries.all()
    except countries.CountryError as error:
        return [checks.Error(fault, id="payouts.E001") for fault in str(error).splitlines()]
    found: list[checks.CheckMessage] = []
    for country in opened:
        found += _rail(country) + _scheme(country)
    return found


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


@checks.register("celery")
def check_lease(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """A worker is killed before the lease of what it delivers ends, whatever the environment says of leases."""
    limit = BELOW_THE_LEASE["time_limit"]
    if limit < settings.SUBMISSION_LEASE_SECONDS:
        return []
    fault = (
        f"SUBMISSION_LEASE_SECONDS is {settings.SUBMISSION_LEASE_SECONDS}: a worker is killed only after {limit} "
        "seconds, when its lease is over and others ask the bank about what it may still send."
    )
    return [checks.Error(fault, hint=f"Set it above {limit}.", id="payouts.E009")]
