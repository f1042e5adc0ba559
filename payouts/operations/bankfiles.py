"""Bytes that went to or came from a bank, encrypted at rest and bound to their row; SHA-256 is of the plain bytes."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts.models import BankDocument, Submission
from payouts.operations import _reveals
from sellers import vault


class Tampered(Refused):
    """The stored bytes are not those that were stored."""

    code = "tampered"


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _place_of_submission(rail: str, key: str) -> bytes:
    return vault.place("payouts.Submission", rail, key)


def _place_of_document(rail: str, name: str) -> bytes:
    return vault.place("payouts.BankDocument", rail, name)


def seal_submission(body: bytes, *, rail: str, key: str) -> bytes:
    return vault.encrypt_blob(body, ring=vault.keyring(), aad=_place_of_submission(rail, key))


def seal_document(body: bytes, *, rail: str, name: str) -> bytes:
    return vault.encrypt_blob(body, ring=vault.keyring(), aad=_place_of_document(rail, name))


def body_of_submission(submission: Submission) -> bytes:
    """The exact bytes that were prepared. Raises `Tampered` when they are not, `vault.VaultError`."""
    place = _place_of_submission(submission.rail, submission.key)
    body = vault.decrypt_blob(submission.body_ciphertext, ring=vault.keyring(), aad=place)
    if sha256(body) != submission.body_sha256:
        raise Tampered(
            _("The bytes of {key} are not those that were prepared. Nothing is sent.").format(
                key=submission.key
            )
        )
    return body


def body_of_document(document: BankDocument) -> bytes:
    """The exact bytes as they came. Raises `Tampered`, `vault.VaultError`."""
    place = _place_of_document(document.rail, document.name)
    body = vault.decrypt_blob(document.body_ciphertext, ring=vault.keyring(), aad=place)
    if sha256(body) != document.body_sha256:
        raise Tampered(_("The bytes of {document} are not those that came.").format(document=document.name))
    return body


@transaction.atomic
def download(*, submission_id: int, reason: str, actor: Actor, now: datetime) -> bytes:
    """The bytes a batch was sent as, with its full account numbers, for a person; recorded with the reason.

    Counts as a reveal. Raises `Refused` without a reason, `_reveals.TooManyReveals`, `NotAllowed`, `Tampered`.
    """
    authority.require(actor=actor, permission="payouts.download_bank_file")
    submission = Submission.objects.get(pk=submission_id)
    body = body_of_submission(submission)
    data = {"key": submission.key}
    _reveals.look(action=_reveals.FILE, subject=submission, reason=reason, data=data, actor=actor, now=now)
    return body
