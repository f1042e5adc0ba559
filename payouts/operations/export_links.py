"""Fetching an export: a link for its requester that works once, for a few minutes."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from payouts.exports import kinds
from payouts.models import Export, ExportLink, ExportStatus
from payouts.operations import _export_file, _export_rights, _shelf
from payouts.operations.exporting import NotReady, UnknownExport

log = structlog.get_logger(__name__)

LIVES = timedelta(minutes=5)


class SpentLink(NotReady):
    """The link was used already, its minutes are over, or it never was one."""

    code = "link_spent"
    status = 410


@dataclass(frozen=True)
class Download:
    """An open file and what to call it. Whoever answers with it closes it."""

    file: "File[bytes]"
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Link:
    """The secret of an address that fetches the file once, until then."""

    token: str
    expires_at: datetime


@transaction.atomic
def make(*, export_id: int, actor: Actor, now: datetime) -> Link:
    """A new link to the file, for who asked for it; links made before still work once each.

    Raises `UnknownExport` for anybody else, `NotReady` when there is no file, `NotAllowed` when the person may no
    longer export.
    """
    export = _own(export_id, actor, now)
    token = secrets.token_urlsafe(32)
    ExportLink.objects.create(export=export, token_sha256=_digest(token), made_at=now, expires_at=now + LIVES)
    return Link(token, now + LIVES)


def fetch(*, export_id: int, token: str, actor: Actor, now: datetime) -> Download:
    """The file; the link is spent, and that it was fetched is recorded.

    No row is locked while it is fetched from where it is kept. Raises as `make` does, and `SpentLink`.
    """
    with transaction.atomic():
        export, _link = _usable(export_id, token, actor, now)
    file = _opened(export)
    try:
        with transaction.atomic():
            export, link = _usable(export_id, token, actor, now)
            ExportLink.objects.filter(pk=link.pk).update(used_at=now)
            if export.downloaded_at is None:
                Export.objects.filter(pk=export.pk).update(downloaded_at=now)
            data = {
                "kind": export.kind, "rows": export.rows_done, "sha256": export.sha256, "filters": export.filters,
            }  # fmt: skip
            recording.record(actor=actor, action="export.download", subject=export, data=data, now=now)
    except BaseException:
        file.close()
        raise
    return Download(file, export.file_name, _export_file.media_type(export), export.file_bytes or 0)


def _usable(export_id: int, token: str, actor: Actor, now: datetime) -> tuple[Export, ExportLink]:
    """The export and its link, locked, that may be used now. Raises as `fetch` does."""
    export = _own(export_id, actor, now)
    link = ExportLink.objects.select_for_update().filter(export=export, token_sha256=_digest(token)).first()
    again = _("Press “Download” again for a new one.")
    if link is None:
        raise SpentLink(
            _("This is no link to {file_name}. {again}").format(file_name=export.file_name, again=again)
        )
    if link.used_at is not None:
        when = timezone.localtime(link.used_at)
        raise SpentLink(
            _("Not fetched: this link was used at {when:%H:%M}, and works once. {again}").format(
                when=when, again=again
            )
        )
    if link.expires_at <= now:
        raise SpentLink(
            _("Not fetched: this link was good for {minutes} minutes. {again}").format(
                minutes=LIVES.seconds // 60, again=again
            )
        )
    return export, link


def _opened(export: Export) -> "File[bytes]":
    try:
        return _shelf.opened(_export_file.name(export))
    except FileNotFoundError as error:
        raise NotReady(
            _("The file of {file_name} is no longer there. Export it again.").format(
                file_name=export.file_name
            )
        ) from error
    except OSError as error:
        log.exception("export_not_opened", export=export.pk, error=type(error).__name__)
        raise NotReady(
            _(
                "Not fetched: the place where {file_name} is kept does not answer. Try again in a minute."
            ).format(file_name=export.file_name)
        ) from error


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _own(export_id: int, actor: Actor, now: datetime) -> Export:
    """The export, locked, when it is this person's, who may still ask for its kind, and has a file."""
    authority.require(actor=actor, permission=_export_rights.RIGHT)
    export = Export.objects.select_for_update().filter(pk=export_id, requested_by_id=actor.user_id).first()
    if export is None:
        raise UnknownExport(_("There is no such export of yours. Only who asked for an export may fetch it."))
    _export_rights.require(kinds.get(export.kind), actor)
    expired = export.expires_at is not None and export.expires_at <= now
    if export.status == ExportStatus.EXPIRED or (export.status == ExportStatus.READY and expired):
        raise NotReady(
            ngettext(
                "{file_name} was kept {export_keep_days} day and is gone. Export it again.",
                "{file_name} was kept {export_keep_days} days and is gone. Export it again.",
                settings.EXPORT_KEEP_DAYS,
            ).format(file_name=export.file_name, export_keep_days=settings.EXPORT_KEEP_DAYS)
        )
    if export.status != ExportStatus.READY:
        label = ExportStatus(export.status).label.lower()
        raise NotReady(
            _("{file_name} has no file: it is {label}. Look at the list of your exports.").format(
                file_name=export.file_name, label=label
            )
        )
    return export
