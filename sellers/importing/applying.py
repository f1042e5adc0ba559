"""Check a file of sellers, apply what its preview showed, or drop it."""

from collections.abc import Collection
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export.exceptions import ImportError

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import later, sentences
from sellers import reading, row_words
from sellers.importing import previewing, profiles
from sellers.importing.previewing import Preview
from sellers.models import Seller, SellerFile, SellerFileRow, SellerFileStatus

_misfit = lazy(row_words.misfit, str)
_HEADER = 1
"""The line of the column names, which are no row."""
_OPEN_FIELDS = ("name", "kind", "country", "country_since")
"""Old and new values of these stand in the audit; of the others, which are about people, only that they changed."""


class NotApplicable(Refused):
    """The file has errors, was dropped, or does not exist."""

    code = "import_not_applicable"


class AlreadyApplied(Conflict):
    """Somebody applied this file before."""

    code = "import_already_applied"


class Changed(Conflict):
    """The sellers changed since the preview, and the file would do something else now.

    It is said in the language of the moment, for it is told to one and stored for all (`backoffice.words.recorded`).
    """

    code = "import_changed"


@transaction.atomic
def check(*, stream: BinaryIO, name: str, profile: str, actor: Actor, now: datetime) -> SellerFile:
    """The file is kept: CHECKED, with what each row would do, or REFUSED, with its errors only; without any rows where
    it could not be read.

    Raises `profiles.UnknownProfile`, `reading.TooBig`, `NotAllowed`, and then nothing is kept.
    """
    authority.require(actor=actor, permission="sellers.import_sellers")
    chosen = profiles.get(profile)
    content = stream.read(settings.SELLER_IMPORT_MAX_BYTES + 1)
    reading.check_size(len(content), settings.SELLER_IMPORT_MAX_BYTES)
    found = previewing.run(content, chosen, dry_run=True)
    wrong = {line for line, _unused in found.errors}
    file = SellerFile.objects.create(
        profile=profile,
        name=name[:200],
        sha256=reading.sha256(content),
        content=b"" if found.errors else content,
        digest=found.digest,
        status=SellerFileStatus.REFUSED if found.errors else SellerFileStatus.CHECKED,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
        row_count=0 if found.result is None else len(found.rows) + len(wrong - {_HEADER}),
        error_count=len(wrong),
        **_counts(found),
    )
    previewing.stage(file=file, found=found)
    data = {"file": file.name, "profile": profile, "rows": file.row_count, "errors": file.error_count}
    recording.record(actor=actor, action="sellers.check", subject=file, data=data, now=now)
    return file


@transaction.atomic
def apply(*, file_id: int, actor: Actor, now: datetime) -> SellerFile:
    """New sellers stand unverified, known ones are changed as the preview showed; each change leaves an event.

    Raises `NotApplicable`, `AlreadyApplied`, `Changed`, `NotAllowed`; then nothing is written.
    """
    authority.require(actor=actor, permission="sellers.import_sellers")
    file = _locked(file_id)
    if file.status == SellerFileStatus.APPLIED:
        raise AlreadyApplied(
            _("“{file}” was applied at {applied_at} already; nothing was done.").format(
                file=file.name, applied_at=f"{file.applied_at:%Y-%m-%d %H:%M}"
            )
        )
    if file.status != SellerFileStatus.CHECKED:
        raise NotApplicable(
            _("“{file}” was {status}. Correct the file and upload it again.").format(
                file=file.name, status=file.get_status_display().lower()
            )
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sellers of a file'))")
    known = Seller.objects.filter(external_id__in=file.rows.filter(what="changed").values("external_id"))
    list(known.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    try:
        with override("en"):  # what is wrong with a row is written down for everybody
            done = previewing.run(bytes(file.content), profiles.get(file.profile), dry_run=False)
    except ImportError as error:
        if isinstance(error.error, ValidationError):  # what a row says fitted when it was checked
            raise Changed(_misfit(sentences(*error.error.messages))) from error
        if not isinstance(error.error, IntegrityError):
            raise
        raise Changed(
            later("Not applied: some of these sellers came in by another way. Upload the file again.")
        ) from error
    if done.errors or done.digest != file.digest:  # what was written is undone with this transaction
        raise Changed(
            later(
                "Not applied: sellers changed since the preview. Upload the file again and look at it anew."
            )
        )
    for name, value in _counts(done).items():
        setattr(file, name, value)
    file.status, file.applied_at, file.content = SellerFileStatus.APPLIED, now, b""
    file.save(update_fields=["status", "applied_at", "content", "new_count", "changed_count", "same_count"])
    file.rows.all().delete()
    _record(file, done, actor, now)
    return file


@transaction.atomic
def drop(*, file_id: int, actor: Actor, now: datetime) -> SellerFile:
    """A file that was not applied is dropped with its content. Raises `AlreadyApplied`, `NotApplicable`."""
    authority.require(actor=actor, permission="sellers.import_sellers")
    file = _locked(file_id)
    if file.status == SellerFileStatus.APPLIED:
        raise AlreadyApplied(_("“{file}” was applied; what is applied stays.").format(file=file.name))
    file.status, file.content = SellerFileStatus.DROPPED, b""
    file.save(update_fields=["status", "content"])
    file.rows.all().delete()
    recording.record(actor=actor, action="sellers.drop", subject=file, data={"file": file.name}, now=now)
    return file


def erase(*, file_ids: Collection[int]) -> None:
    """What was kept of files that were not applied is gone, with nobody's word: their imports are over."""
    files = SellerFile.objects.filter(pk__in=file_ids).exclude(status=SellerFileStatus.APPLIED)
    SellerFileRow.objects.filter(file__in=files.values("pk")).delete()
    files.update(status=SellerFileStatus.DROPPED, content=b"")


def _locked(file_id: int) -> SellerFile:
    file = SellerFile.objects.select_for_update().defer("content").filter(pk=file_id).first()
    if file is None:
        raise NotApplicable(_("This import does not exist. Upload the file again."))
    return file


def _counts(found: Preview) -> dict[str, int]:
    return {f"{what}_count": found.count(what) for what in ("new", "changed", "same")}


def _record(file: SellerFile, done: Preview, actor: Actor, now: datetime) -> None:
    data = {"file": file.name, "sha256": file.sha256, "new": file.new_count, "changed": file.changed_count}
    recording.record(actor=actor, action="sellers.import", subject=file, data=data, now=now)
    recording.record_many(
        actor=actor,
        action="seller.change",
        now=now,
        subject_type=Seller._meta.label_lower,
        subjects=[
            (
                row.seller.pk,
                {
                    "import": file.pk,
                    "changed": [name for name, _unused, _unused in row.changes],
                    **{name: [old, new] for name, old, new in row.changes if name in _OPEN_FIELDS},
                },
            )
            for row in done.rows
            if row.what == "changed"
        ],
    )
