"""What a bank statement says, whichever format it came in.

Amounts are signed minor units of the statement's currency, seen from our account: credits positive, debits
negative.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One payment inside an entry. Ids are empty strings where the bank gave none (also for NOTPROVIDED)."""

    amount_minor: int | None
    """Signed. None where the bank names no amount for the single payment in the account's currency."""
    end_to_end_id: str = ""
    message_id: str = ""
    payment_information_id: str = ""
    instruction_id: str = ""
    bank_reference: str = ""
    return_code: str = ""
    """ISO return reason; a proprietary one as it stands. Empty: no return."""
    return_text: str = ""
    counterparty: str = ""
    remittance: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the statement: a movement, with the payments it is made of as far as the bank tells."""

    position: int
    """1 for the first line of this statement."""
    amount_minor: int
    booked: bool
    """False for pending and information lines, which move no balance."""
    reversal: bool
    booking_date: date | None
    value_date: date | None
    bank_reference: str
    bank_code: str
    """Bank transaction code as "PMNT/RCDT/RRTN", or the bank's own."""
    message_id: str = ""
    payment_information_id: str = ""
    batch_count: int | None = None
    """How many payments the bank says a batch-booked line holds."""
    details: tuple[Detail, ...] = ()
    text: str = ""

    @property
    def is_return(self) -> bool:
        """Money of ours that came back: a credit that carries a return reason or a return's transaction
        code."""
        codes = self.bank_code.split("/")
        return self.amount_minor > 0 and (
            any(detail.return_code for detail in self.details) or codes[-1] in {"RRTN", "RPCR"}
        )


class Place(NamedTuple):
    """What of a document a sentence is about: a line of a statement, each counted from 1.

    Without a line it is all of the statement, without a statement all of the document; they sort as they stand in it.
    """

    statement: int = 0
    line: int = 0


@dataclass(frozen=True)
class Problem:
    """A sentence about a statement: English, to be filled with ``values``, so that it can be said in any language."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.text.format(**self.values)

    @property
    def line(self) -> int:
        """Of the statement; 0 where it is about the statement itself."""
        return int(self.values.get("line", 0))


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One account, one stretch of time. `opening_minor` and `closing_minor` are booked balances.

    Its lines are not here: a day may have a million of them.
    """

    statement_id: str
    sequence: int | None
    account: str
    """IBAN, or the bank's own account identification."""
    currency: str
    opening_minor: int | None
    closing_minor: int | None
    opening_date: date | None
    closing_date: date | None
    lines: int = 0
    """How many entries it has, booked or not."""
    payments: int = 0
    """How many payments its lines are made of, as far as the bank tells; a line without any counts as one."""
    credited_minor: int = 0
    debited_minor: int = 0
    """Sums of the booked entries; what went out is negative."""
    problems: tuple[Problem, ...] = ()
    """Unreadable parts that were left out, balances that do not add up. Not empty: show them."""

    @property
    def day(self) -> date | None:
        """The day it is of: on which it closes, as it is stored; a bank may date the opening balance the day before."""
        return self.closing_date or self.opening_date

    @property
    def booked_minor(self) -> int:
        """Sum of the booked entries."""
        return self.credited_minor + self.debited_minor

    @property
    def adds_up(self) -> bool:
        """Opening plus booked entries is closing. False where a balance is missing."""
        if self.opening_minor is None or self.closing_minor is None:
            return False
        return self.opening_minor + self.booked_minor == self.closing_minor


LEFT_OUT = "Line {line}: “{found}” is no amount in {currency}: left out."
NO_CURRENCY = "Line {line}: “{found}” is no amount: left out."
NO_AMOUNT = "Line {line} has no amount: left out."
NO_SIDE = (
    "Line {line}: “{found}” says neither that money came in (CRDT) nor that it went out (DBIT): left out."
)
NO_DAY = "Line {line}: the booking date “{found}” is no day."
MORE = "More lines than these cannot be read."
NO_ID = "The statement has no id."
NO_ACCOUNT = "The statement does not say which account it is of."
NO_BALANCE = "The statement has no opening or no closing booked balance in {currency}."
NOT_ADDED_UP = (
    "Opening balance plus booked lines is not the closing balance: they come to {sum}, it is {closing}."
)
REVERSED = "Its period ends before it begins, from {begin} to {end}: ask the bank for a right one."
ONE_MISSING = "Statement {first} is missing: ask the bank for it."
SOME_MISSING = "Statements {first} to {last} are missing: ask the bank for them."
OLD = "It is of {day}, more than a year ago."
OTHER_OPENING = "Statement {statement} does not open with the balance that {before} closed with."


def chain_problems(previous: Statement, following: Statement) -> list[Problem]:
    """What is wrong between two statements of one account that should follow each other; empty when nothing
    is."""
    problems = []
    if previous.sequence is not None and following.sequence is not None:
        first, last = previous.sequence + 1, following.sequence - 1
        if last == first:
            problems.append(Problem(ONE_MISSING, {"first": first}))
        elif last > first:
            problems.append(Problem(SOME_MISSING, {"first": first, "last": last}))
    if (
        previous.closing_minor is not None
        and following.opening_minor is not None
        and previous.closing_minor != following.opening_minor
    ):
        problems.append(Problem(OTHER_OPENING, _balances(previous, following)))
    return problems


def _balances(previous: Statement, following: Statement) -> dict[str, Any]:
    """Both statements with their balances, in what JSON has: days as ISO 8601, "" where there is none."""
    days = {"before_day": previous.day, "statement_day": following.day}
    return {
        "before": previous.statement_id,
        "before_number": previous.sequence,
        "closed_minor": previous.closing_minor,
        "statement": following.statement_id,
        "statement_number": following.sequence,
        "opened_minor": following.opening_minor,
        "currency": following.currency or previous.currency,
        **{name: day.isoformat() if day else "" for name, day in days.items()},
    }
