"""What a profile is, and how it reads one row. Pure: no Django, no clock, no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from sellers.ledger import money
from sellers.template import Template

EARNINGS, CORRECTIONS = "earnings", "corrections"
BRINGS = {
    EARNINGS: ("sale", "commission", "refund", "chargeback", "fee"),
    CORRECTIONS: ("adjustment", "write_off"),
}
"""Kinds that a file of each sort may bring. Corrections need two people; rolled amounts come from payouts."""
POSITIVE = frozenset({"sale", "write_off"})
NEGATIVE = frozenset({"refund", "chargeback"})
LONGEST_ID = 200
LONGEST_TEXT = 500
YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Line:
    """One earning read from a row: amounts in minor units, days in the seller's country."""

    seller_external_id: str
    seller_name: str
    country: str
    external_id: str
    kind: str
    currency: str
    amount_minor: int
    order_ref: str
    description: str
    occurred_date: date
    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One earning made of each row: the sum of signed columns, or ``basis_points`` of that sum, rounded half up."""

    kind: Template
    amount: tuple[tuple[int, str], ...]  # sign, column
    basis_points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sellers:
    """What a seller that we do not know yet is created as; unverified: nothing is paid before somebody looks."""

    country: str
    kind: str
    name: Template


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How one source writes earnings. Every fact comes from its file."""

    name: str
    title: str
    about: str
    source: str
    delimiter: str  # one character, or "" to find out from the header
    encodings: tuple[str, ...]
    decimal_mark: str
    thousands_mark: str
    date_formats: tuple[str, ...]
    seller: Template
    external_id: Template
    currency: Template
    occurred_date: Template
    due_date: Template | None
    due_after_days: int
    order: Template
    description: Template
    rules: tuple[Rule, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    sellers: Sellers | None = None
    brings: str = EARNINGS

    @property
    def importable(self) -> tuple[str, ...]:
        """The kinds of earning that a file of this profile may bring."""
        return BRINGS[self.brings]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the profile reads, normalised, in the order of its keys."""
        templates = [self.external_id, self.seller, *(rule.kind for rule in self.rules)]
        names = [column for template in templates for column in template.columns]
        names += [column for rule in self.rules for _, column in rule.amount]
        templates = [self.currency, self.occurred_date, self.order, self.description]
        templates += [self.due_date] if self.due_date else []
        templates += [self.sellers.name] if self.sellers else []
        return tuple(dict.fromkeys(names + [column for template in templates for column in template.columns]))

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column for column in self.columns if column not in self.optional)

    def read(self, cells: Mapping[str, str]) -> tuple[list[Line], list[str]]:
        """The earnings of one row, or everything that is wrong with it, as sentences."""
        errors: list[str] = []
        external_id = self._text(self.external_id, cells, errors, what="id", needed=True)
        seller = self._text(self.seller, cells, errors, what="seller", needed=True)
        order = self._text(self.order, cells, errors, what="order")
        corrects = self.brings == CORRECTIONS
        description = self._text(
            self.description,
            cells,
            errors,
            what="reason" if corrects else "description",
            longest=LONGEST_TEXT,
            needed=corrects,
        )
        occurred, due = self._dates(cells, errors)
        currency = self.currency.fill(cells).upper()
        try:
            money.exponent(currency)
        except money.MoneyError as error:
            errors.append(str(error))
            currency = ""
        amounts = [self._amount(rule, cells, currency, errors) for rule in self.rules]
        if errors or occurred is None or due is None:
            return [], list(dict.fromkeys(errors))
        name, country = "", ""
        if self.sellers:
            name, country = self.sellers.name.fill(cells)[:LONGEST_ID] or seller, self.sellers.country
        return [
            Line(seller, name, country, external_id, kind, currency, minor, order, description, occurred, due)
            for kind, minor in amounts
            if minor  # a commission may round to nothing; a plain amount of nothing is an error above
        ], []

    def _text(
        self,
        template: Template,
        cells: Mapping[str, str],
        errors: list[str],
        *,
        what: str,
        longest: int = LONGEST_ID,
        needed: bool = False,
    ) -> str:
        text = template.fill(cells)
        empty = [column for column in template.columns if not cells.get(column, "").strip()]
        if needed and (empty or not text):
            errors.append(f"The {what} is empty: fill in {_list(empty or template.columns)}.")
        if len(text) > longest:
            errors.append(f"The {what} is longer than {longest} characters.")
        return text

    def _dates(self, cells: Mapping[str, str], errors: list[str]) -> tuple[date | None, date | None]:
        occurred = self._date(self.occurred_date, cells, "date", errors)
        due = occurred + timedelta(days=self.due_after_days) if occurred else None
        if self.due_date and self.due_date.fill(cells):
            due = self._date(self.due_date, cells, "due date", errors)
        if occurred and due and due < occurred:
            errors.append(f"The due date {due} is before the day it occurred, {occurred}: check their order.")
        if occurred and due and due > occurred + timedelta(days=3660):
            errors.append(f"The due date {due} is more than ten years after {occurred}.")
        return occurred, due

    def _date(
        self, template: Template, cells: Mapping[str, str], what: str, errors: list[str]
    ) -> date | None:
        text = template.fill(cells)
        found = parse_date(text, self.date_formats)
        if found is None:
            wanted = " or ".join(words(each) for each in self.date_formats)
            errors.append(
                f"The {what} “{_short(text)}” is not a day written as {wanted}."
                if text
                else f"The {what} is empty: write it as {wanted}."
            )
        elif found.year not in YEARS:
            errors.append(f"The {what} {found} is not in this age: check the year.")
            found = None
        return found

    def _amount(
        self, rule: Rule, cells: Mapping[str, str], currency: str, errors: list[str]
    ) -> tuple[str, int]:
        written = rule.kind.fill(cells)
        kind = self.kinds.get(written.casefold(), written.casefold())
        if kind not in self.importable:
            errors.append(_unknown_kind(written, self))
        total = 0
        for sign, column in rule.amount:
            try:
                if currency:
                    total += (
                        sign
                        * money.parse(
                            cells.get(column, ""),
                            currency,
                            decimal_mark=self.decimal_mark,
                            thousands_mark=self.thousands_mark,
                        ).minor
                    )
            except money.MoneyError as error:
                errors.append(f"{column}: {error}")
                return kind, 0
        if not currency:
            return kind, 0
        if rule.basis_points is not None:
            total = money.share(total, rule.basis_points)
        elif total == 0:
            errors.append(f"The {kind} is zero: it would change nothing. Leave the row out.")
        if (kind in POSITIVE and total < 0) or (kind in NEGATIVE and total > 0):
            amount = money.Money(total, currency)
            errors.append(
                f"A {kind} of {amount} has the wrong sign: it raises what we owe, so it is positive."
                if kind in POSITIVE
                else f"A {kind} of {amount} has the wrong sign: it lowers what we owe, so it is negative."
            )
        return kind, total


@lru_cache(maxsize=20_000)  # a file names the same days over and over, and strptime is slow
def parse_date(text: str, formats: tuple[str, ...]) -> date | None:
    """The day this text names in the first of the formats that fits, if any."""
    if not re.fullmatch(r"[0-9A-Za-z/.: +-]{1,40}", text):
        return None
    for each in formats:
        try:
            return datetime.strptime(text, each).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


_WORDS = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%H": "hh", "%M": "mm", "%S": "ss", "%b": "Mon"}


def words(date_format: str) -> str:
    """A date format as people write it: YYYY-MM-DD."""
    for code, word in _WORDS.items():
        date_format = date_format.replace(code, word)
    return date_format


def _unknown_kind(written: str, profile: Profile) -> str:
    if profile.brings == EARNINGS and written.casefold() in (*BRINGS[CORRECTIONS], "reserve", "rolled"):
        return (
            f"The kind {written} cannot be imported: adjustments and write-offs are asked for on the seller's page,"
            " or as a file of corrections, and decided by a second person."
        )
    if profile.brings == CORRECTIONS and written.casefold() in BRINGS[EARNINGS]:
        return f"The kind {written} is no correction: import it with a file of earnings."
    known = _list([*profile.importable, *profile.kinds])
    return (
        f"The kind “{_short(written)}” is unknown. Known are: {known}."
        if written
        else f"The kind is empty. Known are: {known}."
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _list(names: object) -> str:
    return ", ".join(names)  # type: ignore[arg-type]
