"""Writing an export's file: one snapshot, flat memory, progress that others see, a whole file or none."""

import contextlib
import hashlib
import pathlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from backoffice.words import number
from payouts.exports import changes, kinds, rows
from payouts.exports.formats import FORMATS, Format, Layout
from payouts.exports.kinds import BadExport
from payouts.models import Export
from payouts.operations import _alone, _shelf

only_one = partial(_alone.only_one, space=4_021)
EVERY_SECONDS = 0.5

Progress = Callable[[int, int], None]
"""Told how many rows are written, and of how many."""


class TooManyRows(Refused):
    """The format cannot hold so many rows."""

    code = "too_many_rows"


class Stopped(Exception):
    """Its requester wants it no longer."""


@dataclass
class Written:
    """A whole file: how many rows, of which columns their hashes are; its bytes and their SHA-256 once it is closed."""

    rows: int
    columns: list[str]
    size: int = 0
    sha256: str = ""
    changes: dict[str, int] = field(default_factory=dict)
    """How many rows came, changed and went, by the columns of the Export; empty where it holds all rows."""
    totals: list[list[str | int]] = field(default_factory=list)
    """Of each currency: its code, how many rows, what they add up to in minor units."""


def name(export: Export) -> str:
    """What the file is called where it is kept."""
    return f"export-{export.pk}.{suffix(export)}"


def hashes_name(export: Export) -> str:
    """Under what the key and the hash of each row are kept, as COPY reads them: all rows of that moment."""
    return f"export-{export.pk}.hashes"


def suffix(export: Export) -> str:
    return FORMATS[export.format].suffix + (".gz" if export.compressed else "")


def media_type(export: Export) -> str:
    return "application/gzip" if export.compressed else FORMATS[export.format].media_type


def write(export: Export, side: BaseDatabaseWrapper, *, progress: Progress | None = None) -> Written:
    """The whole file stands under its name. Raises `Refused`, `Stopped`, OSError."""
    draft, draft_hashes = _shelf.draft(name(export)), _shelf.draft(hashes_name(export))

    def say(done: int, total: int) -> None:
        _say(side, export.pk, done, total)
        if progress is not None:
            progress(done, total)

    try:
        with _compared(export), draft_hashes.open("wb", buffering=1 << 20) as kept:
            written = _fill(export, draft, kept, say)
        if not written.sha256:
            with draft.open("rb") as file:
                written.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        written.size = draft.stat().st_size
        _shelf.put(draft_hashes, hashes_name(export))
        _shelf.put(draft, name(export))
    finally:
        draft.unlink(missing_ok=True)
        draft_hashes.unlink(missing_ok=True)
    return written


@contextlib.contextmanager
def _compared(export: Export) -> Iterator[None]:
    """Inside, the session knows the rows of the export that this one is compared with, if there is one."""
    if export.since is None:
        yield
        return
    try:
        hashes = _shelf.opened(hashes_name(export.since))
    except FileNotFoundError as error:
        told = _("Not exported: what {earlier} held is no longer known. Export everything.")
        raise BadExport(told.format(earlier=export.since.file_name)) from error
    with hashes, changes.earlier(hashes):
        yield


def _fill(export: Export, draft: pathlib.Path, hashes: IO[bytes], say: Progress) -> Written:
    """All rows are in the draft, in the snapshot of one moment."""
    definition = kinds.KINDS[export.kind]
    form_class = FORMATS[export.format]
    done, said = 0, time.monotonic()
    with rows.snapshot():
        chosen = definition.chosen(definition.kept(export.filters), now=export.requested_at)
        selection = rows.select(definition, chosen, columns=export.columns, sort=export.sort)
        columns, found = [column.name for column in selection.columns], {}
        if export.since is None:
            total, sums = rows.totals(selection, chosen)
        else:
            # No sums: what rows of three kinds add up to would be the total of nothing.
            counts, sums = changes.compare(selection, hashes), []
            total, selection = counts.total, changes.shown(selection)
            found = {
                "rows_new": counts.new,
                "rows_changed": counts.changed,
                "rows_withdrawn": counts.withdrawn,
            }
        if form_class.most_rows is not None and total > form_class.most_rows:
            raise TooManyRows(
                _("{total} rows are more than a workbook holds ({most_rows}). Choose CSV, or filter.").format(
                    total=number(total), most_rows=number(form_class.most_rows)
                )
            )
        say(0, total)
        with translation.override(_language(export)):
            selection = rows.spoken(selection)
            form = form_class(
                Layout(
                    columns=selection.columns,
                    title=definition.sheet_name,
                    noun=str(definition.noun),
                    zone=timezone.get_current_timezone_name(),
                    locale=export.locale,
                    rows=total,
                )
            )
            # Closed at once when it is stopped: the transaction can end only after the statement.
            source = contextlib.closing(_blocks(export, selection, form, hashes))
            with form.opened(draft, compressed=export.compressed) as file, source as blocks:
                file.write(form.head().encode())
                for count, text in blocks:
                    file.write(text)
                    done += count
                    if time.monotonic() - said >= EVERY_SECONDS:
                        say(done, total)
                        said = time.monotonic()
                file.write(form.foot(sums).encode())
    say(done, total)
    counted: list[list[str | int]] = [[total.currency, total.count, total.minor] for total in sums]
    return Written(done, columns, sha256=form.sha256, changes=found, totals=counted)


def _language(export: Export) -> str:
    """In which its headings and words are: English, unless people read it in another that the program speaks."""
    known = {code for code, _name in settings.LANGUAGES}
    return export.locale if FORMATS[export.format].speaks and export.locale in known else "en"


def _blocks(
    export: Export, selection: rows.Selection, form: Format, hashes: IO[bytes]
) -> Generator[tuple[int, bytes], None, None]:
    if export.since is None:
        yield from rows.blocks(selection, form, hashes=hashes)
        return
    yield from rows.blocks(selection, form)
    yield from changes.withdrawn(selection, form)


def _say(side: BaseDatabaseWrapper, export_id: int, done: int, total: int) -> None:
    """Progress, committed at once: readers see it while the snapshot is still being read. Raises `Stopped`."""
    with side.cursor() as cursor:
        cursor.execute(
            "UPDATE payouts_export SET rows_done = %s, rows_total = %s WHERE id = %s AND status = 'RUNNING'",
            [done, total, export_id],
        )
        if cursor.rowcount == 0:
            raise Stopped


def erase(export: Export) -> None:
    """The file is gone, if there was one, and what a killed worker left of it here. Raises OSError."""
    _shelf.forget_draft(name(export))
    _shelf.erase(name(export))


def erase_hashes(export: Export) -> None:
    """The hashes of its rows are gone, if there were any: nothing can be compared with it any more. Raises OSError."""
    _shelf.forget_draft(hashes_name(export))
    _shelf.erase(hashes_name(export))
