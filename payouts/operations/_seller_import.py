"""A file of sellers as an import: checked and applied by `sellers.importing`, which keeps what each row would do."""

from datetime import datetime
from typing import BinaryIO

from backoffice.audit.actors import Actor
from sellers import importing
from sellers.ledger.models import ImportFile, ImportStatus
from sellers.models import SellerFileStatus


def read(*, file: ImportFile, stream: BinaryIO, actor: Actor, now: datetime) -> None:
    """What the file would do to each seller stands, or every error; saving the import is the caller's."""
    made = importing.check(stream=stream, name=file.name, profile=file.profile, actor=actor, now=now)
    file.seller_file, file.sha256 = made, made.sha256
    file.row_count, file.error_count = made.row_count, made.error_count
    file.new_count, file.known_count = made.new_count + made.changed_count, made.same_count
    refused = made.status == SellerFileStatus.REFUSED
    file.status = ImportStatus.REFUSED if refused else ImportStatus.CHECKED


def post(*, file: ImportFile, actor: Actor, now: datetime) -> None:
    """The sellers stand as the preview showed. Raises as `importing.apply` does, and then nothing changes."""
    assert file.seller_file_id is not None
    importing.apply(file_id=file.seller_file_id, actor=actor, now=now)
    file.status, file.posted_at = ImportStatus.POSTED, now
    file.parts.all().delete()
