"""A bank statement that a person brings, when the bank's own way to us is broken or an old one is missing.

What it holds and what is wrong with it is shown before anything is booked.
"""

import hashlib
from array import array
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import IO, Any

import structlog
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from backoffice.words import later, number
from payouts.models import FundingAccount, Statement
from payouts.operations import _matching, reconciliation
from payouts.queries import statement_words
from payouts.queries.statements import as_read
from payouts.rails import base
from payouts.rails.statements import base as statements
from sellers.ledger.importing import kinds, parts, posting
from sellers.ledger.importing.progress import Say
from sellers.ledger.models import ImportFile, ImportKind, ImportStatus, StagedEarning

log = structlog.get_logger(__name__)
_PIECE = 1 << 20
_AHEAD = timedelta(days=3)
"""A statement closes when its day ends, perhaps that of a place further east, or after a long weekend."""
_OLD = timedelta(days=366)
_NOT_YET = 2**63
"""Stands for the key of a statement that is not booked: it comes after those that are."""
_NEAR = 20
"""Statements of one day that are looked at for the one before and the one after."""

_BESIDE = frozenset(("before_day", "statement_day", "before_number", "statement_number"))
"""What a gap is shown with beside the statements and their balances."""


class NoStatement(Refused):
    """What was brought is no statement of ours that can be booked; nothing was kept."""

    code = "no_statement"


def _changed() -> posting.Changed:
    """The no to a file that was checked against other statements than those that stand by now."""
    return posting.Changed(
        later(
            "Nothing was booked: the statements that stand are others than when the file was checked. Upload the file "
            "again and look at it anew."
        )
    )


def too_large() -> NoStatement:
    """The no to a file that is larger than any statement."""
    most = number(kinds.largest(ImportKind.STATEMENT) // 1024 // 1024)
    text = _("Not read: the file is larger than {most} MB. Ask the bank for one statement per day.")
    return NoStatement(text.format(most=most))


def read(*, file: ImportFile, stream: IO[bytes], actor: Actor, now: datetime, say: Say) -> None:
    """The file's preview, counts, sums and status are set, and whether another person has to confirm it, its errors
    stand; saving the file is the caller's.

    Errors are kept as `statement_words.reread` takes them: in English, with days and amounts as programs write them.
    """
    file.sha256 = _hashed(stream).hexdigest()
    found: list[statements.Statement] = []
    errors: list[tuple[statements.Place, str]] = []
    rows = array(
        "Q"
    )  # what each line becomes when it is booked: the preview counts as the statement's page does
    try:
        found = reconciliation.look_through(
            stream, say, each=lambda entry: rows.append(len(_matching.parts_of(entry)))
        )
    except base.Unreadable as error:
        errors = [(statements.Place(), _("Not read: {error}").format(error=error))]
    file.totals, file.preview = {}, []
    counts = iter(rows)
    for number_in_file, each in enumerate(found, start=1):
        above, below = found[: number_in_file - 1], found[number_in_file:]
        faults, shown = _look(each, above, below, today=now.date())
        shown["lines"] = sum(islice(counts, each.lines))
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
    file.needs_another = any(shown["problems"] for shown in fine if not shown["known"])
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

    The bytes of a file in which nothing was new go. Raises `posting.Changed` where what stands fits the file no more as
    it did when it was checked, `NoStatement`, `NotAllowed`; then nothing is booked.
    """
    authority.require(actor=actor, permission="payouts.reconcile")
    stream = parts.opened(file)
    if stream is None:
        raise NoStatement(_("Not booked: the file's bytes are gone. Bring it again."))
    with stream:
        source = reconciliation.Source(stream=stream, digest=_hashed(stream), import_file=file)
        try:
            made = reconciliation.read(
                source=source, now=now, say=say, accept=partial(_accept, file, now.date())
            )
        except base.Unreadable as error:
            log.warning("checked_statement_not_read", file=file.pk, reason=str(error))
            raise _changed() from error
    if made:
        data = {"name": file.name, "sha256": file.sha256}
        recording.record(actor=actor, action="statement.upload", subject=file, data=data, now=now)
        reconciliation.match_open_lines(now=now, of={each.funding_account_id for each in made})
    else:
        file.parts.all().delete()
    file.totals = {}
    for shown in file.preview:
        if not shown["known"]:
            of = file.totals.setdefault(shown["currency"], {"credited": 0, "debited": 0})
            of["credited"] += shown["credited"]
            of["debited"] += shown["debited"]
    file.new_count = sum(shown["lines"] for shown in file.preview if not shown["known"])
    file.known_count = file.row_count - file.new_count
    file.status, file.posted_at = ImportStatus.POSTED, now


def _accept(file: ImportFile, today: date, made: list[Statement]) -> None:
    """The preview says what of the file is new, and how it follows what stands now.

    Raises `posting.Changed` where that is more than whoever said yes was shown, or one person alone brings what does
    not follow: a file that was checked before it was asked whether two have to.
    """
    booked = {(_called(each.funding_account), each.statement_id): each for each in made}
    by_two = file.confirmed_by_id not in (None, file.uploaded_by_id)
    for shown in file.preview:
        statement = booked.get((shown["account"], shown["id"]))
        shown["known"] = statement is None
        if statement is not None:
            seen = shown.get("problems", [])
            _tell(shown, _chain(statement.funding_account, as_read(statement), today=today, pk=statement.pk))
            told = all(any(_same(each, other) for other in seen) for each in shown["problems"])
            if not told or (shown["problems"] and not by_two):
                raise _changed()


def _same(problem: dict[str, Any], seen: dict[str, Any]) -> bool:
    """Both are the same sentence with the same values, as far as both have them.

    A version before or after this one keeps more or fewer values of a gap beside the ids.
    """
    values, others = problem["values"], seen["values"]
    both = (values.keys() & others.keys()) - _BESIDE
    return problem["text"] == seen["text"] and all(values[name] == others[name] for name in both)


def _look(
    found: statements.Statement,
    above: list[statements.Statement],
    below: list[statements.Statement],
    *,
    today: date,
) -> tuple[list[tuple[int, str]], dict[str, Any]]:
    """What keeps it from being booked, each with its line or 0, and what a person is shown of it.

    That is days, sums in minor units, and how it does not follow the one before, be that ``above`` or ``below``
    it in the file.
    """
    faults: list[str] = []
    number_of = found.account.replace(" ", "")
    ours = FundingAccount.objects.filter(currency=found.currency).order_by("-active", "pk")
    account = next((each for each in ours if each.identifier.replace(" ", "") == number_of), None)
    day = found.day
    if account is None and number_of:
        faults.append(
            _(
                "It is of an account in {currency} that is none of our funding accounts "
                "(…{number}). Add the account in the settings, or choose another file."
            ).format(currency=found.currency, number=number_of[-4:])
        )
    if any((each.account, each.statement_id) == (found.account, found.statement_id) for each in above):
        faults.append(statement_words.twice(found.statement_id))
    if day is None:
        faults.append(_("It does not say of which day it is: ask the bank for a right one."))
    elif day > today + _AHEAD:
        faults.append(
            _("It is of {day}, which has not come: ask the bank for a right one.").format(day=day.isoformat())
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
        "account": _called(account)
        if account
        else _("ending in {number}").format(number=number_of[-4:])
        if number_of
        else "",
        "currency": found.currency,
        "day": day.isoformat() if day else "",
        "opening": found.opening_minor,
        "closing": found.closing_minor,
        "credited": found.credited_minor,
        "debited": found.debited_minor,
        "known": known is not None,
    }
    follows = account is not None and day is not None and not faults and not found.problems
    chain = _chain(account, found, above, below, today=today) if account is not None and follows else []
    _tell(shown, chain)
    said = [(each.line, str(each)) for each in found.problems]
    return said + [(0, fault) for fault in faults], shown


def _called(account: FundingAccount) -> str:
    return f"{account.code} {account.masked}"


def _known(account: FundingAccount, statement_id: str) -> Statement | None:
    rows = Statement.objects.filter(funding_account=account, statement_id=statement_id)
    return rows.defer("body_ciphertext").first()


def _chain(
    account: FundingAccount,
    found: statements.Statement,
    above: Sequence[statements.Statement] = (),
    below: Sequence[statements.Statement] = (),
    *,
    today: date,
    pk: int = _NOT_YET,
) -> list[statements.Problem]:
    """That it follows no statement before it or the one after does not follow it, and that it is old, to be said.

    Those that stand are asked, and those ``above`` and ``below`` it in the file, in the order in which they will stand:
    by day, by the bank's number and as they come. ``pk`` is its own where it stands already.
    """
    day = found.day or today
    stand = Statement.objects.filter(funding_account=account).exclude(statement_id=found.statement_id)
    stand = stand.select_related("funding_account").defer("body_ciphertext")
    earlier = stand.filter(statement_date__lte=day).order_by("-statement_date", "-sequence", "-pk")[:_NEAR]
    later = stand.filter(statement_date__gte=day).order_by("statement_date", "sequence", "pk")[:_NEAR]
    known = [(_place(read := as_read(each), each.pk), read) for each in (*earlier, *later)]
    for turn, each in enumerate((*above, None, *below), start=-len(above)):
        if each is not None and (each.account, each.currency) == (found.account, found.currency):
            known.append((_place(each, _NOT_YET + turn), each))
    own = _place(found, pk)
    before, after = ([each for each in known if (each[0] < own) is first] for first in (True, False))
    gaps = statements.chain_problems(max(before, key=itemgetter(0))[1], found) if before else []
    gaps += statements.chain_problems(found, min(after, key=itemgetter(0))[1]) if after else []
    old = [statements.Problem(statements.OLD, {"day": day.isoformat()})] if day < today - _OLD else []
    return [*old, *gaps]


def _tell(shown: dict[str, Any], chain: list[statements.Problem]) -> None:
    """``problems``, to be said in each reader's language; ``chain``, as the version before says them while it runs."""
    shown["problems"] = [statement_words.kept(each) for each in chain]
    shown["chain"] = [statement_words.said(each) for each in chain]


def _place(found: statements.Statement, pk: int) -> tuple[date, bool, int, int]:
    """Where it stands among those of its account, as `queries.statements` and PostgreSQL have it: those without a
    number come last in their day.
    """
    return found.day or date.min, found.sequence is None, found.sequence or 0, pk


def _add(totals: dict[str, dict[str, int]], found: statements.Statement) -> None:
    of = totals.setdefault(found.currency, {"credited": 0, "debited": 0})
    of["credited"] += found.credited_minor
    of["debited"] += found.debited_minor
