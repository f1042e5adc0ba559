"""Exports: asked for, written by a worker, fetched by who asked, gone after some days.

The Export row is the job. Only one worker writes an export at a time: it holds an advisory lock for as long as its
connection lives, so that when a worker is killed the next one starts over at once. A file becomes visible under
its name only when it is whole.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Refused
from payouts.exports import kinds, rows
from payouts.exports.formats import FORMATS, LOCALES
from payouts.exports.kinds import BadExport
from payouts.models import Export, ExportStatus
from payouts.operations import _doorbell, _export_file, _export_rights, _since, export_templates
from payouts.operations._watch import Watch
from payouts.queries import references

log = structlog.get_logger(__name__)

MOST_WAITING = 10
PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before the sweep rings again."""
GIVE_UP = timedelta(hours=6)
_OPEN = (ExportStatus.WAITING, ExportStatus.RUNNING)


comparable = _since.comparable


class UnknownExport(Refused):
    """No export of this person has this number."""

    code = "not_found"
    status = 404


class NotReady(Refused):
    """The export has no file, not yet or no longer."""

    code = "not_ready"
    status = 409


@transaction.atomic
def request(
    *,
    kind: str = "payouts",
    filters: Mapping[str, Any] | str,
    format: str,
    locale: str = "en",
    compressed: bool = False,
    columns: Sequence[str] = (),
    template: str = "",
    sort: str = "",
    since: int | Literal["last"] | None = None,
    actor: Actor,
    now: datetime,
    ring: bool = True,
    named: date | None = None,
) -> Export:
    """The export waits for a worker, which is rung for after the commit unless the caller writes it itself.

    ``filters`` is the list's query string or its parsed form: the export holds exactly the rows it selects when it
    is written; an export of the past is of the moment it names, or of now. ``columns`` are names, all when empty;
    ``template`` names a template of the person's that says them. ``sort`` is the list's ("-amount"). With ``since`` it
    holds only what is new, changed or withdrawn since that export of the person, or the last one with the same rows and
    columns. The file is called by the day ``named``, today when it is left out.
    Raises `BadExport`, `BadFilter`, also of a filter that names what is not there, `BadTemplate`, `NotAllowed`.
    """
    definition = kinds.get(kind)
    _export_rights.require(definition, actor)
    check_form(format=format, locale=locale, compressed=compressed)
    asked = export_templates.wanted(template=template, columns=columns, kind=kind, user_id=actor.person_id)
    wanted = kinds.checked_columns(definition, asked)
    kinds.check_sort(definition, sort)
    chosen = definition.chosen(filters, now=now)
    references.check(chosen)
    base = None
    if since is not None:
        base = _since.base(
            since=since,
            definition=definition,
            stored=chosen.stored(),
            columns=wanted or rows.kept(definition, chosen),
            user_id=actor.person_id,
            now=now,
        )
    if Export.objects.filter(requested_by_id=actor.user_id, status__in=_OPEN).count() >= MOST_WAITING:
        raise BadExport(
            _(
                "Not exported: {most_waiting} exports of yours are still being written. Wait for one of them."
            ).format(most_waiting=MOST_WAITING),
            code="too_many",
        )
    made = Export.objects.create(
        kind=kind,
        format=format,
        locale=locale,
        compressed=compressed,
        columns=wanted,
        filters=chosen.stored(),
        filters_text=definition.in_words(chosen),
        sort=sort,
        order_text=definition.order_in_words(sort),
        since=base,
        requested_by_id=actor.person_id,
        requested_at=now,
    )
    what = f"{kind}-by-books-day" if definition.by_books(chosen) else kind
    what = f"{what}-changes" if base else what
    made.file_name = f"{what}-{named or timezone.localtime(now).date()}-{made.pk}.{_export_file.suffix(made)}"
    made.save(update_fields=["file_name"])
    data = {"kind": kind, "format": format, "filters": made.filters, "columns": wanted}
    if template.strip():
        data["template"] = " ".join(template.split())
    if sort:
        data["order"] = made.order_text
    if base:
        data["since"] = base.pk
    recording.record(actor=actor, action="export.request", subject=made, data=data, now=now)
    if ring:
        _doorbell.ring("write_export", export_id=made.pk)
    return made


@transaction.atomic
def request_changes(
    *,
    since: int,
    kind: str | None = None,
    format: str,
    locale: str = "en",
    compressed: bool = False,
    actor: Actor,
    now: datetime,
    ring: bool = True,
) -> Export:
    """As `request`, of what changed since that export of the person's: its kind, filter, columns and order again.

    One of the past is compared with now. ``kind`` is what the caller takes it for. Raises as `request` does.
    """
    authority.require(actor=actor, permission="payouts.request_export")
    base = Export.objects.filter(pk=since, requested_by_id=actor.user_id).first()
    if base is None:
        raise UnknownExport(
            _("There is no such export of yours. Only who asked for one may compare with it.")
        )
    if kind is not None and kind != base.kind:
        raise BadExport(
            _("Not exported: {file_name} is an export of {kind}, and not of {asked_kind}.").format(
                file_name=base.file_name, kind=base.kind, asked_kind=kind[:40]
            )
        )
    filters = {name: value for name, value in kinds.get(base.kind).kept(base.filters).items() if name != "at"}
    return request(
        kind=base.kind,
        filters=filters,
        format=format,
        locale=locale,
        compressed=compressed,
        columns=base.columns,
        sort=base.sort,
        since=since,
        actor=actor,
        now=now,
        ring=ring,
    )


def check_form(*, format: str, locale: str, compressed: bool) -> None:
    """Raises `BadExport` unless a file can be written so."""
    if format not in FORMATS:
        known = ", ".join(FORMATS)
        raise BadExport(
            _("Not exported: there is no format “{format_}”. Choose one of {known}.").format(
                format_=format[:40], known=known
            )
        )
    if locale not in LOCALES:
        raise BadExport(
            _("Not exported: no language “{locale}”. Choose one of {locales}.").format(
                locale=locale[:10], locales=", ".join(LOCALES)
            )
        )
    if compressed and not FORMATS[format].packs:
        raise BadExport(_("Not exported: this format is compressed already. Leave gzip out."))


def write(*, export_id: int, now: datetime, progress: _export_file.Progress | None = None) -> bool:
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
            written = _export_file.write(export, side, progress=progress)
        except _export_file.Stopped:
            log.info("export_stopped", export=export_id)
        except Refused as refusal:
            _fail(export, str(refusal), now=watch.now())
        except OSError as error:
            log.exception("export_failed", export=export_id, error=type(error).__name__)
            _fail(
                export,
                _(
                    "The file could not be stored. Ask an administrator: is the disk full, "
                    "does the bucket answer?"
                ),
                now=watch.now(),
            )
        except Exception as error:
            log.exception("export_failed", export=export_id, error=type(error).__name__)
            _fail(
                export,
                _("It could not be written; the trouble was logged. Ask for it again."),
                now=watch.now(),
            )
        else:
            return _finish(export, written, now=watch.now())
        return False


@transaction.atomic
def _finish(export: Export, written: _export_file.Written, *, now: datetime) -> bool:
    """READY, unless it was cancelled in the last moment: then the file goes."""
    ready = Export.objects.filter(pk=export.pk, status=ExportStatus.RUNNING).update(
        status=ExportStatus.READY,
        finished_at=now,
        rows_done=written.rows,
        rows_total=written.rows,
        file_bytes=written.size,
        sha256=written.sha256,
        expires_at=now + timedelta(days=settings.EXPORT_KEEP_DAYS),
        hashed_columns=written.columns,
        totals=written.totals,
        hashes_until=now + timedelta(days=settings.EXPORT_HASHES_KEEP_DAYS),
        **written.changes,
    )
    if not ready:
        _export_file.erase(export)
        _export_file.erase_hashes(export)
        return False
    data = {"rows": written.rows, "sha256": written.sha256, **written.changes}
    recording.record(actor=SYSTEM, action="export.written", subject=export, data=data, now=now)
    return True


def _fail(export: Export, why: str, *, now: datetime) -> None:
    Export.objects.filter(pk=export.pk, status=ExportStatus.RUNNING).update(
        status=ExportStatus.FAILED, finished_at=now, error=why, hashes_until=now
    )


@transaction.atomic
def cancel(*, export_id: int, actor: Actor, now: datetime) -> Export:
    """No file is made; a worker that writes it stops within a second. For who asked for it.

    Raises `UnknownExport`, `NotReady` when it is over already, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.request_export")
    export = Export.objects.select_for_update().filter(pk=export_id, requested_by_id=actor.user_id).first()
    if export is None:
        raise UnknownExport(
            _("There is no such export of yours. Only who asked for an export may cancel it.")
        )
    if export.status not in _OPEN:
        label = ExportStatus(export.status).label.lower()
        raise NotReady(
            _("Not cancelled: {file_name} is {label} already.").format(
                file_name=export.file_name, label=label
            )
        )
    Export.objects.filter(pk=export.pk).update(
        status=ExportStatus.CANCELLED, finished_at=now, hashes_until=now
    )
    recording.record(actor=actor, action="export.cancel", subject=export, now=now)
    export.refresh_from_db()
    return export


def sweep(*, now: datetime) -> tuple[int, int]:
    """Forgotten exports are rung for again, old files are gone, and old hashes; answers how many of the first two.

    An export that no worker could finish for `GIVE_UP` has failed. Of what failed or was cancelled no file stays.
    """
    Export.objects.filter(status__in=_OPEN, requested_at__lte=now - GIVE_UP).update(
        status=ExportStatus.FAILED,
        finished_at=now,
        hashes_until=now,
        error=_("No worker could write it. Ask for it again."),
    )
    forgotten = Export.objects.filter(status__in=_OPEN, requested_at__lte=now - PATIENCE)
    waiting = list(forgotten.order_by("pk").values_list("pk", flat=True)[:200])
    for export_id in waiting:
        _doorbell.ring("write_export", export_id=export_id)
    gone = 0
    due = Export.objects.filter(status=ExportStatus.READY, expires_at__lte=now).order_by("pk")
    for export in due[:1000]:
        try:
            gone += _expire(export, now)
        except OSError as error:  # the next sweep tries again
            log.warning("export_not_erased", export=export.pk, error=type(error).__name__)
    for export in Export.objects.filter(hashes_until__lte=now).order_by("pk")[:1000]:
        try:
            if not _erased(export):
                continue
        except OSError as error:  # the next sweep tries again
            log.warning("export_hashes_not_erased", export=export.pk, error=type(error).__name__)
        else:
            Export.objects.filter(pk=export.pk).update(hashes_until=None)
    return len(waiting), gone


def _erased(export: Export) -> bool:
    """Its hashes are gone, and all that a worker left of one that has no file; not while a worker is still at it."""
    with _export_file.only_one(export.pk) as side:
        if side is None:
            return False
        if export.status in (ExportStatus.FAILED, ExportStatus.CANCELLED):
            _export_file.erase(export)
        _export_file.erase_hashes(export)
    return True


@transaction.atomic
def _expire(export: Export, now: datetime) -> int:
    """First the file, then the word: a crash between leaves work for the next sweep, never a file nobody knows."""
    _export_file.erase(export)
    changed = Export.objects.filter(pk=export.pk, status=ExportStatus.READY).update(
        status=ExportStatus.EXPIRED
    )
    if changed:
        recording.record(actor=SYSTEM, action="export.expire", subject=export, now=now)
    return changed
