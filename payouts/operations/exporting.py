"""Exports: asked for, written by a worker, fetched by who asked, gone after some days.

The Export row is the job. Only one worker writes an export at a time: it holds an advisory lock for as long as its
connection lives, so that when a worker is killed the next one starts over at once. A file becomes visible under
its name only when it is whole.
"""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Refused
from payouts.exports import writers
from payouts.models import Export, ExportStatus
from payouts.operations import _doorbell, _export_file
from payouts.operations._watch import Watch
from payouts.queries import filters

log = structlog.get_logger(__name__)

KINDS = {"payouts": "Payout register"}
MOST_WAITING = 10
PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before the sweep rings again."""
GIVE_UP = timedelta(hours=6)
_OPEN = (ExportStatus.WAITING, ExportStatus.RUNNING)


class BadExport(Refused):
    """No such kind or format, or too many are being written."""

    code = "bad_export"


class UnknownExport(Refused):
    """No export of this person has this number."""

    code = "not_found"
    status = 404


class NotReady(Refused):
    """The export has no file, not yet or no longer."""

    code = "not_ready"
    status = 409


@dataclass(frozen=True)
class Download:
    """An open file and what to call it. Whoever answers with it closes it."""

    file: IO[bytes]
    name: str
    media_type: str
    size: int


@transaction.atomic
def request(
    *, kind: str = "payouts", filters: Mapping[str, Any] | str, format: str, actor: Actor, now: datetime
) -> Export:
    """The export waits for a worker, which is rung for after the commit.

    ``filters`` is the list's query string or its parsed form: the export holds exactly the rows it selects when it
    is written. Raises `BadExport`, `BadFilter`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.request_export")
    authority.require(actor=actor, permission="payouts.view_payout")
    if kind not in KINDS:
        raise BadExport(f"Not exported: there is no export “{kind[:40]}”. Choose one of {', '.join(KINDS)}.")
    if format not in writers.FORMATS:
        known = ", ".join(writers.FORMATS)
        raise BadExport(f"Not exported: there is no format “{format[:40]}”. Choose one of {known}.")
    chosen = _chosen(filters)
    if Export.objects.filter(requested_by_id=actor.user_id, status__in=_OPEN).count() >= MOST_WAITING:
        raise BadExport(
            f"Not exported: {MOST_WAITING} exports of yours are still being written. Wait for one of them.",
            code="too_many",
        )
    made = Export.objects.create(
        kind=kind,
        format=format,
        filters=chosen.stored(),
        filters_text=chosen.in_words(),
        requested_by_id=actor.person_id,
        requested_at=now,
    )
    local = timezone.localtime(now)
    made.file_name = f"{kind}-{local:%Y-%m-%d}-{made.pk}.{format}"
    made.save(update_fields=["file_name"])
    data = {"kind": kind, "format": format, "filters": made.filters}
    recording.record(actor=actor, action="export.request", subject=made, data=data, now=now)
    _doorbell.ring("write_export", export_id=made.pk)
    return made


def _chosen(given: Mapping[str, Any] | str) -> "filters.PayoutFilter":
    return filters.read(given)


def write(*, export_id: int, now: datetime) -> bool:
    """The file is written and READY, or the export FAILED with a sentence. Answers whether this call wrote it.

    Called again while another worker writes, or when there is nothing to do, it does nothing. Not inside a
    transaction: it commits its own steps.
    """
    watch = Watch(now)
    with _export_file.only_one(export_id) as side:
        if side is None:
            return False
        started = Export.objects.filter(pk=export_id, status__in=_OPEN).update(
            status=ExportStatus.RUNNING, started_at=now, rows_done=0, rows_total=None, error=""
        )
        if not started:
            return False
        export = Export.objects.get(pk=export_id)
        try:
            size, digest, done = _export_file.write(export, side)
        except Refused as refusal:
            _fail(export, str(refusal), now=watch.now())
        except OSError as error:
            log.exception("export_failed", export=export_id, error=type(error).__name__)
            _fail(
                export,
                "The file could not be stored. Ask an administrator: is the disk full?",
                now=watch.now(),
            )
        except Exception as error:
            log.exception("export_failed", export=export_id, error=type(error).__name__)
            _fail(
                export, "It could not be written; the trouble was logged. Ask for it again.", now=watch.now()
            )
        else:
            _finish(export, size, digest, done, now=watch.now())
            return True
        return False


@transaction.atomic
def _finish(export: Export, size: int, digest: str, done: int, *, now: datetime) -> None:
    Export.objects.filter(pk=export.pk, status=ExportStatus.RUNNING).update(
        status=ExportStatus.READY,
        finished_at=now,
        rows_done=done,
        rows_total=done,
        file_bytes=size,
        sha256=digest,
        expires_at=now + timedelta(days=settings.EXPORT_KEEP_DAYS),
    )
    data = {"rows": done, "sha256": digest}
    recording.record(actor=SYSTEM, action="export.written", subject=export, data=data, now=now)


def _fail(export: Export, why: str, *, now: datetime) -> None:
    Export.objects.filter(pk=export.pk, status=ExportStatus.RUNNING).update(
        status=ExportStatus.FAILED, finished_at=now, error=why
    )


@transaction.atomic
def download(*, export_id: int, actor: Actor, now: datetime) -> Download:
    """The file, for who asked for it; that it was fetched is recorded.

    Raises `UnknownExport` for anybody else, `NotReady` when there is no file, `NotAllowed` when the person may no
    longer export.
    """
    authority.require(actor=actor, permission="payouts.request_export")
    export = Export.objects.select_for_update().filter(pk=export_id, requested_by_id=actor.user_id).first()
    if export is None:
        raise UnknownExport("There is no such export of yours. Only who asked for an export may fetch it.")
    expired = export.expires_at is not None and export.expires_at <= now
    if export.status == ExportStatus.EXPIRED or (export.status == ExportStatus.READY and expired):
        raise NotReady(
            f"{export.file_name} was kept {settings.EXPORT_KEEP_DAYS} days and is gone. Export it again."
        )
    if export.status != ExportStatus.READY:
        label = ExportStatus(export.status).label.lower()
        raise NotReady(f"{export.file_name} has no file: it is {label}. Look at the list of your exports.")
    try:
        file = _export_file.path(export).open("rb")
    except FileNotFoundError as error:
        raise NotReady(f"The file of {export.file_name} is no longer there. Export it again.") from error
    if export.downloaded_at is None:
        Export.objects.filter(pk=export.pk).update(downloaded_at=now)
    data = {"rows": export.rows_done, "sha256": export.sha256, "filters": export.filters_text}
    recording.record(actor=actor, action="export.download", subject=export, data=data, now=now)
    size = os.fstat(file.fileno()).st_size
    return Download(file, export.file_name, writers.MEDIA_TYPES[export.format], size)


def sweep(*, now: datetime) -> tuple[int, int]:
    """Forgotten exports are rung for again, old files are gone; answers how many of each.

    An export that no worker could finish for `GIVE_UP` has failed.
    """
    Export.objects.filter(status__in=_OPEN, requested_at__lte=now - GIVE_UP).update(
        status=ExportStatus.FAILED, finished_at=now, error="No worker could write it. Ask for it again."
    )
    forgotten = Export.objects.filter(status__in=_OPEN, requested_at__lte=now - PATIENCE)
    waiting = list(forgotten.order_by("pk").values_list("pk", flat=True)[:200])
    for export_id in waiting:
        _doorbell.ring("write_export", export_id=export_id)
    gone = 0
    due = Export.objects.filter(status=ExportStatus.READY, expires_at__lte=now).order_by("pk")
    for export in due[:1000]:
        gone += _expire(export, now)
    return len(waiting), gone


@transaction.atomic
def _expire(export: Export, now: datetime) -> int:
    """First the file, then the word: a crash between leaves work for the next sweep, never a file nobody knows."""
    with contextlib.suppress(FileNotFoundError):
        _export_file.path(export).unlink()
    changed = Export.objects.filter(pk=export.pk, status=ExportStatus.READY).update(
        status=ExportStatus.EXPIRED
    )
    if changed:
        recording.record(actor=SYSTEM, action="export.expire", subject=export, now=now)
    return changed
