"""The paper a finding rests on: checked, kept encrypted and bound to its finding, and read on the record."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts.models import Evidence, Resolution
from payouts.operations import bankfiles
from sellers import sniffing, vault

LARGEST = 5 * 1024 * 1024
"""Bytes. An e-mail with its attachments, or a few pages of a portal, is smaller."""
_LONGEST_NAME = 120
_BEGINS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (sniffing.PDF,),
    ".png": (sniffing.PNG,),
    ".jpg": (sniffing.JPEG,),
    ".jpeg": (sniffing.JPEG,),
    ".msg": (sniffing.OFFICE,),
    ".eml": (),
    ".txt": (),
}
"""How a file of each kind begins; the ones without are text."""
ENDINGS = tuple(_BEGINS)


class BadPaper(Refused):
    """The paper is missing, too large, or nothing that the colleague who confirms could read."""

    code = "bad_paper"


@dataclass(frozen=True)
class Paper:
    """A file as a person brings it: its name and exact bytes."""

    name: str
    body: bytes = field(repr=False)


def check(paper: Paper) -> None:
    """Raises `BadPaper` with what is wrong and what to bring instead."""
    if not paper.body or not _plain_name(paper.name):
        raise BadPaper(_("Not proposed: attach what the bank wrote or showed. An empty file shows nothing."))
    if len(paper.body) > LARGEST:
        megabytes = LARGEST // 1024 // 1024
        raise BadPaper(
            _("Not proposed: the file is larger than {megabytes} MB. Attach the page that matters.").format(
                megabytes=megabytes
            )
        )
    ending = PurePosixPath(_plain_name(paper.name)).suffix.lower()
    if ending not in _BEGINS:
        raise BadPaper(_("Not proposed: attach a PDF, an e-mail (eml, msg), an image (png, jpg) or a text."))
    begins = _BEGINS[ending]
    if not paper.body.startswith(begins) if begins else b"\0" in paper.body:
        raise BadPaper(
            _("Not proposed: the file is called {ending} and is none. Attach it as it came.").format(
                ending=ending
            )
        )


def keep(*, finding: Resolution, paper: Paper, now: datetime) -> Evidence:
    """The paper stands with the finding, encrypted, for good. The caller has checked it."""
    digest = bankfiles.sha256(paper.body)
    return Evidence.objects.create(
        resolution=finding,
        name=_plain_name(paper.name),
        body_ciphertext=vault.encrypt_blob(paper.body, ring=vault.keyring(), aad=_place(finding.pk, digest)),
        body_sha256=digest,
        body_bytes=len(paper.body),
        attached_at=now,
    )


@transaction.atomic
def read(*, evidence_id: int, actor: Actor, now: datetime) -> tuple[str, bytes]:
    """The paper's name and exact bytes; that it was read is recorded.

    Raises `bankfiles.Tampered` when they are not what was attached, `vault.VaultError`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.view_submission")
    row = Evidence.objects.select_related("resolution__submission").get(pk=evidence_id)
    place = _place(row.resolution_id, row.body_sha256)
    body = vault.decrypt_blob(row.body_ciphertext, ring=vault.keyring(), aad=place)
    if bankfiles.sha256(body) != row.body_sha256:
        raise bankfiles.Tampered(
            _("The bytes of {row} are not those that were attached.").format(row=row.name)
        )
    data = {"evidence": row.pk, "sha256": row.body_sha256}
    recording.record(
        actor=actor, action="unknown.read_evidence", subject=row.resolution.submission, data=data, now=now
    )
    return row.name, body


def _place(finding_id: int, digest: str) -> bytes:
    return vault.place("payouts.Evidence", finding_id, digest)


def _plain_name(name: str) -> str:
    """The file's own name, without folders and control characters, its end kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable()).strip()[-_LONGEST_NAME:]
