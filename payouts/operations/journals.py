"""The journal of a closed month as a file: asked for, written and checked by a worker, the same bytes every time."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import structlog
from django.core.files import File
from django.db import Error, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import dated, labelled, later, sentences
from payouts.exports.journal import FORMATS
from payouts.operations import _alone, _books_file, _doorbell, _export_file, _shelf
from payouts.operations._watch import Watch
from sellers.ledger.models import JournalFile, JournalStatus, Period, PeriodNumbers

log = structlog.get_logger(__name__)
only_one = partial(_alone.only_one, space=4_023)
RIGHT = "ledger.export_journal"
GROUPINGS = {"detailed": later("One by one"), "daily": later("Daily totals")}
PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before the sweep rings again."""


class BadJournal(Refused):
    """There is no such format, grouping or currency, or the company lacks what the format asks for."""

    code = "bad_journal"


class NotClosed(Refused):
    """Only a closed month has a journal: an open one still changes."""

    code = "period_open"


@dataclass(frozen=True)
class Download:
    """An open file and what to call it. Whoever answers with it closes it."""

    file: "File[bytes]"
    name: str
    size: int


@transaction.atomic
def request(
    *, first: date, format: str, currency: str, grouping: str, actor: Actor, now: datetime, ring: bool = True
) -> JournalFile:
    """The journal of the month that begins on ``first``, or of the year that ends with it, waiting or ready already.

    Who writes it at once, as a command does, lets no worker be rung for.
    Raises `BadJournal`, `NotClosed`, `NotAllowed`.
    """
    authority.require(actor=actor, permission=RIGHT)
    if format not in FORMATS:
        raise BadJournal(
            _("Not exported: there is no format “{format_}”. Choose one of {formats}.").format(
                format_=format[:20], formats=", ".join(FORMATS)
            )
        )
    if grouping not in GROUPINGS:
        raise BadJournal(
            _("Not exported: there is no grouping “{grouping}”. Choose detailed or daily.").format(
                grouping=grouping[:20]
            )
        )
    period = Period.objects.filter(first_day=first, closed=True).first()
    if period is None:
        raise NotClosed(
            _("Not exported: {first} is not closed. Two people close it on the page of the books.").format(
                first=dated(first, "yMMMM")
            )
        )
    values = {"period": period, "format": format, "currency": currency, "grouping": grouping}
    numbers = _books_file.numbers_of(JournalFile(**values))
    if not numbers:
        raise BadJournal(
            _("Not exported: nothing was booked in “{currency}” in {first}.").format(
                currency=currency[:10], first=dated(first, "yMMMM")
            )
        )
    lacks = _lacks(JournalFile(**values), numbers)
    if lacks:
        raise BadJournal(labelled(_("Not exported"), sentences(*lacks)))
    start = {"requested_by_id": actor.user_id, "asked_at": now}
    file = JournalFile.objects.get_or_create(**values, defaults=start)[0]
    if file.status == JournalStatus.FAILED or (file.status == JournalStatus.READY and not _there(file)):
        # As it was seen: a worker may be at it, or have finished it meanwhile.
        JournalFile.objects.filter(pk=file.pk, status=file.status, finished_at=file.finished_at).update(
            status=JournalStatus.WAITING,
            asked_at=now,
            error="",
            started_at=None,
            entries_done=None,
            entries_total=None,
        )
        file.refresh_from_db()
    data = {"month": str(period), "format": format, "currency": currency, "grouping": grouping}
    recording.record(actor=actor, action="journal.request", subject=file, data=data, now=now)
    if ring and file.status == JournalStatus.WAITING:
        _doorbell.ring("write_journal", file_id=file.pk)
    return file


def _there(file: JournalFile) -> bool:
    """Whether its file is kept. Raises `Conflict` while nobody can tell."""
    try:
        return _shelf.exists(_books_file.name(file))
    except OSError as error:
        raise _silent(file, error) from error


def _silent(file: JournalFile, error: OSError) -> Conflict:
    log.error("journal_not_reached", file=file.pk, error=type(error).__name__)
    return Conflict(_("Not done: the place where journals are kept does not answer. Try again in a minute."))


def lacks(*, first: date, format: str, currency: str, grouping: str) -> list[str]:
    """Why this format cannot take the closed month's journal in this currency, in sentences; empty where it can."""
    period = Period.objects.filter(first_day=first, closed=True).first()
    if period is None or format not in FORMATS:
        return []
    asked = JournalFile(period=period, format=format, currency=currency, grouping=grouping)
    numbers = _books_file.numbers_of(asked)
    return _lacks(asked, numbers) if numbers else []


def _lacks(file: JournalFile, numbers: Sequence[PeriodNumbers]) -> list[str]:
    return list(FORMATS[file.format].unfit(_books_file.job_of(file, numbers)))


def write(*, file_id: int, now: datetime, progress: _books_file.Progress | None = None) -> bool:
    """The file stands and is READY, or FAILED with a sentence. Answers whether this call made it ready.

    While another worker writes it, or when there is nothing to do, it does nothing. It commits how far it is, tells
    ``progress`` as often, and holds no row while the file is stored.
    """
    watch = Watch(now)
    with only_one(file_id) as side:
        if side is None:
            return False
        file = (
            JournalFile.objects.select_related("period")
            .filter(pk=file_id, status=JournalStatus.WAITING)
            .first()
        )
        if file is None:
            return False
        told = _Told(side, file_id, now, progress)
        try:
            with _books_file.made(file, told.say) as (written, whole):
                told.check()
                _shelf.put(whole, _books_file.name(file))
        except _export_file.Stopped:
            log.warning("journal_stopped", file=file_id)
        except Refused as refusal:
            _fail(file, str(refusal), watch.now())
        except OSError as error:
            log.exception("journal_failed", file=file_id, error=type(error).__name__)
            _fail(file, _("It could not be stored. Ask an administrator: is the disk full?"), watch.now())
        except Exception as error:  # what nobody expected: it is not tried again for ever
            log.exception("journal_failed", file=file_id, error=type(error).__name__)
            why = _(
                "It could not be written; the trouble was logged. Ask for it again, or tell who runs the program."
            )
            _fail(file, why, watch.now())
        else:
            return _finish(file, written, watch.now())
        return False


class _Told:
    """Progress, committed at once beside the transaction that reads the ledger, not oftener than readers ask."""

    def __init__(
        self, side: BaseDatabaseWrapper, file_id: int, now: datetime, progress: _books_file.Progress | None
    ) -> None:
        self._side, self._file_id, self._started, self._said = side, file_id, now, 0.0
        self._progress = progress

    def say(self, done: int, total: int) -> None:
        if done and done != total and time.monotonic() - self._said < _export_file.EVERY_SECONDS:
            return
        with self._side.cursor() as cursor:
            cursor.execute(
                "UPDATE ledger_journalfile SET started_at = %s, entries_done = %s, entries_total = %s "
                "WHERE id = %s AND status = 'WAITING'",
                [self._started, done, total, self._file_id],
            )
        self._said = time.monotonic()
        if self._progress is not None:
            self._progress(done, total)

    def check(self) -> None:
        """Raises `Stopped` unless the file waits for this worker, whose lock lives as long as its session.

        What is stored for nobody would stand where another worker's file does.
        """
        try:
            with self._side.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error as error:
            raise _export_file.Stopped from error
        if not JournalFile.objects.filter(pk=self._file_id, status=JournalStatus.WAITING).exists():
            raise _export_file.Stopped


@transaction.atomic
def _finish(file: JournalFile, written: _books_file.Written, now: datetime) -> bool:
    ready = JournalFile.objects.filter(pk=file.pk, status=JournalStatus.WAITING).update(
        status=JournalStatus.READY,
        finished_at=now,
        error="",
        file_name=written.name,
        file_bytes=written.size,
        sha256=written.sha256,
        lines=written.lines,
        totals=[[account, *sums] for account, sums in sorted(written.sums.items())],
        home_totals=[[account, *sums, written.home] for account, sums in sorted(written.booked.items())]
        or None,
    )
    if ready:
        data = {"lines": written.lines, "sha256": written.sha256}
        recording.record(actor=SYSTEM, action="journal.written", subject=file, data=data, now=now)
    return bool(ready)


@transaction.atomic
def download(*, file_id: int, actor: Actor, now: datetime) -> Download:
    """The file; that it was fetched is recorded. Raises `BadJournal`, `Conflict` while there is none, `NotAllowed`."""
    authority.require(actor=actor, permission=RIGHT)
    file = JournalFile.objects.filter(pk=file_id).first()
    if file is None:
        raise BadJournal(_("There is no such journal."))
    if file.status != JournalStatus.READY:
        raise Conflict(_("There is no file yet: look at the page of the month."))
    try:
        stream = _shelf.opened(_books_file.name(file))
    except FileNotFoundError:
        raise Conflict(_("The file is no longer there. Ask for it again: it will be the same.")) from None
    except OSError as error:
        raise _silent(file, error) from error
    if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
        stream.close()
        raise _books_file.OtherBytes(
            _("The stored file is damaged, so it is not offered. Tell who runs the program.")
        )
    stream.seek(0)
    data = {"name": file.file_name, "sha256": file.sha256}
    recording.record(actor=actor, action="journal.download", subject=file, data=data, now=now)
    return Download(stream, file.file_name, file.file_bytes or 0)


def sweep(*, now: datetime) -> int:
    """Journals that a lost message forgot are rung for again; answers how many."""
    forgotten = JournalFile.objects.filter(status=JournalStatus.WAITING, asked_at__lte=now - PATIENCE)
    waiting = list(forgotten.order_by("pk").values_list("pk", flat=True)[:200])
    for file_id in waiting:
        _doorbell.ring("write_journal", file_id=file_id)
    return len(waiting)


def _fail(file: JournalFile, why: str, now: datetime) -> None:
    waiting = JournalFile.objects.filter(pk=file.pk, status=JournalStatus.WAITING)
    waiting.update(status=JournalStatus.FAILED, finished_at=now, error=why)
