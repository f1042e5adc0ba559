"""Reads profile files and refuses every doubtful one, with a sentence that names the file and the key."""

import pathlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from backoffice.audit.errors import Refused
from sellers import template
from sellers.ledger import money
from sellers.ledger.profiles.profile import BRINGS, EARNINGS, Profile, Rule, Sellers

DATA = pathlib.Path(__file__).parent / "data"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
_CODES = re.compile("%[A-Za-z]")
DELIMITERS = {"auto": "", ",": ",", ";": ";", "tab": "\t"}

_TOP = {"title": str, "about": str, "source": str, "file": dict, "row": dict, "earnings": list}
_TOP_OPTIONAL = {"brings": str, "kinds": dict, "sellers": dict}
_FILE = {"delimiter": str, "encodings": list, "decimal_mark": str, "date_formats": list}
_FILE_OPTIONAL = {"thousands_mark": str}
_ROW = {"external_id": str, "seller": str, "currency": str, "occurred_date": str}
_ROW_OPTIONAL = {"due_date": str, "due_after_days": int, "order": str, "description": str, "optional": list}
_RULE = {"kind": str, "amount": list}
_RULE_OPTIONAL = {"basis_points": int}
_SELLERS = {"country": str, "kind": str, "name": str}


class ProfileError(ValueError):
    """A profile file that cannot be used. The message names the file, the key and what to write instead."""


class UnknownProfile(Refused):
    """No profile has that name. The message names those that there are."""

    code = "unknown_profile"


def load(directory: pathlib.Path) -> dict[str, Profile]:
    """The profiles of a directory by name. Raises `ProfileError`, naming every fault at once."""
    found: dict[str, Profile] = {}
    faults: list[str] = []
    for path in sorted(directory.glob("*.toml"), key=lambda each: each.stem):
        try:
            found[path.stem] = read(path)
        except ProfileError as error:
            faults.append(str(error))
    if faults:
        raise ProfileError("\n".join(faults))
    return found


def read(path: pathlib.Path) -> Profile:
    """The profile that one file describes; its name is the file's. Raises `ProfileError`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{path.name}: it cannot be read ({error}).") from error
    faults = _shape(raw, _TOP, _TOP_OPTIONAL, "")
    if not faults:
        faults += _shape(raw["file"], _FILE, _FILE_OPTIONAL, "file.")
        faults += _shape(raw["row"], _ROW, _ROW_OPTIONAL, "row.")
        faults += _shape(raw["sellers"], _SELLERS, {}, "sellers.") if "sellers" in raw else []
        for number, rule in enumerate(raw["earnings"], 1):
            faults += _shape(rule, _RULE, _RULE_OPTIONAL, f"earnings {number}: ")
        faults += (
            [] if raw["earnings"] else ["earnings: there is none. Write [[earnings]] with kind and amount."]
        )
    faults = faults or _facts(raw)
    if faults:
        raise ProfileError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return _build(path.stem, raw)


def _shape(raw: Any, needed: Mapping[str, type], optional: Mapping[str, type], where: str) -> list[str]:
    """What is unknown, missing or of the wrong type."""
    if not isinstance(raw, dict):
        return [f"{where} must be a table."]
    known = {**needed, **optional}
    faults = [f"{where}{key}: no such key. Known are: {', '.join(known)}." for key in raw if key not in known]
    faults += [f"{where}{key}: it is missing." for key in needed if key not in raw]
    faults += [
        f"{where}{key}: {raw[key]!r} will not do, a {kind.__name__} is needed."
        for key, kind in known.items()
        if key in raw and type(raw[key]) is not kind
    ]
    return faults


def _facts(raw: dict[str, Any]) -> list[str]:
    """What has the right type and is still wrong."""
    faults = []
    if not re.fullmatch("[a-z0-9][a-z0-9-]{0,39}", raw["source"]):
        faults.append("source: write lower-case letters, digits and hyphens; it becomes part of ledger keys.")
    if raw.get("brings", EARNINGS) not in BRINGS:
        return [*faults, f"brings: write one of {', '.join(BRINGS)}."]
    if raw.get("brings", EARNINGS) != EARNINGS and "sellers" in raw:
        faults.append("sellers: only a file of earnings may create sellers.")
    return faults + _file_facts(raw["file"]) + _row_facts(raw) + _rule_facts(raw) + _seller_facts(raw)


def _file_facts(file: dict[str, Any]) -> list[str]:
    faults = []
    if file["delimiter"] not in DELIMITERS:
        faults.append(f"file.delimiter: write one of {', '.join(DELIMITERS)}.")
    faults += [
        f"file.encodings: “{encoding}” is none of {', '.join(ENCODINGS)}."
        for encoding in file["encodings"] or [""]
        if encoding not in ENCODINGS
    ]
    if file["decimal_mark"] not in (".", ","):
        faults.append("file.decimal_mark: write “.” or “,”.")
    if file.get("thousands_mark", "") == file["decimal_mark"]:
        faults.append("file.thousands_mark: it cannot be the decimal mark, too.")
    formats = file["date_formats"]
    if not formats or not all(
        isinstance(each, str) and {"%d", "%m"} <= set(_CODES.findall(each)) for each in formats
    ):
        faults.append('file.date_formats: write at least one with day, month and year, such as "%Y-%m-%d".')
    return faults


def _row_facts(raw: dict[str, Any]) -> list[str]:
    faults, row = [], raw["row"]
    if "due_date" in row and "due_after_days" in row:
        faults.append("row: due_date and due_after_days exclude each other.")
    if not 0 <= row.get("due_after_days", 0) <= 3650:
        faults.append("row.due_after_days: write 0 to 3650.")
    texts = {f"row.{key}": value for key, value in row.items() if isinstance(value, str)}
    texts |= {f"earnings.{rule['kind']}": rule["kind"] for rule in raw["earnings"]}
    texts |= {"sellers.name": raw["sellers"]["name"]} if "sellers" in raw else {}
    for key, text in texts.items():
        try:
            template.parse(text)
        except ValueError as error:
            faults.append(f"{key}: {error}.")
    if "{" not in row["currency"] and row["currency"] not in money.EXPONENTS:
        faults.append(
            f"row.currency: “{row['currency']}” is neither a column in braces nor a code of ISO 4217."
        )
    return faults


def _rule_facts(raw: dict[str, Any]) -> list[str]:
    faults = []
    importable = BRINGS[raw.get("brings", EARNINGS)]
    for rule in raw["earnings"]:
        if "{" not in rule["kind"] and rule["kind"] not in importable:
            faults.append(f"earnings.kind: “{rule['kind']}” is none of {', '.join(importable)}.")
        if not rule["amount"] or not all(
            isinstance(each, str) and each.strip("-") for each in rule["amount"]
        ):
            faults.append('earnings.amount: write columns, with a minus to subtract: ["price", "-discount"].')
        if abs(rule.get("basis_points", 0)) > 100_000:
            faults.append(
                "earnings.basis_points: 10000 is the whole amount; more than ten times it is a slip."
            )
    kinds = [rule["kind"] for rule in raw["earnings"]]
    if len(set(kinds)) < len(kinds):
        faults.append(
            "earnings: two of them have the same kind; one row brings at most one earning of a kind."
        )
    for word, kind in raw.get("kinds", {}).items():
        if kind not in importable:
            faults.append(f"kinds.{word}: “{kind}” is none of {', '.join(importable)}.")
    return faults


def _seller_facts(raw: dict[str, Any]) -> list[str]:
    faults = []
    if "sellers" in raw:
        if not re.fullmatch("[A-Z]{2}", raw["sellers"]["country"]):
            faults.append("sellers.country: write the two capital letters of ISO 3166-1, such as FR.")
        if raw["sellers"]["kind"] not in ("business", "person"):
            faults.append("sellers.kind: write “business” or “person”.")
    return faults


def _build(name: str, raw: dict[str, Any]) -> Profile:
    file, row = raw["file"], raw["row"]
    sellers = raw.get("sellers")
    return Profile(
        name=name,
        title=raw["title"],
        about=" ".join(raw["about"].split()),
        source=raw["source"],
        delimiter=DELIMITERS[file["delimiter"]],
        encodings=tuple(file["encodings"]),
        decimal_mark=file["decimal_mark"],
        thousands_mark=file.get("thousands_mark", ""),
        date_formats=tuple(file["date_formats"]),
        seller=template.parse(row["seller"]),
        external_id=template.parse(row["external_id"]),
        currency=template.parse(row["currency"]),
        occurred_date=template.parse(row["occurred_date"]),
        due_date=template.parse(row["due_date"]) if "due_date" in row else None,
        due_after_days=row.get("due_after_days", 0),
        order=template.parse(row.get("order", "")),
        description=template.parse(row.get("description", "")),
        rules=tuple(_rule(rule) for rule in raw["earnings"]),
        kinds={word.casefold(): kind for word, kind in raw.get("kinds", {}).items()},
        optional=frozenset(template.normal(column) for column in row.get("optional", [])),
        sellers=Sellers(
            country=sellers["country"], kind=sellers["kind"], name=template.parse(sellers["name"])
        )
        if sellers
        else None,
        brings=raw.get("brings", EARNINGS),
    )


def _rule(raw: dict[str, Any]) -> Rule:
    signed = tuple(
        (-1 if column.startswith("-") else 1, template.normal(column.removeprefix("-")))
        for column in raw["amount"]
    )
    return Rule(kind=template.parse(raw["kind"]), amount=signed, basis_points=raw.get("basis_points"))


@cache
def _shipped() -> dict[str, Profile]:
    return load(DATA)


def all_profiles(brings: str = EARNINGS) -> list[Profile]:
    """The profiles that can be chosen for files of this sort, by name."""
    return [each for each in _shipped().values() if each.brings == brings]


def get(name: str, brings: str = "") -> Profile:
    """The profile of this name, which brings what is said here if anything is. Raises `UnknownProfile`."""
    found = _shipped().get(name)
    if found is None or brings not in ("", found.brings):
        names = ", ".join(each.name for each in all_profiles(brings or EARNINGS))
        raise UnknownProfile(f"There is no profile “{name}”. There are: {names}.")
    return found
