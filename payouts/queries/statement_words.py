"""What is wrong with a bank's document, in the reader's language. The sentences are of the rails, which know none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from backoffice.patterns import Pattern, made
from backoffice.words import dated, later, number
from payouts.rails import base
from payouts.rails.statements.base import Problem
from sellers.ledger import money, written
from sellers.ledger.money import Money

# For the translators: each stands in payouts/rails/statements or payouts/rails/xml.py in these very words.
SENTENCES = (
    later("Line {line}: “{found}” is no amount in {currency}: left out."),
    later("Line {line}: “{found}” is no amount: left out."),
    later("Line {line} has no amount: left out."),
    later(
        "Line {line}: “{found}” says neither that money came in (CRDT) nor that it went out (DBIT): left out."
    ),
    later("Line {line}: the booking date “{found}” is no day."),
    later("More lines than these cannot be read."),
    later("The statement has no id."),
    later("The statement does not say which account it is of."),
    later("The statement has no opening or no closing booked balance in {currency}."),
    later(
        "Opening balance plus booked lines is not the closing balance: they come to {sum}, it is {closing}."
    ),
    later("Its period ends before it begins, from {begin} to {end}: ask the bank for a right one."),
    later("Statement {first} is missing: ask the bank for it."),
    later("Statements {first} to {last} are missing: ask the bank for them."),
    later("It is of {day}, more than a year ago."),
    later("Statement {statement} does not open with the balance that {before} closed with."),
    later("The document is not a bank statement; only statements (camt.053) are read here."),
    later("The document is an interim report of the day (camt.052); only statements (camt.053) are read."),
    later("The document is a notice of movements (camt.054); only statements (camt.053) are read."),
    later("The document holds no statement (Stmt)."),
    later("The document has {bytes} bytes; at most {largest} are read."),
    later("The document is no XML."),
    later(
        "The document is not well-formed XML from line {at} on: it was cut short, or changed on its way. Ask the "
        "bank for it again."
    ),
    later("The document declares a document type (DTD), which no bank message needs: refused."),
    later("The document is written in {encoding}, which no bank uses: refused. Ask the bank for UTF-8."),
    later("The document holds several messages of statements. Bring one at a time, as the bank gives it."),
    later(
        "The lines of a statement add up to more than any account holds: refused. Ask the bank for another."
    ),
    later(
        "One part of the document is larger than any payment or balance: refused. Ask the bank for another."
    ),
)

_ABOUT = (
    # What payouts/operations/_statement_import.py says of a document or of a statement in it.
    later("Not read: {error}"),
    later("Statement {value}: {fault}"),
)
_FAULTS = (
    later("Statement {statement_id} stands twice in the document: ask the bank for a right one."),
    later(
        "It is of an account in {currency} that is none of our funding accounts (…{number}). Add the account in the "
        "settings, or choose another file."
    ),
    later("It does not say of which day it is: ask the bank for a right one."),
    later("It is of {day}, which has not come: ask the bank for a right one."),
    later("It opens after the day on which it closes: ask the bank for a right one."),
    later("It was read before with other balances: ask the bank which one is right."),
    later("ending in {number}"),
)


@dataclass(frozen=True)
class Balance:
    """What a statement closes or opens with; the bank's ``number`` and its day where it has them."""

    statement: str
    number: int | None
    day: date | None
    money: Money


@dataclass(frozen=True)
class Gap:
    """Two balances that should be one."""

    closed: Balance
    opened: Balance

    @property
    def difference(self) -> Money:
        """What the later statement opens with beyond what the earlier one closed with."""
        return self.opened.money - self.closed.money


def gap(values: Mapping[str, Any]) -> Gap | None:
    """The balances that a problem, said or `kept`, is about; None for another, or where a version before kept it."""
    if "closed_minor" not in values:
        return None

    def balance(name: str, minor: str) -> Balance:
        day = values[f"{name}_day"]
        return Balance(
            statement=values[name],
            number=values[f"{name}_number"],
            day=date.fromisoformat(day) if day else None,
            money=Money(values[minor], values["currency"]),
        )

    return Gap(closed=balance("before", "closed_minor"), opened=balance("statement", "opened_minor"))


def twice(statement_id: str) -> str:
    """What is wrong with a message that has two statements of one account under one id."""
    return _("Statement {statement_id} stands twice in the document: ask the bank for a right one.").format(
        statement_id=statement_id
    )


def kept(problem: Problem) -> dict[str, Any]:
    """As it is stored with a file, so that each reader is told in their own language."""
    return {"text": problem.text, "values": dict(problem.values)}


def again(stored: dict[str, Any] | str) -> str:
    """What was `kept`; a version before stored the sentences as it had said them."""
    return stored if isinstance(stored, str) else said(Problem(stored["text"], stored["values"]))


def said(problem: Problem | base.Unreadable) -> str:
    """The sentence, with its numbers and days as the reader writes them."""
    values = {name: _written(name, value) for name, value in problem.values.items()}
    return _(problem.text).format(**values) if values else _(problem.text)


def _written(name: str, value: Any) -> Any:
    if name in ("day", "begin", "end"):
        return dated(date.fromisoformat(value), "long")
    if isinstance(value, Money):
        return written.text(value)
    return number(value) if name in ("bytes", "largest") else value


def reread(text: str) -> str:
    """What is wrong with a document, or the account it is of, as it is stored with a file: English, its values plain.

    It is said in the reader's language; what is not known, such as words of a version before, stays as it is.
    """
    for pattern in _about().values():
        if (values := pattern.values(text)) is not None:
            *known, (last, inner) = values.items()
            told = _sentence(inner)
            if told is not None:
                return _(pattern.english).format(**dict(known), **{last: told})
    told = _sentence(text)
    return text if told is None else told


def _sentence(text: str) -> str | None:
    for pattern in _book().values():
        if (values := pattern.values(text)) is not None:
            return _(pattern.english).format(**{name: _shown(name, value) for name, value in values.items()})
    return None


@cache
def _about() -> dict[str, Pattern]:
    return made(_ABOUT)


@cache
def _book() -> dict[str, Pattern]:
    return made((*SENTENCES, *_FAULTS))


def _shown(name: str, value: str) -> Any:
    """The value as its reader writes it; one that a version before wrote for another reader stays so."""
    try:
        if name in ("sum", "closing"):
            amount, _blank, currency = value.partition(" ")
            return written.text(money.parse(amount, currency))
        return _written(name, int(value) if name in ("bytes", "largest") else value)
    except ValueError:
        return value
