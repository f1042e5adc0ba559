"""The bytes of a file as they were uploaded: in pieces, compressed, encrypted each in its place."""

import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from sellers import reading, vault
from sellers.ledger.importing import kinds
from sellers.ledger.models import ImportFile, ImportPart

_PIECE = 1 << 20
_IN_MEMORY = 1 << 20  # bytes; what is larger lies on disk while it is read


def keep(*, file: ImportFile, stream: BinaryIO) -> int:
    """The file's bytes are kept with it; answers how many.

    Raises `reading.TooBig` at the first piece beyond what its kind may have, and then the caller undoes it.
    """
    stream.seek(0)
    size, most, ring = 0, kinds.largest(file.kind), vault.keyring()
    for position, piece in enumerate(iter(lambda: stream.read(_PIECE), b"")):
        size += len(piece)
        reading.check_size(size, most)
        body = vault.encrypt_blob(zlib.compress(piece, 1), ring=ring, aad=_place(file.pk, position))
        ImportPart.objects.create(import_file=file, position=position, body=body, sealed=True)
    return size


def opened(file: ImportFile) -> IO[bytes] | None:
    """The bytes as an open file at its start, which whoever asked closes; None where they are not kept."""
    upload = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        for piece in pieces(file):  # `writelines` looks at how large it is only once all of it is in memory
            upload.write(piece)
    except ImportPart.DoesNotExist:  # they go meanwhile: nothing is kept
        upload.close()
        return None
    if not upload.tell():
        upload.close()
        return None
    upload.seek(0)
    return upload


def pieces(file: ImportFile) -> Iterator[bytes]:
    """The bytes in their order, each piece read when it is asked for.

    Raises `ImportPart.DoesNotExist` where the file goes meanwhile.
    """
    ring = vault.keyring()
    for position in list(file.parts.order_by("position").values_list("position", flat=True)):
        part = file.parts.get(position=position)
        body = bytes(part.body)
        if part.sealed:
            body = vault.decrypt_blob(body, ring=ring, aad=_place(file.pk, position))
        yield zlib.decompress(body)


def kept(file: ImportFile) -> bool:
    """Whether `opened` would find anything."""
    return file.parts.exists()


def _place(file_id: int, position: int) -> bytes:
    return vault.place("ledger.ImportPart", file_id, position)
