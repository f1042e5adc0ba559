"""From a file to staged rows with every error listed. Nothing of the ledger changes here."""

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from sellers import reading
from sellers.ledger import profiles
from sellers.ledger.importing import kinds, parts, progress, rules
from sellers.ledger.importing.reading import BadFile, Read, lines
from sellers.ledger.models import ImportFile, ImportKind, ImportStatus
from sellers.ledger.words import noted

_FEW = 500
"""Rows that any plan compares in no time. Renewing statistics makes whoever else does it wait until this is checked."""
_COPY = """
COPY ledger_stagedearning (import_file_id, row_number, seller_external_id, seller_name, country, external_id, kind,
  currency, amount_minor, order_ref, description, occurred_date, due_date, error, known) FROM STDIN
"""


@transaction.atomic
def check(
    *,
    stream: BinaryIO,
    name: str,
    profile: str,
    actor: Actor,
    now: datetime,
    kind: str = ImportKind.EARNINGS,
    say: progress.Say = progress.quiet,
) -> ImportFile:
    """The file is staged at once: CHECKED, with what it would add, or REFUSED, with every error of every row.

    ``stream`` can be read and rewound. Of a refused file its errors are kept, and the file for its copy; corrections
    are kept as their own document. Raises `profiles.UnknownProfile`, `reading.TooBig`, `NotAllowed`; then nothing is.
    """
    authority.require(actor=actor, permission=kinds.of(kind).brings)
    profiles.get(profile, kind)
    file = ImportFile.objects.create(
        kind=kind,
        profile=profile,
        name=name[:200],
        status=ImportStatus.READING,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
    )
    stage(file=file, stream=stream, actor=actor, now=now, say=say)
    if file.status == ImportStatus.REFUSED or kind == ImportKind.CORRECTIONS:
        file.file_bytes = parts.keep(file=file, stream=stream)
    file.save()
    return file


def stage(
    *, file: ImportFile, stream: BinaryIO, actor: Actor, now: datetime, say: progress.Say = progress.quiet
) -> None:
    """The file's rows are staged and its status, counts and totals are set; saving them is the caller's.

    Raises `reading.TooBig`.
    """
    chosen = profiles.get(file.profile, file.kind)
    try:
        inspected = reading.inspect(stream, chosen.encodings)
    except BadFile as error:
        file.sha256 = ""
        _stage(file, [Read(error.line, (), str(error))])
    else:
        file.sha256 = inspected.sha256
        found = lines(stream, profile=chosen, encoding=inspected.encoding)
        file.row_count = _stage(
            file, progress.counted(found, step=noted("Reading the rows"), total=inspected.lines, say=say)
        )
        if not file.row_count and not file.staged.exists():
            _stage(file, [Read(1, (), _("The file has a header and no rows: there is nothing to import."))])
        say(_("Comparing with what is known"), file.row_count, inspected.lines)
        if file.row_count > _FEW:
            with connection.cursor() as cursor:  # or the rules' plans know of no rows (its migration)
                cursor.execute("SELECT ledger_analyse_staged()")
        rules.apply(file=file, profile=chosen, now=now)
    _conclude(file)
    recording.record(
        actor=actor,
        action=f"{file.kind}.check",
        subject=file,
        data={"file": file.name, "profile": file.profile, "rows": file.row_count, "errors": file.error_count},
        now=now,
    )


def _stage(file: ImportFile, read: Iterable[Read]) -> int:
    """COPY what was read; answers how many rows there were, of which the header, on line 1, is none."""
    count, last = 0, 1
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in read:
            count, last = count + (row.line != last), row.line
            if row.error:
                copy.write_row(
                    (
                        file.pk,
                        row.line,
                        row.seller,
                        "",
                        "",
                        "",
                        "",
                        "",
                        None,
                        "",
                        "",
                        None,
                        None,
                        row.error,
                        False,
                    )
                )
            for earning in row.earnings:
                copy.write_row(
                    (
                        file.pk,
                        row.line,
                        earning.seller_external_id,
                        earning.seller_name,
                        earning.country,
                        earning.external_id,
                        earning.kind,
                        earning.currency,
                        earning.amount_minor,
                        earning.order_ref,
                        earning.description,
                        earning.occurred_date,
                        earning.due_date,
                        "",
                        False,
                    )
                )
    return count


def _conclude(file: ImportFile) -> None:
    """Count what the file would do, and say CHECKED or REFUSED."""
    rules.count(file=file)
    file.status = ImportStatus.CHECKED
    if file.error_count:
        file.status = ImportStatus.REFUSED
        file.new_count = file.known_count = file.seller_count = 0
        file.totals = {}
        file.staged.filter(error="").delete()
