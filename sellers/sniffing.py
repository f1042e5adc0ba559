"""What a file that is no text is, by how it begins: pictures, archives, workbooks."""

import codecs
from dataclasses import dataclass
from enum import Enum

from backoffice.words import later

PDF = b"%PDF-"
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Workbooks, letters and messages of Microsoft's programs of before 2007."""
_ZIP = b"PK\x03\x04"

HEAD = 4096
"""As many bytes of a file are looked at."""
_CONTROLS = frozenset({*range(9), *range(14, 27), *range(28, 32)})
"""Bytes that no text of one byte a letter has."""
_FEW = 2
_TWO_BYTES = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
"""How text and XML of two bytes a letter begin: there the bytes of ordinary letters are controls of one byte."""


class Shape(Enum):
    """What has to be done with it before it can be text."""

    PACKED = "packed"
    SHEET = "sheet"
    OTHER = "other"


@dataclass(frozen=True)
class Look:
    """What the file looks like, as people call it with its article."""

    what: str
    shape: Shape = Shape.OTHER


_WORKBOOK = Look(later("an Excel workbook"), Shape.SHEET)
_KNOWN = (
    (PDF, Look(later("a PDF"))),
    (PNG, Look(later("a PNG picture"))),
    (JPEG, Look(later("a JPEG picture"))),
    (b"GIF8", Look(later("a GIF picture"))),
    (b"PAR1", Look(later("a Parquet file"))),
    (b"\x1f\x8b", Look(later("a gzip archive"), Shape.PACKED)),
)


def look(head: bytes, *, name: str) -> Look | None:
    """What a file is that begins with ``head``, its first `HEAD` bytes; None where it may be text."""
    ending = name.rpartition(".")[2].lower()
    if head.startswith(_ZIP):
        if b"opendocument.spreadsheet" in head:
            return Look(later("an OpenDocument spreadsheet"), Shape.SHEET)
        if b"xl/" in head or ending in ("xlsx", "xlsm"):
            return _WORKBOOK
        return Look(later("a ZIP archive"), Shape.PACKED)
    if head.startswith(OFFICE):
        return _WORKBOOK if ending == "xls" else Look(later("an Office document"))
    known = next((found for begins, found in _KNOWN if head.startswith(begins)), None)
    if known is not None:
        return known
    binary = b"\0" in head and len(_CONTROLS & set(head)) > _FEW and not head.startswith(_TWO_BYTES)
    return Look(later("a binary file")) if binary else None
