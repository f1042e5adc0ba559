"""Reads one country file and refuses what is doubtful in it, with sentences that name the file and the key."""

import pathlib
import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from datetime import time
from typing import Any

import babel

from payouts.countries import calendars
from payouts.countries.country import WEEKDAYS, Country, CountryError, Schedule
from sellers.ledger import money

_KEYS: dict[str, type] = {
    "code": str,
    "name": str,
    "currency": str,
    "rail": str,
    "account_scheme": str,
    "calendar": str,
    "time_zone": str,
    "cut_off": time,
    "settlement_lag_days": int,
    "minimum": str,
    "locale": str,
    "schedule": dict,
}
_OPTIONAL: dict[str, type] = {"bank_fee": str}
_WRITE = {
    str: 'text in quotes, such as "EUR"',
    time: "a local time without quotes, such as 15:00:00",
    int: "a whole number, such as 1",
    dict: "a table, [schedule] with every, on and at",
}
_LONGEST_LAG = 10


def read(path: pathlib.Path) -> Country:
    """The country that one file describes. Raises `CountryError`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CountryError(f"{path.name}: it cannot be read ({error}).") from error
    except tomllib.TOMLDecodeError as error:
        raise CountryError(f"{path.name}: it is not TOML ({error}).") from error
    faults = _shape(raw, _KEYS, optional=_OPTIONAL)
    if not faults:
        faults = _facts(path, raw)
    schedule_faults, schedule = _schedule(raw.get("schedule"))
    faults += schedule_faults
    if faults or schedule is None:
        raise CountryError("\n".join(f"{path.name}: {fault}" for fault in faults))
    values = {key: value for key, value in raw.items() if key not in ("minimum", "schedule", "bank_fee")}
    minimum = money.parse(raw["minimum"], raw["currency"])
    fee = money.parse(raw["bank_fee"], raw["currency"]).minor if "bank_fee" in raw else None
    return Country(**values, minimum_minor=minimum.minor, schedule=schedule, bank_fee_minor=fee)


def _shape(
    raw: Mapping[str, Any],
    keys: Mapping[str, type],
    where: str = "",
    *,
    optional: Mapping[str, type] | None = None,
) -> list[str]:
    """What is unknown, missing or of the wrong type."""
    known = {**keys, **(optional or {})}
    faults = [f"{where}{key}: no such key. Known are: {', '.join(known)}." for key in raw if key not in known]
    for key, kind in known.items():
        if key not in raw and key not in keys:
            continue
        if key not in raw:
            faults.append(f"{where}{key}: it is missing. Write {_WRITE[kind]}.")
        elif type(raw[key]) is not kind:
            faults.append(f"{where}{key}: {raw[key]!r} will not do. Write {_WRITE[kind]}.")
        elif raw[key] == "":
            faults.append(f"{where}{key}: it is empty. Write {_WRITE[kind]}.")
    return faults


def _facts(path: pathlib.Path, raw: Mapping[str, Any]) -> list[str]:
    """What has the right type and is still wrong."""
    faults: list[str] = []
    code = raw["code"]
    if not re.fullmatch("[A-Z]{2}", code) or code not in babel.Locale("en").territories or code == "ZZ":
        faults.append(
            f"code: “{code}” is no country. Write its two capital letters of ISO 3166-1, such as FR."
        )
    elif path.stem != code.lower():
        faults.append(
            f"code: “{code}” belongs into {code.lower()}.toml; a file holds the country it is named after."
        )
    try:
        if money.parse(raw["minimum"], raw["currency"]).minor < 1:
            faults.append(
                f"minimum: “{raw['minimum']}” is not above zero; a payout of nothing cannot be sent."
            )
    except money.MoneyError as error:
        key = "minimum" if raw["currency"] in money.EXPONENTS else "currency"
        faults.append(f"{key}: {error}")
    try:
        if "bank_fee" in raw and money.parse(raw["bank_fee"], raw["currency"]).minor < 0:
            faults.append(
                f"bank_fee: “{raw['bank_fee']}” is below zero; a bank pays us nothing for a payout."
            )
    except money.MoneyError as error:
        if raw["currency"] in money.EXPONENTS:  # else it is said already
            faults.append(f"bank_fee: {error}")
    if raw["time_zone"] not in zoneinfo.available_timezones():
        faults.append(
            f"time_zone: “{raw['time_zone']}” is unknown. Write an IANA name, such as Europe/Paris."
        )
    if raw["cut_off"].microsecond:
        faults.append(f"cut_off: {raw['cut_off']} will not do. Write {_WRITE[time]}.")
    if not 0 <= raw["settlement_lag_days"] <= _LONGEST_LAG:
        faults.append(
            f"settlement_lag_days: write 0 to {_LONGEST_LAG} business days, not {raw['settlement_lag_days']}."
        )
    try:
        calendars.check(raw["calendar"])
    except calendars.UnknownCalendar as error:
        faults.append(f"calendar: {error}")
    try:
        babel.Locale.parse(raw["locale"])
    except (ValueError, babel.UnknownLocaleError):
        faults.append(f"locale: “{raw['locale']}” is unknown. Write language and country, such as fr_FR.")
    return faults


def _schedule(raw: Any) -> tuple[list[str], Schedule | None]:
    if type(raw) is not dict:
        return [], None  # already said
    every = raw.get("every")
    keys: dict[str, type] = {"every": str, "at": time}
    if every in ("week", "month"):
        keys["on"] = str if every == "week" else int
    faults = _shape(raw, keys, where="schedule.")
    if every not in ("day", "week", "month"):
        return [f"schedule.every: {every!r} will not do. Write “day”, “week” or “month”."], None
    if faults:
        return faults, None
    on = raw.get("on", 0)
    if every == "week":
        if on not in WEEKDAYS:
            return [f"schedule.on: “{on}” is no weekday. Write one of {', '.join(WEEKDAYS)}."], None
        on = WEEKDAYS.index(on) + 1
    if every == "month" and not 1 <= on <= 28:
        return [f"schedule.on: day {on} is not in every month. Write 1 to 28."], None
    return [], Schedule(every=every, on=on, at=raw["at"])
