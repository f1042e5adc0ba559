"""Reading camt.053 (.02, .04, .08): a bank's statement of a day.

Tolerant: namespaces are ignored, unknown elements skipped, a line that cannot be read is left out and said so
in `Statement.problems`. Reports of the day (camt.052) and notices (camt.054) are refused: they are no
accounting truth.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, Any

from payouts.rails import base, kept, xml
from payouts.rails.statements import base as statements
from payouts.rails.statements import camt053_lines
from payouts.rails.statements.base import Entry, Problem, Statement
from sellers.ledger.money import Money

_MESSAGE = "BkToCstmrStmt"
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_OTHER = "The document is not a bank statement; only statements (camt.053) are read here."
_OTHERS = {
    "BkToCstmrAcctRpt": "The document is an interim report of the day (camt.052); only statements (camt.053) are read.",
    "BkToCstmrDbtCdtNtfctn": "The document is a notice of movements (camt.054); only statements (camt.053) are read.",
}
_PIECE = 1 << 20
_MOST_STATEMENTS = 1_000
_MOST_PAYMENTS = 100_000
"""Of one line."""
_MOST_PROBLEMS = 1_000
"""Sentences about single lines of one statement."""
_MOST_IN_ALL = 20_000
"""Sentences about single lines of a document: they are held until it is read."""

Told = Callable[[int, int], None]
"""Called at each line with how many were read, and how many there are, or 0."""


def read(
    stream: IO[bytes], told: Told | None = None, each: Callable[[Entry], None] | None = None
) -> list[Statement]:
    """Every statement in the document. Raises `Unreadable` when it is not a camt.053 or holds none.

    ``each`` is called with every line that can be read, while it is there.

    The document is read element by element: a million lines need as little memory as one.
    """
    found = []
    for part in _walk(stream, told):
        if isinstance(part, Statement):
            found.append(part)
        elif each is not None:
            each(part)
    return found


def entries(stream: IO[bytes], told: Told | None = None) -> Iterator[tuple[int, Entry]]:
    """Every line that can be read, with the place of its statement in the document, from 1. Raises as `read`."""
    place = 1
    for each in _walk(stream, told):
        if isinstance(each, Entry):
            yield place, each
        else:
            place += 1


def refuse_other(head: bytes) -> None:
    """Raises `Unreadable` where the first bytes of a document show that it is another message."""
    kind = xml.message_begun(head)
    if kind not in ("", _MESSAGE):
        raise base.Unreadable(_OTHERS.get(kind, _OTHER))


def _walk(stream: IO[bytes], told: Told | None) -> Iterator[Entry | Statement]:
    """The lines of a statement, then itself."""
    there_are = _lines_about(stream) if told is not None else 0
    elements = xml.Elements(stream, "TxDtls", "Ntry", "Stmt")
    message, lines, done, found = None, _Lines(_MOST_IN_ALL), 0, 0
    for element in elements:
        path = _path(element)
        if path[-1:] == ["Stmt"]:
            inside = next(element.iterancestors("{*}BkToCstmrStmt"))
            message = inside if message is None else message
            if inside is not message:
                raise base.Unreadable(
                    "The document holds several messages of statements. Bring one at a time, as the bank gives it."
                )
        if path == ["Stmt"]:
            yield _statement(element, lines)
            elements.over(element)
            lines, found = _Lines(lines.room), found + 1
            if found > _MOST_STATEMENTS:
                raise xml.too_much()
        elif path == ["Ntry", "Stmt"]:
            entry = lines.take(element)
            elements.over(element)
            done += 1
            if told is not None:
                told(min(done, there_are) if there_are else done, there_are)
            if entry is not None:
                yield entry
        elif path == ["TxDtls", "NtryDtls", "Ntry", "Stmt"]:
            lines.take_payment(element)
            elements.inside(element)
    kind = xml.root_message(elements.root)
    if kind != _MESSAGE:
        raise base.Unreadable(_OTHERS.get(kind, _OTHER))
    if not found:
        raise base.Unreadable("The document holds no statement (Stmt).")


def _path(element: Any) -> list[str]:
    """Its name and those above it, up to the message; empty outside of a message of statements."""
    names: list[str] = []
    while element is not None:
        name = xml.name(element)
        if name == _MESSAGE:
            above = element.getparent()
            outermost = above is None or (xml.name(above) == "Document" and above.getparent() is None)
            return names if outermost else []
        names.append(name)
        element = element.getparent()
    return []


def _lines_about(stream: IO[bytes]) -> int:
    """How many lines there are, about: for who waits, nothing depends on it."""
    stream.seek(0)
    return sum(piece.count(b"Ntry>") for piece in iter(lambda: stream.read(_PIECE), b"")) // 2


class _Lines:
    """The lines of one statement, read as they come; ``room`` is for how many more sentences there is."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._most = min(room, _MOST_PROBLEMS)
        self.problems: list[Problem] = []
        self.currency: str | None = None
        self.count = self.payments = self.credited_minor = self.debited_minor = 0
        self._position = 0
        self._payments: list[camt053_lines.Payment] = []

    def take_payment(self, payment: Any) -> None:
        """One payment of the line that is being read."""
        if len(self._payments) >= _MOST_PAYMENTS:
            raise xml.too_much()
        self._payments.append(camt053_lines.payment(payment, self._currency_above(payment)))

    def take(self, line: Any) -> Entry | None:
        """One more line, whose payments were taken; None where it has no amount, which is a problem then."""
        currency = self._currency_above(line)
        self._position += 1
        payments, self._payments = self._payments, []
        entry = camt053_lines.entry(line, self._position, currency, payments)
        if entry is None:
            self._add(camt053_lines.why_none(line, self._position, currency))
            return None
        if entry.booking_date is None and xml.child(line, "BookgDt") is not None:
            found = camt053_lines.quoted(camt053_lines.written_day(line, "BookgDt"))
            self._add(Problem(statements.NO_DAY, {"line": self._position, "found": found}))
        self.count += 1
        self.payments += max(1, len(entry.details))
        if entry.booked and entry.amount_minor > 0:
            self.credited_minor += entry.amount_minor
        elif entry.booked:
            self.debited_minor += entry.amount_minor
        if max(self.credited_minor, -self.debited_minor) > kept.LARGEST_MINOR:
            raise base.Unreadable(
                "The lines of a statement add up to more than any account holds: refused. Ask the bank for another."
            )
        return entry

    def _currency_above(self, element: Any) -> str:
        """The statement's. Before the first line stand its account and, as the schema has it, its balances."""
        if self.currency is None:
            while xml.name(element) != "Stmt":
                element = element.getparent()
            self.currency = camt053_lines.currency(element)
        return self.currency

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < self._most:
            self.problems.append(problem)
            self.room -= 1
        elif len(self.problems) == self._most:
            self.problems.append(Problem(statements.MORE))


def _statement(element: Any, lines: _Lines) -> Statement:
    balances = {_balance_type(balance): balance for balance in reversed(list(xml.children(element, "Bal")))}
    opening = next((balances[code] for code in _OPENING if code in balances), None)
    closing = next((balances[code] for code in _CLOSING if code in balances), None)
    currency = lines.currency or camt053_lines.currency(element)
    sequence = xml.text(element, "ElctrncSeqNb") or xml.text(element, "LglSeqNb")
    statement = Statement(
        statement_id=kept.name(xml.text(element, "Id")),
        sequence=kept.count(sequence, most=10**18),
        account=xml.text(element, "Acct/Id/IBAN") or xml.text(element, "Acct/Id/Othr/Id"),
        currency=currency,
        opening_minor=camt053_lines.signed(opening, currency) if opening is not None else None,
        closing_minor=camt053_lines.signed(closing, currency) if closing is not None else None,
        opening_date=camt053_lines.day(opening, "Dt"),
        closing_date=camt053_lines.day(closing, "Dt"),
        lines=lines.count,
        payments=lines.payments,
        credited_minor=lines.credited_minor,
        debited_minor=lines.debited_minor,
    )
    return replace(statement, problems=(*lines.problems, *_problems(statement), *_period(element)))


def _period(element: Any) -> list[Problem]:
    """That the stretch of time of a statement runs backwards. Banks may leave it out."""
    begin, end = (camt053_lines.moment(xml.text(element, f"FrToDt/{name}")) for name in ("FrDtTm", "ToDtTm"))
    if begin is None or end is None:
        return []
    told = (begin.tzinfo is None) == (end.tzinfo is None)  # else only their days can be compared
    if begin <= end if told else begin.date() <= end.date():
        return []
    return [Problem(statements.REVERSED, {"begin": begin.date().isoformat(), "end": end.date().isoformat()})]


def _problems(statement: Statement) -> list[Problem]:
    """What the statement itself lacks."""
    found = []
    if not statement.statement_id:
        found.append(Problem(statements.NO_ID))
    if not statement.account:
        found.append(Problem(statements.NO_ACCOUNT))
    if statement.opening_minor is None or statement.closing_minor is None:
        found.append(Problem(statements.NO_BALANCE, {"currency": statement.currency}))
    elif not statement.adds_up:
        come_to = Money(statement.opening_minor + statement.booked_minor, statement.currency)
        closing = Money(statement.closing_minor, statement.currency)
        found.append(Problem(statements.NOT_ADDED_UP, {"sum": come_to, "closing": closing}))
    return found


def _balance_type(balance: Any) -> str:
    return xml.text(balance, "Tp/CdOrPrtry/Cd") or xml.text(balance, "Tp/CdOrPrtry/Prtry")
