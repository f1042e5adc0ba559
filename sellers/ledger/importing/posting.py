"""From staged rows to the ledger: one transaction, one statement a table, everything or nothing."""

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import later
from sellers import row_words
from sellers.ledger import profiles
from sellers.ledger.importing import kinds, rules, seen, writing
from sellers.ledger.importing.progress import Say, quiet
from sellers.ledger.models import ImportFile, ImportKind, ImportStatus


class NotPostable(Refused):
    """The file has errors or was dropped."""

    code = "import_not_postable"


class AlreadyPosted(Conflict):
    """Somebody posted this file before."""

    code = "import_already_posted"


class Changed(Conflict):
    """The ledger learned something since the file was checked that its rows contradict.

    It is said in the language of the moment, for it is told to one and stored for all (`backoffice.words.recorded`).
    """

    code = "import_changed"


class NotAsShown(Changed):
    """The page showed other corrections than the file has: whoever looks again may confirm them."""


class SamePerson(Refused):
    """Who brought a file that two people answer for may not confirm it."""

    code = "four_eyes"
    status = 403


_misfits = lazy(row_words.misfits, str)
_FEW = 10_000
UNDER_WAY = (ImportStatus.READING, ImportStatus.POSTING)


def post(
    *, import_file_id: int, actor: Actor, now: datetime, shown: str = "", say: Say = quiet
) -> ImportFile:
    """All earnings of a checked file stand in the ledger, with the sellers and accounts they need.

    Rows that are known with equal values change nothing. Raises `NotPostable`, `AlreadyPosted`, `SamePerson`, or
    `Changed` when the ledger contradicts a row by now; then nothing is written and the file stays as it was.
    """
    with transaction.atomic():
        file = confirm(import_file_id=import_file_id, actor=actor, now=now, shown=shown)
        write(file=file, actor=actor, now=now, say=say)
        file.save()
    return file


@transaction.atomic
def confirm(*, import_file_id: int, actor: Actor, now: datetime, shown: str = "") -> ImportFile:
    """The yes: a checked file is POSTING, by this person.

    ``shown`` is the `seen.digest` of the corrections that the person was shown; other files need none. Raises
    `NotPostable`, `AlreadyPosted`, `SamePerson`, `Changed`.
    """
    file = locked(import_file_id)
    authority.require(actor=actor, permission=kinds.of(file.kind).confirms)
    if file.status == ImportStatus.POSTED:
        raise AlreadyPosted(
            _("“{file}” was posted on {local} already; nothing was done.").format(
                file=file.name, local=_local(file.posted_at)
            )
        )
    if file.status == ImportStatus.POSTING:
        raise AlreadyPosted(_("“{file}” is being posted already; nothing was done.").format(file=file.name))
    if file.status == ImportStatus.READING:
        raise NotPostable(
            _("“{file}” is still being read. Look at what it would do first.").format(file=file.name)
        )
    if file.status != ImportStatus.CHECKED:
        raise NotPostable(
            _("“{file}” was {status} and cannot be posted. Correct it and upload it again.").format(
                file=file.name, status=file.status.lower()
            )
        )
    if kinds.by_two(file) and (actor.user_id is None or actor.user_id == file.uploaded_by_id):
        raise SamePerson(
            _("You brought these corrections: another person must confirm them. Nothing was posted.")
            if file.kind == ImportKind.CORRECTIONS
            else _(
                "You brought this file, and it did not follow the statements that stood: another person must confirm "
                "it, or bring it again once what was missing has come. Nothing was booked."
            )
        )
    file.seen = shown if file.kind == ImportKind.CORRECTIONS else ""
    _check_seen(file)
    file.status, file.confirmed_by_id, file.confirmed_at = ImportStatus.POSTING, actor.user_id, now
    file.trouble, file.started_at = "", None
    file.step, file.done, file.total = "", 0, 0  # what is left of reading is no progress of posting
    file.save(
        update_fields=[
            *("status", "confirmed_by", "confirmed_at", "seen", "trouble", "started_at"),
            *("step", "done", "total"),
        ]
    )
    return file


def write(*, file: ImportFile, actor: Actor, now: datetime, say: Say) -> None:
    """Everything of a confirmed file stands in the ledger, and it is POSTED; saving it is the caller's, who also sees
    to it that all of this is one transaction. Raises `Changed`.
    """
    try:
        with transaction.atomic():
            _write(file, now, say)
    except IntegrityError as error:
        raise Changed(
            later(
                "Nothing was imported: some of these earnings or sellers came in by another "
                "way at the same moment. Upload the file again to see what is left of it."
            )
        ) from error
    file.status, file.posted_at = ImportStatus.POSTED, now
    file.staged.all().delete()
    if file.kind != ImportKind.CORRECTIONS:
        file.parts.all().delete()
    recording.record(
        actor=actor,
        action=f"{file.kind}.import",
        subject=file,
        data={
            "file": file.name,
            "sha256": file.sha256,
            "profile": file.profile,
            "new": file.new_count,
            "known": file.known_count,
            "sellers": file.seller_count,
            "totals_minor": file.totals,
        },
        now=now,
    )


def _write(file: ImportFile, now: datetime, say: Say) -> None:
    _check_seen(file)
    profile = profiles.get(file.profile, file.kind)
    say(_("Comparing with what is known"), 0, file.new_count)
    with connection.cursor() as cursor:
        # Files of one source take turns, so that the second sees what the first has posted.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('earnings of a source'), hashtext(%s))", [profile.source]
        )
    created = writing.prepare(file=file, profile=profile)
    rules.mark_known(file=file, profile=profile)
    rules.bound(file=file)
    rules.count(file=file)
    if file.error_count:
        first = file.staged.exclude(error="").order_by("row_number", "id").values_list("error", flat=True)[0]
        raise Changed(_misfits(file.error_count, first))
    file.seller_count = created
    if not writing.write(file=file, profile=profile, now=now, say=say):
        raise Changed(later("Nothing was imported: the sellers changed meanwhile. Upload the file again."))


def _check_seen(file: ImportFile) -> None:
    if file.kind == ImportKind.CORRECTIONS and file.seen != seen.digest(file):
        raise NotAsShown(
            _(
                "Nothing was posted: the corrections are not those that the page showed. Look at the file again."
            )
        )


@transaction.atomic
def drop(*, import_file_id: int, actor: Actor, now: datetime) -> ImportFile:
    """A file that was not posted is dropped with what was kept of it; a worker at it stops within seconds.

    What a worker may be at is left to the next sweep: waiting for its rows while it waits for the file's would be
    waiting for ever. Raises `AlreadyPosted`, `NotPostable`.
    """
    file = locked(import_file_id)
    rights = kinds.of(file.kind)
    own = actor.user_id == file.uploaded_by_id
    authority.require(actor=actor, permission=rights.brings if own else rights.confirms)
    if file.status == ImportStatus.POSTED:
        raise AlreadyPosted(
            _("“{file}” was posted on {local}; what is posted stays.").format(
                file=file.name, local=_local(file.posted_at)
            )
        )
    if file.status == ImportStatus.DROPPED:
        raise NotPostable(_("“{file}” was dropped before.").format(file=file.name))
    under_way = file.status in UNDER_WAY
    if not under_way:
        file.parts.all().delete()
        if file.row_count <= _FEW:  # those of a large file go with the next sweep, too
            file.staged.all().delete()
    file.status = ImportStatus.DROPPED
    file.save(update_fields=["status"])
    if file.seller_file_id is None or under_way:  # else `sellers.importing` drops it, and records that
        data = {"file": file.name}
        recording.record(actor=actor, action=f"{file.kind}.drop", subject=file, data=data, now=now)
    return file


def locked(import_file_id: int) -> ImportFile:
    """The file, for this transaction alone. Raises `NotPostable` when there is none."""
    file = ImportFile.objects.select_for_update(no_key=True).filter(pk=import_file_id).first()
    if file is None:
        raise NotPostable(_("This import does not exist. Upload the file again."))
    return file


def _local(at: datetime | None) -> str:
    """The moment by the clock of the office, as every page says it."""
    return f"{timezone.localtime(at):%d %b %Y, %H:%M}" if at is not None else _("an earlier day")
