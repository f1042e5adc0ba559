"""Reading bank statements and matching their lines: the bank's word closes the loop."""

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby, islice, pairwise
from operator import itemgetter
from typing import IO

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.words import sentences
from payouts.models import BankDocument, FundingAccount, Statement, StatementLine
from payouts.operations import (
    _bookings,
    _contradictions,
    _lines,
    _locks,
    _matching,
    _names,
    incidents,
)
from payouts.queries import statement_words
from payouts.queries.statements import as_read
from payouts.rails import base
from payouts.rails.statements import base as statements
from payouts.rails.statements import camt053
from sellers.ledger.importing.progress import Say, quiet
from sellers.ledger.models import ImportFile

_TOLD = ("amount_minor", "booking_date", "bank_reference", "end_to_end_id", "batch_reference", "return_code")
"""By what two readings of a statement's lines are told apart."""


_AWAKE_SECONDS = 60
PORTION = 2_000
"""Lines that are booked at a time: a day of a million needs no more memory than one of two thousand."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A message as it is kept: its bytes, to be read from the start as often as needed, and the row that has them.

    ``rail`` is empty for one that a person brought: then it may be of any account of ours.
    """

    stream: IO[bytes]
    digest: "hashlib._Hash"
    """SHA-256 of the bytes."""
    rail: str = ""
    document: BankDocument | None = None
    import_file: ImportFile | None = None


def _all_right(made: list[Statement]) -> None:
    """What came from the bank by itself is booked as it is; an incident tells what does not follow."""


@transaction.atomic
def read(
    *, source: Source, now: datetime, say: Say = quiet, accept: Callable[[list[Statement]], None] = _all_right
) -> list[Statement]:
    """Every statement in the message stands with its lines booked, matched where nothing is in doubt; answers the new.

    ``accept`` is called with these before a line of theirs is booked, and may refuse them by raising. Reading it again
    changes nothing. A gap to the statement before opens an incident. Raises `Unreadable` for what
    is no statement, does not add up or is of an account that is not ours; then nothing is booked.
    """
    names = _names.Names(PORTION)
    found = look_through(source.stream, say, each=names.of_entry)
    fundings = [_funding(each, source.rail) for each in found]
    _refuse_twice(found, fundings)
    _locks.statements_of(each.pk for each in fundings)
    names.lock()
    unchecked = _Unchecked()
    takers = [
        _taker(each, funding, source=source, alone=len(found) == 1, unchecked=unchecked, now=now)
        for each, funding in zip(found, fundings, strict=True)
    ]
    made = [taker.statement for taker in takers if isinstance(taker, _Booking)]
    accept(made)
    done, total = 0, sum(each.payments for each in found)
    for place, lines in groupby(camt053.entries(source.stream), key=itemgetter(0)):
        taker = takers[place - 1]
        rows = _matching.lines_of((entry for _place, entry in lines), day=taker.day)
        while portion := list(islice(rows, PORTION)):
            say(_("Matching lines to payments"), min(done, total), total)
            taker.take(portion)
            done += len(portion)
    for taker in takers:
        taker.over()
    for funding in {each.funding_account_id: each.funding_account for each in made}.values():
        check_chain(funding=funding, now=now)
    return made


def look_through(
    stream: IO[bytes], say: Say, *, each: Callable[[statements.Entry], None] | None = None
) -> list[statements.Statement]:
    """The statements of a message, without their lines, which ``each`` is called with. Raises `Unreadable`."""
    return camt053.read(stream, told=_kept_awake(partial(say, _("Reading the statement"))), each=each)


def _kept_awake(told: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Reading asks nothing of the database, which ends a transaction that is idle for minutes."""
    asked = time.monotonic()

    def telling(done: int, total: int) -> None:
        nonlocal asked
        if time.monotonic() - asked > _AWAKE_SECONDS:
            asked = time.monotonic()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        told(done, total)

    return telling


def _refuse_twice(found: Sequence[statements.Statement], fundings: Sequence[FundingAccount]) -> None:
    """Two statements under one id in one message: which of them is right, nobody can tell. Raises `Unreadable`."""
    keys = set()
    for each, funding in zip(found, fundings, strict=True):
        if (funding.pk, each.statement_id) in keys:
            raise base.Unreadable(statement_words.twice(each.statement_id))
        keys.add((funding.pk, each.statement_id))


class _Unchecked:
    """Rows that were written and of which PostgreSQL has put off to the commit what it checks."""

    def __init__(self) -> None:
        self._rows = 0

    def add(self, rows: int) -> None:
        """So many more; at a full portion all are checked: millions that wait would fill the server's memory."""
        self._rows += rows
        if self._rows >= PORTION:
            self._rows = 0
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _taker(
    found: statements.Statement,
    funding: FundingAccount,
    *,
    source: Source,
    alone: bool,
    unchecked: _Unchecked,
    now: datetime,
) -> "_Booking | _Comparing":
    """Who takes the statement's lines: it is booked, or one that stands under its id is compared with it."""
    if found.problems or not found.adds_up or found.opening_minor is None or found.closing_minor is None:
        why = sentences(*(statement_words.said(each) for each in found.problems)) or _("It does not add up.")
        raise base.Unreadable(
            _("Statement {statement_id}: {why} Nothing was booked: ask the bank for a right one.").format(
                statement_id=found.statement_id, why=why
            )
        )
    digest = _sha256(found, source=source, alone=alone, funding=funding)
    known = Statement.objects.filter(funding_account=funding, statement_id=found.statement_id)
    before = known.defer("body_ciphertext").first()
    if before is not None:
        if (before.opening_minor, before.closing_minor) != (found.opening_minor, found.closing_minor):
            raise base.Unreadable(
                _("Statement {statement_id} was read before with other balances: ask the bank.").format(
                    statement_id=found.statement_id
                )
            )
        return _Comparing(before, found, digest=digest, funding=funding, now=now)
    day = found.closing_date or found.opening_date
    if day is None:
        raise base.Unreadable(
            _("Statement {statement_id} does not say of which day it is: ask the bank.").format(
                statement_id=found.statement_id
            )
        )
    statement = Statement.objects.create(
        funding_account=funding,
        statement_id=found.statement_id,
        sequence=found.sequence,
        statement_date=day,
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
        document=source.document,
        import_file=source.import_file,
        body_sha256=digest,
        read_at=now,
    )
    _bookings.post_opening(funding=funding, statement=statement, now=now)
    return _Booking(statement, funding, unchecked, now)


def _sha256(found: statements.Statement, *, source: Source, alone: bool, funding: FundingAccount) -> str:
    """Of the message; with which statement of it where it holds several. Two accounts may share an id."""
    digest = source.digest.copy()
    if not alone:
        digest.update(b"\0".join((b"", funding.code.encode(), found.statement_id.encode())))
    return digest.hexdigest()


class _Booking:
    """A new statement: its lines are booked, matched and told."""

    def __init__(
        self, statement: Statement, funding: FundingAccount, unchecked: _Unchecked, now: datetime
    ) -> None:
        self.statement, self.day = statement, statement.statement_date
        self._funding, self._unchecked, self._now = funding, unchecked, now
        self._portions = 0

    def take(self, rows: list[StatementLine]) -> None:
        self._portions += 1
        matcher = _matching.Matcher(lines=rows, funding=self._funding)
        matcher.hide_accounts(rows)
        pairs = [(line, matcher.match(line)) for line in rows]
        for line, found in pairs:
            line.statement = self.statement
            if found is not None:
                _lines.mark(line, found, self._now)
        StatementLine.objects.bulk_create(rows)
        _bookings.post_lines(lines=pairs, funding=self._funding, now=self._now)
        _lines.tell([line for line, found in pairs if found], self._funding, self._now)
        _tell_contradictions(matcher, [line for line, found in pairs if not found], self._funding, self._now)
        self._unchecked.add(len(rows))

    def over(self) -> None:
        """A file's debit that did not match is looked at once more, now that all of its single ones are known."""
        if self._portions < 2:
            return
        left = self.statement.lines.filter(matched_at__isnull=True, amount_minor__lt=0)
        for rows in _portions(left.exclude(batch_reference="")):
            matcher = _matching.Matcher(lines=rows, funding=self._funding)
            _tell_contradictions(matcher, rows, self._funding, self._now)


def _portions(lines: "QuerySet[StatementLine]") -> Iterator[list[StatementLine]]:
    """These lines in the order in which they came, some at a time; they may be matched meanwhile."""
    last = 0
    while rows := list(lines.filter(pk__gt=last).order_by("pk")[:PORTION]):
        last = rows[-1].pk
        yield rows


class _Comparing:
    """The same statement again is nothing; another one under an id that was used before opens an incident."""

    def __init__(
        self,
        known: Statement,
        found: statements.Statement,
        *,
        digest: str,
        funding: FundingAccount,
        now: datetime,
    ) -> None:
        self.day = found.closing_date or found.opening_date or known.statement_date
        self._known, self._funding, self._digest, self._now = known, funding, digest, now
        self._same_bytes = known.body_sha256 == digest
        self._same = (known.sequence, known.statement_date) == (found.sequence, self.day)
        stand = known.lines.order_by("number").values_list(*_TOLD)
        self._stand = iter(()) if self._same_bytes else stand.iterator(chunk_size=PORTION)

    def take(self, rows: list[StatementLine]) -> None:
        if self._same and not self._same_bytes:
            self._same = all(
                tuple(getattr(row, name) for name in _TOLD) == next(self._stand, None) for row in rows
            )

    def over(self) -> None:
        if self._same_bytes or (self._same and next(self._stand, None) is None):
            return
        statement_id = self._known.statement_id
        incidents.open_one(
            code="statement_reused",
            key=f"statement_reused:{self._known.pk}:{self._digest[:16]}",
            text=(
                f"Another statement came under the id {statement_id} that was read before, with another date, "
                "number or other lines. It was not booked: ask the bank which one is right."
            ),
            rail=self._funding.rail,
            now=self._now,
        )


def _funding(found: statements.Statement, rail: str) -> FundingAccount:
    """Our account the statement is of. Raises `Unreadable`."""
    number = found.account.replace(" ", "")
    ours = FundingAccount.objects.filter(currency=found.currency)
    if rail:
        ours = ours.filter(rail=rail)
    for account in ours.order_by("-active", "pk"):
        if account.identifier.replace(" ", "") == number:
            return account
    if not rail:
        raise base.Unreadable(
            _(
                "It is of an account in {currency} that is none of our funding accounts "
                "(…{number}). Add the account in the settings, or choose another file."
            ).format(currency=found.currency, number=number[-4:])
        )
    raise base.Unreadable(
        _(
            "Statement {statement_id} is of an account ending in {number} in {currency}, "
            "which is none of our funding accounts on {rail}. Add it in the settings, or ask "
            "the bank why we got it."
        ).format(statement_id=found.statement_id, number=number[-4:], currency=found.currency, rail=rail)
    )


def _tell_contradictions(
    matcher: _matching.Matcher, lines: Sequence[StatementLine], funding: FundingAccount, now: datetime
) -> None:
    """Nothing is paid again that our bank has moved money for, whatever was believed of it."""
    for line in lines:
        attempts = matcher.denied(line)
        if attempts:
            _contradictions.look_at_line(line=line, attempts=attempts, rail=funding.rail, now=now)


def check_chain(*, funding: FundingAccount, now: datetime) -> None:
    """Each statement opens with what the one before closed with, none is missing; else an incident stands."""
    rows = Statement.objects.filter(funding_account=funding).select_related("funding_account")
    rows = rows.order_by("statement_date", "sequence", "pk").defer("body_ciphertext")
    prefix = f"chain:{funding.code}:"
    broken = {}
    for before, after in pairwise(rows):
        problems = statements.chain_problems(as_read(before), as_read(after))
        if problems:
            broken[f"{prefix}{before.pk}:{after.pk}"] = f"{funding.code}: {' '.join(map(str, problems))}"
    for key, text in broken.items():
        incidents.open_one(code="statement_chain", key=key, text=text, rail=funding.rail, now=now)
    incidents.over_with_prefix(prefix=prefix, but=list(broken), note="The missing statement came.", now=now)


@transaction.atomic
def match_open_lines(*, now: datetime, of: Collection[int] | None = None) -> int:
    """Lines that matched nothing when they came are tried again, now that more is known; answers how many match.

    ``of``: only those of these accounts of ours, which the transaction has taken up already.
    """
    matched = 0
    open_lines = StatementLine.objects.filter(matched_at__isnull=True)
    if of is not None:
        open_lines = open_lines.filter(statement__funding_account__in=of)
    accounts = set(open_lines.values_list("statement__funding_account_id", flat=True).distinct())
    _locks.statements_of(accounts)
    unchecked = _Unchecked()
    for funding in FundingAccount.objects.filter(pk__in=accounts).order_by("pk"):
        lines = open_lines.filter(statement__funding_account=funding)
        if lines[PORTION:].exists():
            _names.lock_named_by_open_lines(funding)
        for rows in _portions(lines):
            matcher = _matching.Matcher(lines=rows, funding=funding)
            pairs = [(line, found) for line in rows if (found := matcher.match(line))]
            _lines.settle(pairs=pairs, funding=funding, now=now)
            done = {line.pk for line, _unused in pairs}
            _tell_contradictions(matcher, [line for line in rows if line.pk not in done], funding, now)
            unchecked.add(len(pairs))
            matched += len(pairs)
    return matched
