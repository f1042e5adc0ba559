"""Imports as jobs: a file is received, read and checked, confirmed by a person, and posted (docs/adr/0032).

The ImportFile row is the job. What is small is done at once; what is large by a worker, which holds an advisory lock
for as long as its connection lives, so that when it is killed the next one starts over at once. Reading and posting are
one transaction each: nothing is ever half there.
"""

import io
from datetime import datetime, timedelta
from typing import BinaryIO, cast

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from backoffice.audit import actors, authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import later, recorded
from payouts.operations import _doorbell, _import_job, _import_look, _seller_import, _statement_import
from payouts.operations._watch import Watch
from sellers import importing
from sellers.ledger.importing import kinds, parts, posting, staging
from sellers.ledger.importing.progress import Say, quiet
from sellers.ledger.models import ImportFile, ImportKind, ImportPart, ImportStatus, StagedEarning
from sellers.models import SellerFileStatus
from sellers.reading import TooBig

log = structlog.get_logger(__name__)

SMALL_BYTES = 256 * 1024
"""A file of as many bytes is read while the person waits, some thousand rows a second."""
SMALL_ROWS = 2_000
_SMALL_TO_POST = 8 * 1024 * 1024
"""Bytes: one line of a bank statement may hold a whole file's payments."""
MOST_WAITING = 10
PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before the sweep rings again."""
GIVE_UP = timedelta(hours=6)
KEEP_REFUSED = timedelta(days=14)
"""How long a refused file can be had back with its errors. The errors stay."""
_NOBODY_DID = later("No worker could finish it, and nothing of it was posted. Upload the file again.")
_OVER = (ImportStatus.DROPPED, ImportStatus.FAILED)
_RESULT = ("status", "sha256", "row_count", "error_count", "new_count", "known_count", "seller_count", "totals",
           "preview", "needs_another", "seller_file", "posted_at", "trouble", "confirmed_by", "confirmed_at",
           "seen")  # fmt: skip


class TooMany(Refused):
    """The person has as many files under way as anybody may have."""

    code = "too_many"


@transaction.atomic
def receive(
    *,
    kind: str,
    profile: str = "",
    stream: BinaryIO,
    name: str,
    actor: Actor,
    now: datetime,
    say: Say | None = None,
) -> ImportFile:
    """The file is kept and, when it is small or somebody waits for it with ``say``, read at once; else a worker, which
    is rung for, reads it. Nothing is posted. Raises `UnknownProfile`, `WrongFile`, `TooBig`, of a statement
    `NoStatement`, `TooMany`, `NotAllowed`; then nothing is kept.
    """
    authority.require(actor=actor, permission=kinds.of(kind).brings)
    _import_look.refuse_others(kind=kind, profile=profile, stream=stream, name=name)
    waiting = ImportFile.objects.filter(uploaded_by_id=actor.user_id, status__in=posting.UNDER_WAY)
    if waiting.count() >= MOST_WAITING:
        raise TooMany(
            _(
                "Not received: {most_waiting} files of yours are still being read. Wait for one of them."
            ).format(most_waiting=MOST_WAITING)
        )
    file = ImportFile.objects.create(
        kind=kind,
        profile=profile,
        name=name[:200],
        status=ImportStatus.READING,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
    )
    try:
        file.file_bytes = parts.keep(file=file, stream=stream)
    except TooBig as error:
        raise _statement_import.too_large() if kind == ImportKind.STATEMENT else error from None
    file.save(update_fields=["file_bytes"])
    data = {"file": file.name, "kind": kind, "bytes": file.file_bytes}
    recording.record(actor=actor, action="import.receive", subject=file, data=data, now=now)
    if file.file_bytes <= SMALL_BYTES or say is not None:
        _read(file, actor, now, say or quiet)
        file.save(update_fields=_RESULT)
    else:
        _doorbell.ring("work_import", import_id=file.pk)
    return file


def confirm(
    *, import_file_id: int, actor: Actor, now: datetime, shown: str = "", say: Say | None = None
) -> ImportFile:
    """The yes: a small file, or one that somebody waits for with ``say``, is posted at once; a large one by a worker.

    ``shown`` as `posting.confirm` takes it. Raises as `posting.post`, `importing.apply` and the booking of statements
    do; a file that was out of date has failed then, and waits for a yes no longer, since that yes could only be refused
    again.
    """
    try:
        return _confirm(import_file_id, actor, now, shown, say)
    except Conflict as conflict:
        if _out_of_date(conflict):
            _fail([import_file_id], recorded(conflict.args[0]), ImportStatus.CHECKED)
        raise


@transaction.atomic
def _confirm(import_file_id: int, actor: Actor, now: datetime, shown: str, say: Say | None) -> ImportFile:
    file = posting.confirm(import_file_id=import_file_id, actor=actor, now=now, shown=shown)
    if (file.row_count <= SMALL_ROWS and file.file_bytes <= _SMALL_TO_POST) or say is not None:
        _post(file, actor, now, say or quiet)
        file.save(update_fields=_RESULT)
        return file
    data = {"file": file.name, "kind": file.kind, "rows": file.row_count}
    recording.record(actor=actor, action="import.confirm", subject=file, data=data, now=now)
    _doorbell.ring("work_import", import_id=file.pk)
    return file


@transaction.atomic
def drop(*, import_file_id: int, actor: Actor, now: datetime) -> ImportFile:
    """The no, at any time before it is posted; a worker at it stops within seconds. Raises as `posting.drop` does."""
    under_way = posting.locked(import_file_id).status in posting.UNDER_WAY
    file = posting.drop(import_file_id=import_file_id, actor=actor, now=now)
    if file.seller_file_id is not None and not under_way:
        importing.drop(file_id=file.seller_file_id, actor=actor, now=now)
    return file


def work(*, import_id: int, now: datetime, say: Say | None = None) -> bool:
    """The file is read, or posted, or it says why not. Answers whether this call did what was to be done.

    Called again while another worker is at it, or when there is nothing to do, it does nothing. Not inside a
    transaction. Where the database went away the row stays as it is, and the sweep rings again.
    """
    watch = Watch(now)
    with _import_job.only_one(import_id) as side, override("en"):  # what is written down is read by everybody
        if side is None:
            return False
        file = ImportFile.objects.filter(pk=import_id, status__in=posting.UNDER_WAY).first()
        if file is None:
            return False
        before = file.status
        try:
            with transaction.atomic():
                _do(file, watch.now(), _import_job.Told(side, file, say))
                _finish(file, before)
        except _import_job.Stopped:
            log.info("import_stopped", import_file=import_id)
            _erase(import_id)
        except (OperationalError, InterfaceError):
            raise
        except SoftTimeLimitExceeded:
            log.warning("import_took_too_long", import_file=import_id)
            text = (
                _(
                    "It took longer than any work may; nothing was posted. Ask the bank for one statement per day."
                )
                if file.kind == ImportKind.STATEMENT
                else _(
                    "It took longer than any work may; nothing was posted. Split the file and import each part."
                )
            )
            _give_back(import_id, before, text)
        except Refused as refusal:
            if _out_of_date(refusal):
                _fail([import_id], str(refusal))
                _erase(import_id)
                return False
            _give_back(import_id, before, str(refusal))
        except Exception as error:
            log.exception("import_failed", import_file=import_id, error=type(error).__name__)
            text = _(
                "It could not be done, and nothing of it was posted; the trouble was "
                "logged. Upload the file again."
            )
            _fail([import_id], text)
            _erase(import_id)
        else:
            return True
        return False


def _do(file: ImportFile, now: datetime, say: Say) -> None:
    rights = kinds.of(file.kind)
    if file.status == ImportStatus.READING:
        actor = _actor(file.uploaded_by)
        authority.require(actor=actor, permission=rights.brings)
        _read(file, actor, now, say)
    else:
        actor = _actor(file.confirmed_by)
        authority.require(actor=actor, permission=rights.confirms)
        _post(file, actor, now, say)


def _read(file: ImportFile, actor: Actor, now: datetime, say: Say) -> None:
    with parts.opened(file) or io.BytesIO() as stream, override("en"):  # errors are read by everybody
        if file.kind == ImportKind.STATEMENT:
            _statement_import.read(file=file, stream=cast(BinaryIO, stream), actor=actor, now=now, say=say)
        elif file.kind == ImportKind.SELLERS:
            _seller_import.read(file=file, stream=cast(BinaryIO, stream), actor=actor, now=now)
        else:
            staging.stage(file=file, stream=cast(BinaryIO, stream), actor=actor, now=now, say=say)
    if (file.kind, file.status) == (ImportKind.EARNINGS, ImportStatus.CHECKED):
        file.parts.all().delete()  # the staged rows say all of it


def _post(file: ImportFile, actor: Actor, now: datetime, say: Say) -> None:
    if file.kind == ImportKind.STATEMENT:
        _statement_import.post(file=file, actor=actor, now=now, say=say)
    elif file.kind == ImportKind.SELLERS:
        _seller_import.post(file=file, actor=actor, now=now)
    else:
        posting.write(file=file, actor=actor, now=now, say=say)


def _finish(file: ImportFile, before: str) -> None:
    """What came of it is written, unless somebody dropped the file in the last moment: then all is undone."""
    values = {name: getattr(file, name) for name in _RESULT}
    if not ImportFile.objects.filter(pk=file.pk, status=before).update(**values, step="", started_at=None):
        raise _import_job.Stopped


def _give_back(import_id: int, before: str, why: str) -> None:
    """A refused posting leaves the file as it was before the yes; a file that could not be read has failed."""
    if before == ImportStatus.READING:
        _fail([import_id], why)
        _erase(import_id)
        return
    ImportFile.objects.filter(pk=import_id, status=ImportStatus.POSTING).update(
        status=ImportStatus.CHECKED,
        trouble=why,
        confirmed_by=None,
        confirmed_at=None,
        seen="",
        step="",
        started_at=None,
    )


def _out_of_date(refusal: Refused) -> bool:
    """Whether what the file was checked against is no more: it has to be uploaded anew."""
    changed = isinstance(refusal, posting.Changed | importing.Changed)
    return changed and not isinstance(refusal, posting.NotAsShown)


def _fail(ids: list[int], why: str, *also: ImportStatus) -> None:
    """Those that are under way, or as ``also`` says, have failed; the next sweep takes what is left of them."""
    failing = ImportFile.objects.filter(pk__in=ids, status__in=(*posting.UNDER_WAY, *also))
    failing.update(status=ImportStatus.FAILED, trouble=why, step="")


@transaction.atomic
def _erase(import_id: int) -> None:
    """What was kept of an import that is over, and that no worker is at, is gone: bytes, rows, sellers' changes."""
    file = ImportFile.objects.filter(pk=import_id, status__in=_OVER).first()
    if file is None:
        return
    ImportPart.objects.filter(import_file=file).delete()
    StagedEarning.objects.filter(import_file=file).delete()
    if file.seller_file_id is not None:
        importing.erase(file_ids=[file.seller_file_id])


def _actor(user: User | None) -> Actor:
    """Who brought the file, or said yes to it: what is done is done in their name."""
    return actors.person(user) if user is not None else SYSTEM


def sweep(*, now: datetime) -> int:
    """Imports that a lost message, or a killed worker, left undone are rung for again; answers how many.

    One that no worker could finish for `GIVE_UP` has failed. What was kept of dropped and failed files is gone,
    where no worker is at them still; and the bytes of those that were refused `KEEP_REFUSED` ago.
    """
    since = Coalesce("confirmed_at", "uploaded_at")
    under_way = ImportFile.objects.filter(status__in=posting.UNDER_WAY).annotate(since=since)
    late = list(under_way.filter(since__lte=now - GIVE_UP).values_list("pk", flat=True)[:100])
    if late:
        _fail(late, recorded(_NOBODY_DID))
    forgotten = list(
        under_way.filter(since__lte=now - PATIENCE).order_by("pk").values_list("pk", flat=True)[:100]
    )
    for import_id in forgotten:
        _doorbell.ring("work_import", import_id=import_id)
    refused = ImportFile.objects.filter(status=ImportStatus.REFUSED, uploaded_at__lt=now - KEEP_REFUSED)
    ImportPart.objects.filter(import_file__in=refused).delete()
    for import_id in _left_over():
        with _import_job.only_one(import_id) as side:
            if side is not None:
                _erase(import_id)
    return len(forgotten)


def _left_over() -> list[int]:
    """Some of the imports that are over and of which something is kept."""
    ours = {"import_file": OuterRef("pk")}
    kept = Exists(StagedEarning.objects.filter(**ours)) | Exists(ImportPart.objects.filter(**ours))
    waits = Q(seller_file__status__in=(SellerFileStatus.CHECKED, SellerFileStatus.REFUSED))
    left = ImportFile.objects.filter(kept | waits, status__in=_OVER).order_by("pk")
    return list(left.values_list("pk", flat=True)[:10])
