"""Reading bank statements and matching their lines: the bank's word closes the loop."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from payouts.models import FundingAccount, Statement, StatementLine
from payouts.operations import (
    _bookings,
    _contradictions,
    _lines,
    _matching,
    bankfiles,
    incidents,
)
from payouts.queries.statements import as_read
from payouts.rails import base
from payouts.rails.statements import base as statements
from payouts.rails.statements import camt053
from sellers import vault
from sellers.ledger.importing.progress import Say, quiet

_TOLD = ("amount_minor", "booking_date", "bank_reference", "end_to_end_id", "batch_reference", "return_code")
"""By what two readings of a statement's lines are told apart."""


@transaction.atomic
def read(*, body: bytes, rail: str, name: str, now: datetime, say: Say = quiet) -> list[Statement]:
    """Every statement in the document stands with its lines booked, matched where nothing is in doubt.

    Reading it again changes nothing. A gap to the statement before opens an incident. Raises `Unreadable` for what
    is no statement, does not add up or is of an account that is not ours; then nothing is booked.
    """
    found = camt053.read(body, told=partial(say, _("Reading the statement")))
    taken = [_take(each, body=body, alone=len(found) == 1, rail=rail, now=now, say=say) for each in found]
    return [statement for statement in taken if statement is not None]


def _take(
    found: statements.Statement, *, body: bytes, alone: bool, rail: str, now: datetime, say: Say
) -> Statement | None:
    funding = _funding(found, rail)
    if found.problems or not found.adds_up or found.opening_minor is None or found.closing_minor is None:
        why = " ".join(found.problems) or _("It does not add up.")
        raise base.Unreadable(
            _("Statement {statement_id}: {why} Nothing was booked: ask the bank for a right one.").format(
                statement_id=found.statement_id, why=why
            )
        )
    known = Statement.objects.filter(funding_account=funding, statement_id=found.statement_id).first()
    if known is not None:
        if (known.opening_minor, known.closing_minor) != (found.opening_minor, found.closing_minor):
            raise base.Unreadable(
                _("Statement {statement_id} was read before with other balances: ask the bank.").format(
                    statement_id=found.statement_id
                )
            )
        _compare(known, found, body=body, alone=alone, rail=rail, now=now)
        return None
    day = found.closing_date or found.opening_date
    if day is None:
        raise base.Unreadable(
            _("Statement {statement_id} does not say of which day it is: ask the bank.").format(
                statement_id=found.statement_id
            )
        )
    sealed = vault.encrypt_blob(
        body, ring=vault.keyring(), aad=vault.place("payouts.Statement", funding.code, found.statement_id)
    )
    statement = Statement.objects.create(
        funding_account=funding,
        statement_id=found.statement_id,
        sequence=found.sequence,
        statement_date=day,
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
        body_ciphertext=sealed,
        body_sha256=_sha256(found, body=body, alone=alone, funding=funding),
        read_at=now,
    )
    _bookings.post_opening(funding=funding, statement=statement, now=now)
    _book(statement=statement, rows=_matching.lines_of(found, day=day), funding=funding, now=now, say=say)
    check_chain(funding=funding, now=now)
    return statement


def _sha256(found: statements.Statement, *, body: bytes, alone: bool, funding: FundingAccount) -> str:
    """Of the message; with which statement of it where it holds several. Two accounts may share an id."""
    return bankfiles.sha256(
        body if alone else b"\0".join((body, funding.code.encode(), found.statement_id.encode()))
    )


def _compare(
    known: Statement, found: statements.Statement, *, body: bytes, alone: bool, rail: str, now: datetime
) -> None:
    """The same statement again is nothing; another one under an id that was used before opens an incident."""
    digest = _sha256(found, body=body, alone=alone, funding=known.funding_account)
    if known.body_sha256 == digest:
        return
    day = found.closing_date or found.opening_date or known.statement_date
    same = (known.sequence, known.statement_date) == (found.sequence, day)
    told = [[getattr(row, name) for name in _TOLD] for row in _matching.lines_of(found, day=day)]
    stand = [list(row) for row in known.lines.order_by("number").values_list(*_TOLD)]
    if same and told == stand:
        return
    incidents.open_one(
        code="statement_reused",
        key=f"statement_reused:{known.pk}:{digest[:16]}",
        text=(
            f"Another statement came under the id {found.statement_id} that was read before, with another date, "
            "number or other lines. It was not booked: ask the bank which one is right."
        ),
        rail=rail,
        now=now,
    )


def _funding(found: statements.Statement, rail: str) -> FundingAccount:
    """Our account the statement is of, locked: statements of one account are read one after the other."""
    number = found.account.replace(" ", "")
    ours = FundingAccount.objects.select_for_update(no_key=True).filter(rail=rail, currency=found.currency)
    for account in ours.order_by("-active", "pk"):
        if account.identifier.replace(" ", "") == number:
            return account
    raise base.Unreadable(
        _(
            "Statement {statement_id} is of an account ending in {number} in {currency}, "
            "which is none of our funding accounts on {rail}. Add it in the settings, or ask "
            "the bank why we got it."
        ).format(statement_id=found.statement_id, number=number[-4:], currency=found.currency, rail=rail)
    )


def _book(
    *, statement: Statement, rows: list[StatementLine], funding: FundingAccount, now: datetime, say: Say
) -> None:
    if not rows:
        return  # a day without movement
    matcher = _matching.Matcher(lines=rows, funding=funding)
    matcher.hide_accounts(rows)
    pairs = []
    for number, line in enumerate(rows):
        say(_("Matching lines to payments"), number, len(rows))
        pairs.append((line, matcher.match(line)))
    say(_("Writing to the ledger"), 0, len(rows))
    for line, found in pairs:
        line.statement = statement
        if found is not None:
            _lines.mark(line, found, now)
    StatementLine.objects.bulk_create(rows, batch_size=2000)
    _bookings.post_lines(lines=pairs, funding=funding, now=now)
    _lines.tell([line for line, found in pairs if found], funding, now)
    _tell_contradictions(matcher, [line for line, found in pairs if not found], funding, now)


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
    rows = Statement.objects.filter(funding_account=funding).order_by("statement_date", "sequence", "pk")
    prefix = f"chain:{funding.code}:"
    broken = {}
    for before, after in pairwise(rows.defer("body_ciphertext")):
        problems = statements.chain_problems(as_read(before), as_read(after))
        if problems:
            broken[f"{prefix}{before.pk}:{after.pk}"] = f"{funding.code}: {' '.join(problems)}"
    for key, text in broken.items():
        incidents.open_one(code="statement_chain", key=key, text=text, rail=funding.rail, now=now)
    incidents.over_with_prefix(prefix=prefix, but=list(broken), note="The missing statement came.", now=now)


@transaction.atomic
def match_open_lines(*, now: datetime) -> int:
    """Lines that matched nothing when they came are tried again, now that more is known; answers how many match."""
    matched = 0
    open_lines = StatementLine.objects.filter(matched_at__isnull=True)
    accounts = set(open_lines.values_list("statement__funding_account_id", flat=True))
    for funding in (
        FundingAccount.objects.select_for_update(no_key=True).filter(pk__in=accounts).order_by("pk")
    ):
        rows = list(open_lines.filter(statement__funding_account=funding).order_by("pk"))
        matcher = _matching.Matcher(lines=rows, funding=funding)
        pairs = [(line, found) for line in rows if (found := matcher.match(line))]
        _lines.settle(pairs=pairs, funding=funding, now=now)
        done = {line.pk for line, _unused in pairs}
        _tell_contradictions(matcher, [line for line in rows if line.pk not in done], funding, now)
        matched += len(pairs)
    return matched
