"""A bank statement that a person brings, when the bank's own way to us is broken or an old one is missing.

What it holds and what is wrong with it is shown before anything is booked.
"""

import hashlib
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from backoffice.words import dated, number
from payouts.models import FundingAccount, Statement
from payouts.operations import reconciliation
from payouts.queries import statement_words
from payouts.queries.statements import as_read
from payouts.queries.statements import rows as stored
from payouts.rails import base
from payouts.rails.statements import base as statements
from sellers.ledger.importing import kinds, parts
from sellers.ledger.importing.progress import Say
from sellers.ledger.models import ImportFile, ImportKind, ImportStatus, StagedEarning

_PIECE = 1 << 20
_AHEAD = timedelta(days=3)
"""A statement closes when its day ends, perhaps that of a place further east, or after a long weekend."""
_OLD = timedelta(days=366)
_NEAR = 20
"""Statements of one day that are looked at for the one before and the one after."""


class NoStatement(Refused):
    """What was brought is no statement of ours that can be booked; nothing was kept."""

    code = "no_statement"


def too_large() -> NoStatement:
    """The no to a file that is larger than any statement."""
    most = number(kinds.largest(ImportKind.STATEMENT) // 1024 // 1024)
    text = _("Not read: the file is larger than {most} MB. Ask the bank for one statement per day.")
    return NoStatement(text.format(most=most))


def read(*, file: ImportFile, stream: IO[bytes], actor: Actor, now: datetime, say: Say) -> None:
    """The file's preview, counts, sums and status are set, its errors stand; saving the file is the caller's."""
    file.sha256 = _hashed(stream).hexdigest()
    found: list[statements.Statement] = []
    errors: list[tuple[statements.Place, str]] = []
    if stream.tell() == 0:
        errors = [
            (statements.Place(), _("Not read: the file is empty. Choose the camt.053 as the bank gave it."))
        ]
    else:
        try:
            found = reconciliation.look_through(stream, say)
        except base.Unreadable as error:
            errors = [(statements.Place(), _("Not read: {error}").format(error=statement_words.said(error)))]
    file.totals, file.preview = {}, []
    for number_in_file, each in enumerate(found, start=1):
        faults, shown = _look(each, found[: number_in_file - 1], today=now.date())
        named = each.statement_id or number_in_file
        errors += [
            (
                statements.Place(number_in_file, line),
                _("Statement {value}: {fault}").format(value=named, fault=fault),
            )
            for line, fault in faults
        ]
        file.preview.append(shown)
        if not faults and not shown["known"]:
            _add(file.totals, each)
    StagedEarning.objects.bulk_create(
        StagedEarning(import_file=file, row_number=place.statement, statement_line=place.line, error=text)
        for place, text in errors
    )
    file.row_count = sum(shown["lines"] for shown in file.preview)
    file.error_count = len(errors)
    fine = [] if errors else file.preview
    file.new_count = sum(shown["lines"] for shown in fine if not shown["known"])
    file.known_count = sum(shown["lines"] for shown in fine if shown["known"])
    file.status = ImportStatus.REFUSED if errors else ImportStatus.CHECKED
    data = {"file": file.name, "lines": file.row_count, "errors": file.error_count}
    recording.record(actor=actor, action="statement.check", subject=file, data=data, now=now)


def _hashed(stream: IO[bytes]) -> "hashlib._Hash":
    """SHA-256 of all of it; the stream stands at its end."""
    digest = hashlib.sha256()
    stream.seek(0)
    for piece in iter(lambda: stream.read(_PIECE), b""):
        digest.update(piece)
    return digest


def post(*, file: ImportFile, actor: Actor, now: datetime, say: Say) -> None:
    """The statements that were not known are booked and matched, and the file, their document, is POSTED.

    The bytes of a file in which nothing was new go. Raises `NoStatement`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.reconcile")
    stream = parts.opened(file)
    if stream is None:
        raise NoStatement(_("Not booked: the file's bytes are gone. Bring it again."))
    with stream:
        source = reconciliation.Source(stream=stream, digest=_hashed(stream), import_file=file)
        try:
            made = reconciliation.read(source=source, now=now, say=say)
        except base.Unreadable as error:
            text = _("Not read: {error}").format(error=statement_words.said(error))
            raise NoStatement(text) from error
    if made:
        data = {"name": file.name, "sha256": file.sha256}
        recording.record(actor=actor, action="statement.upload", subject=file, data=data, now=now)
        reconciliation.match_open_lines(now=now, of={each.funding_account_id for each in made})
    else:
        file.parts.all().delete()
    booked = {row.statement.statement_id: row for row in stored(made)}
    file.totals = {}
    for shown in file.preview:
        row = booked.get(shown["id"])
        shown["known"] = row is None
        if row is not None:  # what the preview said of the one before may have changed since
            found = as_read(row.statement)
            _tell(shown, _chain(row.statement.funding_account, found, [], now.date()))
            of = file.totals.setdefault(shown["currency"], {"credited": 0, "debited": 0})
            of["credited"] += shown["credited"]
            of["debited"] += shown["debited"]
    file.new_count = sum(shown["lines"] for shown in file.preview if not shown["known"])
    file.known_count = file.row_count - file.new_count
    file.status, file.posted_at = ImportStatus.POSTED, now


def _look(
    found: statements.Statement, others: list[statements.Statement], *, today: date
) -> tuple[list[tuple[int, str]], dict[str, Any]]:
    """What keeps it from being booked, each with its line or 0, and what a person is shown of it.

    That is days, lines, sums in minor units, and how it does not follow the one before.
    """
    faults: list[str] = []
    number_of = found.account.replace(" ", "")
    ours = FundingAccount.objects.filter(currency=found.currency).order_by("-active", "pk")
    account = next((each for each in ours if each.identifier.replace(" ", "") == number_of), None)
    day = _day(found)
    if account is None and number_of:
        faults.append(
            _(
                "It is of an account in {currency} that is none of our funding accounts "
                "(…{number}). Add the account in the settings, or choose another file."
            ).format(currency=found.currency, number=number_of[-4:])
        )
    if any((each.account, each.statement_id) == (found.account, found.statement_id) for each in others):
        faults.append(statement_words.twice(found.statement_id))
    if day is None:
        faults.append(_("It does not say of which day it is: ask the bank for a right one."))
    elif day > today + _AHEAD:
        faults.append(
            _("It is of {day}, which has not come: ask the bank for a right one.").format(
                day=dated(day, "long")
            )
        )
    if found.opening_date and found.closing_date and found.opening_date > found.closing_date:
        faults.append(_("It opens after the day on which it closes: ask the bank for a right one."))
    known = _known(account, found.statement_id) if account is not None else None
    if known is not None and (known.opening_minor, known.closing_minor) != (
        found.opening_minor,
        found.closing_minor,
    ):
        faults.append(_("It was read before with other balances: ask the bank which one is right."))
    shown = {
        "id": found.statement_id,
        "account": f"{account.code} {account.masked}"
        if account
        else _("ending in {number}").format(number=number_of[-4:])
        if number_of
        else "",
        "currency": found.currency,
        "day": day.isoformat() if day else "",
        "opening": found.opening_minor,
        "closing": found.closing_minor,
        "lines": found.lines,
        "credited": found.credited_minor,
        "debited": found.debited_minor,
        "known": known is not None,
    }
    follows = account is not None and day is not None and not faults and not found.problems
    _tell(shown, _chain(account, found, others, today) if account is not None and follows else [])
    said = [(each.line, statement_words.said(each)) for each in found.problems]
    return said + [(0, fault) for fault in faults], shown


def _known(account: FundingAccount, statement_id: str) -> Statement | None:
    rows = Statement.objects.filter(funding_account=account, statement_id=statement_id)
    return rows.defer("body_ciphertext").first()


def _chain(
    account: FundingAccount, found: statements.Statement, others: list[statements.Statement], today: date
) -> list[statements.Problem]:
    """That it follows no statement before it or the one after does not follow it, and that it is old, to be said.

    Those that stand are asked, and the file's ``others``.
    """
    day = _day(found) or today
    stand = Statement.objects.filter(funding_account=account).exclude(statement_id=found.statement_id)
    stand = stand.defer("body_ciphertext")
    earlier = stand.filter(statement_date__lte=day).order_by("-statement_date", "-sequence", "-pk")[:_NEAR]
    later = stand.filter(statement_date__gte=day).order_by("statement_date", "sequence", "pk")[:_NEAR]
    known = [as_read(each) for each in (*earlier, *later)]
    known += [each for each in others if (each.account, each.currency) == (found.account, found.currency)]
    before = [each for each in known if _place(each) < _place(found)]
    after = [each for each in known if _place(each) > _place(found)]
    gaps = statements.chain_problems(max(before, key=_place), found) if before else []
    gaps += statements.chain_problems(found, min(after, key=_place)) if after else []
    old = [statements.Problem(statements.OLD, {"day": day.isoformat()})] if day < today - _OLD else []
    return [*old, *gaps]


def _tell(shown: dict[str, Any], chain: list[statements.Problem]) -> None:
    """``problems``, to be said in each reader's language; ``chain``, as the version before says them while it runs."""
    shown["problems"] = [statement_words.kept(each) for each in chain]
    shown["chain"] = [statement_words.said(each) for each in chain]


def _day(found: statements.Statement) -> date | None:
    return found.closing_date or found.opening_date


def _place(found: statements.Statement) -> tuple[date, int]:
    return _day(found) or date.min, found.sequence or 0


def _add(totals: dict[str, dict[str, int]], found: statements.Statement) -> None:
    of = totals.setdefault(found.currency, {"credited": 0, "debited": 0})
    of["credited"] += found.credited_minor
    of["debited"] += found.debited_minor
