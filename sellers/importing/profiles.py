"""How sources write their sellers: one TOML file a source in `data/`; each field is a text with columns in braces."""

import pathlib
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from backoffice.audit.errors import Refused
from sellers import template
from sellers.template import Template

DATA = pathlib.Path(__file__).parent / "data"
FIELDS = (
    "external_id",
    "name",
    "kind",
    "country",
    "country_since",
    "email",
    "phone",
    "tax_id",
    "address_line",
    "postcode",
    "city",
)
NEEDED = ("external_id", "name", "country")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
DELIMITERS = {"auto": "", ",": ",", ";": ";", "tab": "\t"}


class ProfileError(ValueError):
    """A profile file that cannot be used; the message names the file and the key."""


class UnknownProfile(Refused):
    """No profile of sellers has that name."""

    code = "unknown_profile"


@dataclass(frozen=True, kw_only=True)
class SellerProfile:
    """How one source writes sellers. A field it does not name is left as it is."""

    name: str
    title: str
    about: str
    delimiter: str
    encodings: tuple[str, ...]
    fields: dict[str, Template]
    optional: frozenset[str]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column for each in self.fields.values() for column in each.columns))

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column for column in self.columns if column not in self.optional)


def read(path: pathlib.Path) -> SellerProfile:
    """The profile that one file describes. Raises `ProfileError`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        faults = _faults(raw)
        fields = {} if faults else {name: template.parse(text) for name, text in raw["seller"].items()}
    except (OSError, ValueError) as error:
        raise ProfileError(f"{path.name}: it cannot be read ({error}).") from error
    if faults:
        raise ProfileError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return SellerProfile(
        name=path.stem,
        title=raw["title"],
        about=" ".join(raw["about"].split()),
        delimiter=DELIMITERS[raw["file"]["delimiter"]],
        encodings=tuple(raw["file"]["encodings"]),
        fields=fields,
        optional=frozenset(template.normal(column) for column in raw["file"].get("optional", [])),
    )


def _faults(raw: dict[str, Any]) -> list[str]:
    faults = [f"{key}: no such key." for key in raw if key not in ("title", "about", "file", "seller")]
    faults += [f"{key}: it is missing." for key in ("title", "about", "file", "seller") if key not in raw]
    if faults:
        return faults
    file, seller = raw["file"], raw["seller"]
    faults += [
        f"file.{key}: no such key." for key in file if key not in ("delimiter", "encodings", "optional")
    ]
    if file.get("delimiter") not in DELIMITERS:
        faults.append(f"file.delimiter: write one of {', '.join(DELIMITERS)}.")
    if not file.get("encodings") or not set(file["encodings"]) <= set(ENCODINGS):
        faults.append(f"file.encodings: write some of {', '.join(ENCODINGS)}.")
    faults += [
        f"seller.{key}: no such field. Known are: {', '.join(FIELDS)}." for key in seller if key not in FIELDS
    ]
    faults += [f"seller.{key}: it is missing." for key in NEEDED if key not in seller]
    faults += [f"seller.{key}: write a text." for key, text in seller.items() if not isinstance(text, str)]
    return faults


@cache
def _shipped() -> dict[str, SellerProfile]:
    return {path.stem: read(path) for path in sorted(DATA.glob("*.toml"), key=lambda each: each.stem)}


def all_profiles() -> list[SellerProfile]:
    """The profiles that can be chosen, by name."""
    return list(_shipped().values())


def get(name: str) -> SellerProfile:
    """The profile of this name. Raises `UnknownProfile`."""
    try:
        return _shipped()[name]
    except KeyError:
        known = ", ".join(_shipped())
        raise UnknownProfile(f"There is no profile of sellers “{name}”. There are: {known}.") from None
