"""From uploaded bytes to rows of cells, for earnings and sellers alike: encodings, delimiters, quotes, headers.

Memory stays flat: the bytes are read twice in pieces, once to hash and to find the encoding, once to read rows.
"""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from backoffice.words import either, later, quoted, sentences
from sellers import error_column, sniffing
from sellers.formulas import as_given

_PIECE = 1 << 20
_DELIMITERS = {",": later("commas"), ";": later("semicolons"), "\t": later("tabs")}
_ENCODING_WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
_UTF8, _WINDOWS = "utf-8-sig", "cp1252"
_UTF8_LETTER = re.compile(  # its first byte says how many follow; one class of bytes to look for is found the fastest
    rb"[\xc2-\xf4](?:(?<=[\xc2-\xdf])[\x80-\xbf]|(?<=[\xe0-\xef])[\x80-\xbf]{2}|(?<=[\xf0-\xf4])[\x80-\xbf]{3})"
)
_BEGUN = 3
"""Bytes of a letter that a piece may hold without its end."""
_CUT = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})\Z")
"""A letter of UTF-8 without its end. The first byte alone of one of three or four is a small letter of Windows-1252, in
which many a text ends.
"""
LONGEST_CELL = 100_000


class TooBig(Refused):
    """The file is larger than a setting allows: IMPORT_MAX_BYTES, or SELLER_IMPORT_MAX_BYTES for sellers."""

    code = "file_too_big"


class BadFile(Exception):
    """The file, or what follows a line of it, cannot be read. ``line`` counts from 1, the header's line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, as sentences a person can act on."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by normalised column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the first pass over the bytes found."""

    sha256: str
    encoding: str
    lines: int  # about how many rows there are: a line break inside a cell counts, too


def limit() -> int:
    """How many bytes a file may have."""
    return int(settings.IMPORT_MAX_BYTES)


def check_size(size: int, most: int | None = None) -> None:
    """Raises `TooBig` beyond ``most`` bytes, or beyond what any file may have."""
    most = limit() if most is None else most
    if size > most:
        megabytes = most // (1024 * 1024)
        raise TooBig(
            _("The file is larger than {megabytes} MB. Split it into smaller files and import each.").format(
                megabytes=megabytes
            )
        )


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def inspect(stream: BinaryIO, encodings: Sequence[str]) -> Inspected:
    """Hash the bytes and find the first of the encodings that reads all of them. Leaves the stream at its start.

    Windows-1252 reads almost any bytes: with one bad byte, or cut short, a file in UTF-8 would come out with other
    letters, in its ids too, and its rows would count twice. A file that may be UTF-8 and has a letter of it is nothing
    else.

    Raises `TooBig`, and `BadFile` for an empty file, a NUL or bytes that none of the encodings knows.
    """
    digest, size, line = hashlib.sha256(), 0, 1
    start = stream.read(4)
    stream.seek(0)
    tried = candidates(start, encodings)
    decoders = {name: codecs.getincrementaldecoder(name)() for name in tried}
    failures: dict[str, BadFile] = {}
    before = b""
    while piece := stream.read(_PIECE):
        size += len(piece)
        check_size(size)
        digest.update(piece)
        guessed = _UTF8 in tried and _WINDOWS in decoders and not piece.isascii()
        if guessed and _UTF8_LETTER.search(before + piece):
            del decoders[_WINDOWS]
        before = (before + piece[-_BEGUN:])[-_BEGUN:]
        for name in list(decoders):
            try:
                text = decoders[name].decode(piece)
            except UnicodeDecodeError as error:  # its object is the piece, after what was begun before it
                bad = line + error.object[: error.start].count(b"\n")
                failures[name] = _undecodable(bad, name, error.object[error.start : error.start + 1])
                del decoders[name]
                continue
            if "\0" in text:
                at = line + text[: text.index("\0")].count("\n")
                failures[name] = BadFile(
                    at,
                    _(
                        "Line {at} has a NUL character: this is not a text file. Save it as CSV and try again."
                    ).format(at=at),
                )
                del decoders[name]
        if not decoders:
            break
        line += piece.count(b"\n")
    stream.seek(0)
    if not size:
        raise BadFile(1, _("The file is empty. Choose a CSV file with a header and at least one row."))
    if _UTF8 in decoders and _WINDOWS in decoders and _CUT.search(before):
        del decoders[_WINDOWS]
    for name, decoder in decoders.items():
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            failures[name] = BadFile(
                line,
                _(
                    "The file breaks off in the middle of a character. Was it cut short? Save it as “CSV UTF-8” "
                    "and try again."
                ),
            )
            continue
        return Inspected(digest.hexdigest(), name, max(line - 2, 1))
    raise next(failures[name] for name in tried if name in failures)


def rows(
    stream: BinaryIO, *, encoding: str, delimiter: str, required: Sequence[str], known: Sequence[str] = ()
) -> Iterator[Row | Problem]:
    """Each row of a CSV with its line, or what is wrong with it. Blank rows are left out, and so is the apostrophe
    that a copy of ours puts before what could start a formula.

    ``delimiter`` is one character, or "" to take the one that finds the most ``required`` columns. Raises `BadFile`
    when the header will not do or nothing after a line can be read. With ``known`` columns, others are refused.
    """
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield from _rows(text, delimiter, required, known)
    finally:
        text.detach()


def raw_rows(text: TextIO, *, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row of a CSV as its cells, with its line as `rows` counts it. Ends where nothing more can be read."""
    first = text.readline(LONGEST_CELL)
    yield 1, next(csv.reader([first.rstrip("\r\n")], delimiter=delimiter), [])
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        begins = 2 + reader.line_num
        try:
            yield begins, next(reader)
        except (StopIteration, csv.Error):
            return


def delimiter_of(first: str, delimiter: str, required: Sequence[str]) -> str:
    """What separates the cells of a file with this first line, as `rows` takes it."""
    tried = [delimiter] if delimiter else list(_DELIMITERS)
    return max(tried, key=lambda mark: len(set(required) & set(_split(first, mark))))


def _rows(
    text: io.TextIOWrapper, delimiter: str, required: Sequence[str], known: Sequence[str]
) -> Iterator[Row | Problem]:
    first = text.readline(LONGEST_CELL)
    columns, delimiter = _header(first, delimiter, required, known)
    _refuse_unknown(columns, known)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        begins = 2 + reader.line_num  # the header was line 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _malformed(begins, error) from error
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            yield Problem(
                begins,
                _(
                    "The row has {cells} cells where the header has {columns}. Is a value "
                    "with {delimiters} in it missing its quotes?"
                ).format(cells=len(cells), columns=len(columns), delimiters=_DELIMITERS[delimiter]),
            )
            continue
        yield Row(begins, dict(zip(columns, map(as_given, cells), strict=True)))


def _header(
    first: str, delimiter: str, required: Sequence[str], known: Sequence[str]
) -> tuple[list[str], str]:
    """The normalised columns and the delimiter that found them. What says what was wrong with a row has no name."""
    if not first.strip():
        raise BadFile(1, _("The first line is empty: the column names belong there."))
    best = delimiter_of(first, delimiter, required)
    wanted = {*required, *known}
    columns = [
        "" if each not in wanted and error_column.is_ours(each) else each for each in _split(first, best)
    ]
    missing = [column for column in required if column not in columns]
    if missing:
        other = next((m for m in _DELIMITERS if m != best and set(required) <= set(_split(first, m))), "")
        hint = (
            _(
                "Its columns are separated by {delimiters}, this profile expects {best}: choose another profile."
            ).format(delimiters=_DELIMITERS[other], best=_DELIMITERS[best])
            if other
            else _("The header has: {columns}.").format(columns=", ".join(filter(None, columns))[:300])
        )
        raise BadFile(1, sentences(_("The header lacks {quoted}.").format(quoted=_quoted(missing)), hint))
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise BadFile(
            1, _("The header names {quoted} more than once: keep one of them.").format(quoted=_quoted(twice))
        )
    return columns, best


_BANK = re.compile(r"iban|bic|swift|bank|account.?(number|no)|sort.?code|routing|clabe|pix")


def _refuse_unknown(columns: Sequence[str], known: Sequence[str]) -> None:
    """With ``known`` columns named, any other is refused: a misspelt one would be lost without a word."""
    strange = [column for column in columns if column and known and column not in known]
    bank = [column for column in strange if _BANK.search(column)]
    if bank:
        raise BadFile(
            1,
            _(
                "The file has bank details ({quoted}). Those never come by file: leave the "
                "column out and ask for the account on the seller's page, where a second "
                "person verifies it."
            ).format(quoted=_quoted(bank)),
        )
    if strange:
        raise BadFile(
            1,
            _("The columns {quoted} are unknown. Known are: {known}.").format(
                quoted=_quoted(strange), known=", ".join(known)
            ),
        )


def _split(first: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([first.rstrip("\r\n")], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    return [cell.strip().casefold() for cell in cells]


def candidates(start: bytes, encodings: Sequence[str]) -> list[str]:
    """The encodings to try, in order, by the first four bytes: they decide between UTF-16 and everything else.

    Raises `BadFile` where it is UTF-16 and that is not among them, or nothing else is.
    """
    unmarked = sniffing.two_bytes(start)
    if unmarked or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if "utf-16" not in encodings:
            raise BadFile(
                1,
                _(
                    "The file is UTF-16, this profile reads {known}. Save it as “CSV UTF-8” and try again."
                ).format(known=_known(encodings)),
            )
        return [unmarked or "utf-16"]
    # "utf-8-sig" reads UTF-8 with and without a byte-order mark.
    tried = ["utf-8-sig" if each == "utf-8" else each for each in encodings if each != "utf-16"]
    if start.startswith(codecs.BOM_UTF8) and "utf-8-sig" in tried:
        return ["utf-8-sig"]
    if not tried:
        raise BadFile(1, _("The file is not UTF-16, which this profile reads."))
    return list(dict.fromkeys(tried))


def _undecodable(line: int, encoding: str, byte: bytes) -> BadFile:
    return BadFile(
        line,
        _(
            "Line {line} is not {known} (byte 0x{byte}). Save the file as “CSV UTF-8” in your "
            "spreadsheet and try again."
        ).format(line=line, known=_ENCODING_WORDS[encoding], byte=byte.hex().upper()),
    )


def _known(encodings: Sequence[str]) -> str:
    return either(dict.fromkeys(_ENCODING_WORDS[each] for each in encodings))


def _malformed(line: int, error: csv.Error) -> BadFile:
    text = str(error)
    if "unexpected end of data" in text or "field larger" in text:
        return BadFile(
            line,
            _(
                "A quote opens in the row at line {line} and is never closed. Close it; "
                "nothing after it was read."
            ).format(line=line),
        )
    if "expected after" in text:
        return BadFile(
            line,
            _(
                "The row at line {line} has text after a closing quote. Double the quotes "
                "inside values; nothing after it was read."
            ).format(line=line),
        )
    return BadFile(
        line,
        _("The row at line {line} is not CSV ({text}). Nothing after it was read.").format(
            line=line, text=text
        ),
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))
