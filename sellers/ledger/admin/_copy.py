"""The copy of a refused file: every row as it was uploaded, and beside it what is wrong with it."""

import csv
import io
import re
import tempfile
import zlib
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import IO, BinaryIO, cast

from sellers import reading
from sellers.formulas import harmless
from sellers.ledger import profiles
from sellers.ledger.models import ImportFile

_IN_MEMORY = 1 << 20  # bytes; what is larger lies on disk while it is made
_NUMBER = re.compile(r"[+-]?[\d.,\u00a0\u202f ]*\d[\d.,]*")
_HEADING = "error"


def made(file: ImportFile) -> IO[bytes] | None:
    """The copy as an open file, in the upload's own encoding and delimiter; whoever answers with it closes it.

    No cell begins a formula (`formulas.harmless`, undone where a file is read); numbers stay as they are. None where
    the upload is not kept, or no text can be read.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as upload:
        for body in file.parts.order_by("position").values_list("body", flat=True).iterator(chunk_size=1):
            upload.write(zlib.decompress(body))
        if not upload.tell():
            return None
        upload.seek(0)
        profile = profiles.get(file.profile)
        try:
            encoding = reading.inspect(cast(BinaryIO, upload), profile.encodings).encoding
        except reading.BadFile:
            return None
        given = io.TextIOWrapper(upload, encoding=encoding, newline="")
        delimiter = reading.delimiter_of(
            given.readline(reading.LONGEST_CELL), profile.delimiter, profile.required
        )
        given.seek(0)
        copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the answer closes it
        written = io.TextIOWrapper(copy, encoding=encoding, errors="replace", newline="")
        csv.writer(written, delimiter=delimiter).writerows(_rows(file, given, delimiter))
        written.flush()
        written.detach()
        given.detach()
    copy.seek(0)
    return copy


def _rows(file: ImportFile, given: io.TextIOWrapper, delimiter: str) -> Iterator[list[str]]:
    """The rows of the file and the errors of its lines, both in order, laid side by side."""
    errors = _errors(file)
    waiting = next(errors, None)
    width = 0
    for line, cells in reading.raw_rows(given, delimiter=delimiter):
        said = []
        while waiting is not None and waiting[0] <= line:
            said.append(waiting[1])
            waiting = next(errors, None)
        if line == 1:
            width = len(cells)
            taken = {cell.strip().casefold() for cell in cells}
            said = said or [
                next(name for name in (_HEADING, f"{_HEADING} 2", f"{_HEADING} 3") if name not in taken)
            ]
        yield [*(_safe(cell) for cell in cells), " ".join(said)]
    while waiting is not None:  # what follows a row that is no CSV was not read
        yield [*([""] * width), waiting[1]]
        waiting = next(errors, None)


def _errors(file: ImportFile) -> Iterator[tuple[int, str]]:
    found = file.staged.exclude(error="").order_by("row_number", "id").values_list("row_number", "error")
    for line, group in groupby(found.iterator(chunk_size=2000), key=itemgetter(0)):
        yield line, " ".join(error for _, error in group)


def _safe(cell: str) -> str:
    return cell if _NUMBER.fullmatch(cell) else harmless(cell)
