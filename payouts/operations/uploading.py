"""A statement that a person brings, when the bank's own way to us is broken or an old one is missing."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts.models import BankDocument, FundingAccount, Statement
from payouts.operations import bankfiles, reconciliation
from payouts.rails import base
from payouts.rails.statements import camt053
from sellers.ledger.importing import kinds
from sellers.ledger.importing.progress import Say, quiet

LARGEST = kinds.STATEMENT_BYTES


class NoStatement(Refused):
    """What was brought is no statement of ours that can be booked; nothing was kept."""

    code = "no_statement"


@transaction.atomic
def statement(*, body: bytes, name: str, actor: Actor, now: datetime, say: Say = quiet) -> list[Statement]:
    """The camt.053 is kept and read like one that came by itself; answers the statements that were new.

    Bringing it twice changes nothing and answers nothing. Raises `NoStatement`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.reconcile")
    check_size(body)
    try:
        rail = _rail(body)
        kept, new = _keep(body, rail=rail, name=name, now=now)
        made = reconciliation.read(body=body, rail=rail, name=kept.name, now=now, say=say)
    except base.Unreadable as error:
        raise NoStatement(_("Not read: {error}").format(error=error)) from error
    if new:
        data = {"name": name[:200], "sha256": kept.body_sha256}
        recording.record(actor=actor, action="statement.upload", subject=kept, data=data, now=now)
    if made:
        reconciliation.match_open_lines(now=now)
    return made


def check_size(body: bytes) -> None:
    """Raises `NoStatement` for nothing, and for more than a statement has."""
    if not body:
        raise NoStatement(_("Not read: the file is empty. Choose the camt.053 as the bank gave it."))
    if len(body) > LARGEST:
        raise too_large()


def too_large() -> NoStatement:
    """The no to a file that is larger than any statement."""
    return NoStatement(_("Not read: the file is larger than 64 MB. Ask the bank for one statement per day."))


def _rail(body: bytes) -> str:
    """The rail of our account that the document is of. Raises `Unreadable`."""
    found = camt053.read(body)
    numbers = {each.account.replace(" ", "") for each in found}
    for account in FundingAccount.objects.order_by("-active", "pk"):
        if account.identifier.replace(" ", "") in numbers:
            return account.rail
    endings = ", ".join(sorted(f"…{number[-4:]}" for number in numbers)) or _("none")
    raise base.Unreadable(
        _(
            "It is of an account that is none of our funding accounts ({endings}). Add the "
            "account in the settings, or choose another file."
        ).format(endings=endings)
    )


def _keep(body: bytes, *, rail: str, name: str, now: datetime) -> tuple[BankDocument, bool]:
    digest = bankfiles.sha256(body)
    kept_name = f"upload-{digest[:16]}"
    return BankDocument.objects.get_or_create(
        rail=rail,
        name=kept_name,
        defaults={
            "kind": BankDocument.Kind.STATEMENT,
            "body_ciphertext": bankfiles.seal_document(body, rail=rail, name=kept_name),
            "body_sha256": digest,
            "received_at": now,
            "processed_at": now,
        },
    )
