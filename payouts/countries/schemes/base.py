"""What every account scheme can do, and the parts they share.

Sentences never repeat what was typed: they are shown, logged and kept, and a mistyped account number is
nearly one.
"""

import hashlib
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from babel.lists import format_list

from sellers.ledger.words import _, locale

_LONGEST_INPUT = 200
_DOTS = "••••"


class Problem(NamedTuple):
    """What is wrong with one field, as a sentence that begins with the field's label."""

    field: str
    sentence: str


class AccountError(ValueError):
    """Bank details that cannot be an account of the scheme. `problems` has them by field, in the form's
    order.
    """

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(" ".join(problem.sentence for problem in problems))

    @property
    def sentences(self) -> list[str]:
        return [problem.sentence for problem in self.problems]


class Wrong(ValueError):
    """Raised by a field's `clean`; the text follows the label: "it has 9 digits, not 8"."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One box of the account form, and how what is typed into it becomes what is stored.

    `pattern` and `max_length` are for the browser (the attribute "pattern" of HTML) and allow blanks and
    hyphens that `clean` takes out. `choices` are (stored value, label). `clean` raises `Wrong`.
    """

    name: str
    label: str
    help: str
    pattern: str
    max_length: int
    example: str
    clean: Callable[[str], str] = field(repr=False)
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    input_mode: str = "text"


class Scheme(ABC):
    """One way to name a bank account. `fields`, as a parameter, are always what `parse` returned."""

    name: ClassVar[str]
    label: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    def parse(self, raw: Mapping[str, object]) -> dict[str, str]:
        """What was typed, checked and in the one form that is stored; empty optional fields are left out.

        Raises `AccountError` with every problem at once.
        """
        known = {each.name for each in self.fields}
        problems = [
            Problem(
                str(key),
                _("“{key}”: {it} has no such field. It has: {known}.").format(
                    key=key, it=_(self.label), known=", ".join(sorted(known))
                ),
            )
            for key in raw
            if key not in known
        ]
        cleaned: dict[str, str] = {}
        for each in self.fields:
            try:
                value = _clean(each, raw.get(each.name))
            except Wrong as wrong:
                problems.append(Problem(each.name, f"{_(each.label)}: {wrong}."))
            else:
                if value:
                    cleaned[each.name] = value
        if problems:
            raise AccountError(problems)
        return cleaned

    @abstractmethod
    def number(self, fields: Mapping[str, str]) -> str:
        """The account number proper, whose last characters people may see."""

    @abstractmethod
    def country_of(self, fields: Mapping[str, str]) -> str:
        """The country of the bank, ISO 3166-1 alpha-2."""

    @abstractmethod
    def canonical(self, fields: Mapping[str, str]) -> str:
        """One text per real account, however it was written: what the fingerprint is computed of. Secret."""

    @abstractmethod
    def simulated(self, seed: int, country: str) -> dict[str, str]:
        """An account for demo mode: passes every check, the same for the same seed, different for another
        seed.
        """

    def bank_name(self, fields: Mapping[str, str]) -> str:
        """The bank's name where it is known, else empty."""
        return ""

    def mask(self, fields: Mapping[str, str]) -> str:
        """What people see: "US •••• •••• 6789"."""
        return f"{self.country_of(fields)} {_DOTS} {_DOTS} {self.last4(fields)}"

    def last4(self, fields: Mapping[str, str]) -> str:
        """The last four characters of the number, or fewer where four would be more than half of it."""
        number = re.sub("[^0-9A-Z]", "", self.number(fields))
        return number[-min(4, len(number) // 2) :]


def _clean(each: Field, value: object) -> str:
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Wrong(_("write text, so that leading zeros stay"))
    if len(value) > _LONGEST_INPUT:
        raise Wrong(_("it is far too long"))
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        if each.required:
            raise Wrong(_("it is missing. Write something like {example}").format(example=each.example))
        return ""
    return each.clean(text)


def digits(*lengths: int, also: str = "") -> Callable[[str], str]:
    """A `clean` for a number of one of these lengths. Blanks, hyphens and dots in it are taken out."""

    def clean(text: str) -> str:
        bare = re.sub(r"[\s.\-\u2010-\u2015]", "", text)
        if not re.fullmatch("[0-9]+", bare):
            raise Wrong(_("it may hold digits only"))
        if len(bare) not in lengths:
            span = (
                f"{lengths[0]}"
                if len(lengths) == 1
                else _("{shortest} to {longest}").format(shortest=lengths[0], longest=lengths[-1])
            )
            if len(lengths) == 2:
                span = _("{shortest} or {longest}").format(shortest=lengths[0], longest=lengths[1])
            raise Wrong(
                _("it has {bare} digits and must have {span}{also}").format(
                    bare=len(bare), span=span, also=also
                )
            )
        return bare

    return clean


def one_of(choices: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    """A `clean` for a value out of `choices`."""

    def clean(text: str) -> str:
        if text.lower() not in dict(choices):
            offered = [f"“{value}” ({_(label)})" for value, label in choices]
            said = format_list(offered, style="or", locale=locale())
            raise Wrong(_("choose {said}").format(said=said))
        return text.lower()

    return clean


def spread(seed: int, length: int, salt: str) -> str:
    """`length` digits that look random and differ for different seeds (below ten to the length). For demo
    mode.
    """
    offset = int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8])
    step = 7_368_787_121  # ends in 1, so it has no factor in common with a power of ten: no two seeds meet
    return str((seed * step + offset) % 10**length).zfill(length)
