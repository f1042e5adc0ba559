"""A bank statement as an import: what it holds and what is wrong with it, before anything is booked."""

import io
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from backoffice.audit import recording
from backoffice.audit.actors import Actor
from payouts.models import FundingAccount, Statement
from payouts.operations import bankfiles, uploading
from payouts.queries.statements import as_read
from payouts.rails import base
from payouts.rails.statements import base as statements
from payouts.rails.statements import camt053
from sellers.ledger.importing import parts
from sellers.ledger.importing.progress import Say
from sellers.ledger.models import ImportFile, ImportStatus, StagedEarning


def read(*, file: ImportFile, stream: BinaryIO, actor: Actor, now: datetime, say: Say) -> None:
    """The file's preview, counts, sums and status are set, its errors stand; saving the file is the caller's."""
    body = stream.read(uploading.LARGEST + 1)
    file.sha256 = bankfiles.sha256(body)
    errors: list[tuple[int, str]] = []
    try:
        uploading.check_size(body)
        found = camt053.read(body, told=partial(say, _("Reading the statement")))
    except uploading.NoStatement as refusal:
        found, errors = [], [(1, str(refusal))]
    except base.Unreadable as error:
        found, errors = [], [(1, _("Not read: {error}").format(error=error))]
    file.totals, file.preview = {}, []
    for number, each in enumerate(found, start=1):
        faults, shown = _look(each, found[: number - 1])
        errors += [
            (number, _("Statement {value}: {fault}").format(value=each.statement_id or number, fault=fault))
            for fault in faults
        ]
        file.preview.append(shown)
        if not faults and not shown["known"]:
            _add(file.totals, each)
    StagedEarning.objects.bulk_create(
        StagedEarning(import_file=file, row_number=number, error=text) for number, text in errors
    )
    file.row_count = sum(shown["lines"] for shown in file.preview)
    file.error_count = len(errors)
    fine = [] if errors else file.preview
    file.new_count = sum(shown["lines"] for shown in fine if not shown["known"])
    file.known_count = sum(shown["lines"] for shown in fine if shown["known"])
    file.status = ImportStatus.REFUSED if errors else ImportStatus.CHECKED
    data = {"file": file.name, "lines": file.row_count, "errors": file.error_count}
    recording.record(actor=actor, action="statement.check", subject=file, data=data, now=now)


def post(*, file: ImportFile, actor: Actor, now: datetime, say: Say) -> None:
    """The statements that were not known are booked and matched, and the file is POSTED. Raises as `uploading` does."""
    with parts.opened(file) or io.BytesIO() as stream:
        body = stream.read()
    made = uploading.statement(body=body, name=file.name, actor=actor, now=now, say=say)
    booked = {statement.statement_id for statement in made}
    for shown in file.preview:
        shown["known"] = shown["id"] not in booked
    file.new_count = sum(shown["lines"] for shown in file.preview if not shown["known"])
    file.known_count = file.row_count - file.new_count
    file.status, file.posted_at = ImportStatus.POSTED, now
    file.parts.all().delete()  # the bank's document keeps the bytes


def _look(
    found: statements.Statement, others: list[statements.Statement]
) -> tuple[list[str], dict[str, Any]]:
    """What keeps it from being booked, and what a person is shown of it: days, lines, sums in minor units, chain."""
    faults = [*found.problems]
    number = found.account.replace(" ", "")
    ours = FundingAccount.objects.filter(currency=found.currency).order_by("-active", "pk")
    account = next((each for each in ours if each.identifier.replace(" ", "") == number), None)
    day = _day(found)
    if account is None and number:
        faults.append(
            _(
                "It is of an account in {currency} that is none of our funding accounts "
                "(…{number}). Add the account in the settings, or choose another file."
            ).format(currency=found.currency, number=number[-4:])
        )
    if day is None:
        faults.append(_("It does not say of which day it is: ask the bank for a right one."))
    known = _known(account, found.statement_id) if account is not None else None
    if known is not None and (known.opening_minor, known.closing_minor) != (
        found.opening_minor,
        found.closing_minor,
    ):
        faults.append(_("It was read before with other balances: ask the bank which one is right."))
    amounts = [entry.amount_minor for entry in found.entries if entry.booked]
    shown = {
        "id": found.statement_id,
        "account": f"{account.code} {account.masked}"
        if account
        else _("ending in {number}").format(number=number[-4:])
        if number
        else "",
        "currency": found.currency,
        "day": day.isoformat() if day else "",
        "opening": found.opening_minor,
        "closing": found.closing_minor,
        "lines": len(found.entries),
        "credited": sum(amount for amount in amounts if amount > 0),
        "debited": sum(amount for amount in amounts if amount < 0),
        "known": known is not None,
        "chain": _chain(account, found, others)
        if account is not None and day is not None and not faults
        else [],
    }
    return faults, shown


def _known(account: FundingAccount, statement_id: str) -> Statement | None:
    rows = Statement.objects.filter(funding_account=account, statement_id=statement_id)
    return rows.defer("body_ciphertext").first()


def _chain(
    account: FundingAccount, found: statements.Statement, others: list[statements.Statement]
) -> list[str]:
    """How it does not follow the statement before it, of those that stand and the file's ``others``, in sentences."""
    day = _day(found)
    earlier = Statement.objects.filter(funding_account=account, statement_date__lte=day)
    earlier = earlier.exclude(statement_id=found.statement_id).defer("body_ciphertext")
    stands = earlier.order_by("-statement_date", "-sequence", "-pk").first()
    before = [as_read(stands)] if stands is not None else []
    before += [each for each in others if (each.account, each.currency) == (found.account, found.currency)]
    before = [each for each in before if _place(each) < _place(found)]
    return statements.chain_problems(max(before, key=_place), found) if before else []


def _day(found: statements.Statement) -> date | None:
    return found.closing_date or found.opening_date


def _place(found: statements.Statement) -> tuple[date, int]:
    return _day(found) or date.min, found.sequence or 0


def _add(totals: dict[str, dict[str, int]], found: statements.Statement) -> None:
    of = totals.setdefault(found.currency, {"credited": 0, "debited": 0})
    for entry in found.entries:
        if entry.booked:
            of["credited" if entry.amount_minor > 0 else "debited"] += entry.amount_minor
