"""Profiles by name, from `profiles.toml`, and shares of faults as people write them."""

import dataclasses
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from backoffice.simbank import faults
from backoffice.simbank.profile import Calls, Files, OtherBody, Profile

PATH = Path(__file__).with_name("profiles.toml")
_SECONDS = "_seconds"
_PARTS = {faults.CALL: Calls, faults.FILE: Files}


@cache
def _all() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(PATH.read_text())


def names() -> list[str]:
    """Every name, in the order of the file."""
    return list(_all())


def about(name: str) -> str:
    """What this bank is like, in a sentence."""
    return str(_all()[name]["about"])


def profile(name: str = "fair", **changes: Any) -> Profile:
    """The profile of that name, with `changes` of its fields. Raises `ValueError`."""
    if name not in _all():
        raise ValueError(f"There is no profile “{name}”. There are: {', '.join(names())}.")
    told = {field: value for field, value in _all()[name].items() if field != "about"}
    return Profile(**(_fields(told) | changes))


def with_faults(base: Profile, wishes: Iterable[str]) -> Profile:
    """The profile with these shares of faults instead of its own: "drop-after=50", "call:garbage=10".

    Without a channel a fault is meant for each channel on which it can happen. Raises `ValueError`.
    """
    shares = {channel: dict(base.of(channel).faults) for channel in _PARTS}
    for wish in wishes:
        name, _, number = wish.partition("=")
        channel, _, fault = name.rpartition(":")
        if not number.isdecimal() or channel not in {"", *_PARTS}:
            raise ValueError(f"“{wish}” is no share of a fault: write drop-after=50, or call:drop-after=50.")
        places = [channel] if channel else [one for one in _PARTS if fault in faults.possible(one)]
        if not places:
            known = ", ".join(sorted(faults.Fault))
            raise ValueError(f"There is no fault “{fault}”. There are: {known}.")
        for place in places:
            shares[place][fault] = int(number)
    changed = {channel: dataclasses.replace(base.of(channel), faults=shares[channel]) for channel in _PARTS}
    return dataclasses.replace(base, **changed)  # type: ignore[arg-type]


def _fields(told: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as the dataclasses want them: durations, and the channels' own."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name in _PARTS:
            found[name] = _PARTS[name](**_fields(value))
        elif name.endswith(_SECONDS):
            found[name.removesuffix(_SECONDS)] = timedelta(seconds=value)
        elif name == "other_body":
            found[name] = OtherBody(value)
        else:
            found[name] = value
    return found
