"""What a file is, by how it begins: pictures, archives and workbooks; and of texts web pages, XML and others."""

import codecs
import re
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import BinaryIO

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
_MARKS = codecs.BOM_UTF8 + codecs.BOM_UTF16
_NOTHING = _MARKS + b' \t\r\n,;"\0'
_PIECE = 1 << 20
_PAGE = re.compile(  # what was passed is not tried again in another way: that doubled with each comment
    rb"(?>\s+|<!--.*?-->|<\?.*?\?>)*+<(!doctype\s+html|html|head|body|script)\b", re.I | re.S
)
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[{\[\]\"]")
_MT940 = re.compile(rb"^:20:[^\n]*\n(:21:[^\n]*\n)?:25:", re.M)


class Shape(Enum):
    """What has to be done about it."""

    PACKED = "packed"
    SHEET = "sheet"
    PAGE = "page"
    """Shown in place of the file, most often to log in."""
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
    wide = head.startswith(_TWO_BYTES) or two_bytes(head)
    binary = b"\0" in head and len(_CONTROLS & set(head)) > _FEW and not wide
    return Look(later("a binary file")) if binary else None


def two_bytes(head: bytes) -> str:
    """The encoding of a text of two bytes a letter that has no mark and begins with two letters of ASCII; else ""."""
    for name, zeros, letters in (
        ("utf-16-le", head[1:4:2], head[:4:2]),
        ("utf-16-be", head[:4:2], head[1:4:2]),
    ):
        if zeros == b"\0\0" and letters.isascii() and letters.decode("ascii").isprintable():
            return name
    return ""


def no_table(head: bytes) -> Look | None:
    """What a text is that no CSV begins like; None where it may be one."""
    begins = _letters(head)
    if _PAGE.match(begins):
        return Look(later("a web page"), Shape.PAGE)
    if begins.startswith(b"<"):
        return Look(later("an XML document"))
    return _message(begins)


def no_xml(head: bytes) -> Look | None:
    """What a text is that no XML begins like, or a web page; None where it may be XML."""
    begins = _letters(head)
    if begins.startswith(b"<"):
        return no_table(head) if _PAGE.match(begins) else None
    first = begins.partition(b"\n")[0]
    table = Look(later("a CSV file") if re.search(rb"[,;\t]", first) else later("a plain text"))
    return _message(begins) or table


def _message(begins: bytes) -> Look | None:
    """What other programs write in text that is neither a table nor XML."""
    if _MT940.search(begins):
        return Look(later("an MT940 statement"))
    return Look(later("a JSON document")) if _JSON.match(begins) else None


def lines_that_say(stream: BinaryIO, *, most: int) -> int:
    """How many lines have more than blanks, commas and quotes; no more than ``most`` are counted."""
    stream.seek(0)
    count, said = 0, False
    for piece in iter(partial(stream.read, _PIECE), b""):
        for number, line in enumerate(re.split(rb"[\r\n]+", piece)):
            said = said and not number
            if not said and line.strip(_NOTHING):
                count, said = count + 1, True
                if count == most:
                    return count
    return count


def _letters(head: bytes) -> bytes:
    """The beginning without marks, blanks, and the zeros of letters of two bytes."""
    return head.replace(b"\0", b"").lstrip(_MARKS + b" \t\r\n")
