"""Writing an export's file: one snapshot, flat memory, progress that others see, a whole file or none."""

import contextlib
import hashlib
import os
import pathlib
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from backoffice.audit.errors import Refused
from payouts.exports import columns, payouts, writers
from payouts.models import Export
from payouts.queries import filters

_LOCKS = 4_021  # our space of advisory locks
EVERY_SECONDS = 0.5


class TooManyRows(Refused):
    """The format cannot hold so many rows."""

    code = "too_many_rows"


def path(export: Export) -> pathlib.Path:
    """Where the file lies."""
    return pathlib.Path(settings.EXPORT_DIR) / f"export-{export.pk}.{export.format}"


@contextlib.contextmanager
def only_one(export_id: int) -> Iterator[BaseDatabaseWrapper | None]:
    """A connection beside the program's own that holds this export's lock while it lives; None when another has it."""
    side = connection.copy()
    try:
        with side.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, export_id % 2**31])
            row = cursor.fetchone()
        yield side if row and row[0] else None
    finally:
        side.close()


def write(export: Export, side: BaseDatabaseWrapper) -> tuple[int, str, int]:
    """The whole file stands under its name; answers bytes, SHA-256 and rows. Raises `Refused`, OSError."""
    final = path(export)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = final.with_name(f".{final.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        done = _fill(export, draft, side)
        with draft.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size = draft.stat().st_size
        draft.replace(final)
    finally:
        draft.unlink(missing_ok=True)
    return size, digest, done


def _fill(export: Export, draft: pathlib.Path, side: BaseDatabaseWrapper) -> int:
    resource = payouts.PayoutRegister()
    fields = columns.columns_of(resource)
    done, said = 0, time.monotonic()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One snapshot: the count, every row and what stands beside it are of the same moment.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        chosen = filters.read(export.filters).qs
        total = chosen.order_by().count()
        if export.format == "xlsx" and total + 20 > writers.XLSX_ROWS:
            raise TooManyRows(
                f"{total:,} rows are more than a workbook holds ({writers.XLSX_ROWS:,}). Choose CSV, or filter."
            )
        _say(side, export.pk, 0, total)
        headings = columns.headings_of(resource)
        writer = writers.FORMATS[export.format](draft, columns=fields, headings=headings)
        try:
            for chunk in payouts.rows(chosen):
                writer.rows(columns.cells_of(fields, row) for row in chunk)
                done += len(chunk)
                if time.monotonic() - said >= EVERY_SECONDS:
                    _say(side, export.pk, done, total)
                    said = time.monotonic()
        finally:
            writer.close()
    return done


def _say(side: BaseDatabaseWrapper, export_id: int, done: int, total: int) -> None:
    """Progress, committed at once: readers see it while the snapshot is still being read."""
    with side.cursor() as cursor:
        cursor.execute(
            "UPDATE payouts_export SET rows_done = %s, rows_total = %s WHERE id = %s AND status = 'RUNNING'",
            [done, total, export_id],
        )
