"""The copy of a refused file: every row as it was uploaded, and beside it what is wrong with it."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import IO, BinaryIO, cast

from backoffice.words import sentences
from sellers import error_column, reading
from sellers.formulas import harmless

_IN_MEMORY = 1 << 20  # bytes; what is larger lies on disk while it is made
_NUMBER = re.compile(r"[+-]?(?:[\d.,]*+[\u00a0\u202f ]++)*+[.,]*+\d[\d.,]*+")
"""No part is read in two ways: a cell of a hundred thousand digits and a letter took a minute."""

Errors = Iterator[tuple[int, str]]
"""Lines of the file, in order, each with all that is wrong with it."""


def made(
    upload: IO[bytes], *, encodings: Sequence[str], delimiter: str, required: Sequence[str], errors: Errors
) -> IO[bytes] | None:
    """The copy as an open file, in the upload's own encoding and delimiter; whoever answers with it closes it.

    ``delimiter`` is "" where the header tells it. No cell begins a formula (`formulas.harmless`, undone where a file
    is read); numbers stay as they are. None where no text can be read.
    """
    try:
        encoding = reading.inspect(cast(BinaryIO, upload), encodings).encoding
    except reading.BadFile:
        return None
    given = io.TextIOWrapper(upload, encoding=encoding, newline="")
    mark = reading.delimiter_of(given.readline(reading.LONGEST_CELL), delimiter, required)
    given.seek(0)
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    written = io.TextIOWrapper(copy, encoding=encoding, errors="replace", newline="")
    csv.writer(written, delimiter=mark).writerows(_rows(errors, given, mark, encoding))
    written.flush()
    written.detach()
    given.detach()
    copy.seek(0)
    return copy


def by_line(errors: Iterable[tuple[int, str]]) -> Errors:
    """Errors in the order of their lines, those of one line together."""
    for line, group in groupby(errors, key=itemgetter(0)):
        yield line, sentences(*(error for _, error in group))


def _rows(errors: Errors, given: io.TextIOWrapper, delimiter: str, encoding: str) -> Iterator[list[str]]:
    """The rows of the file and the errors of its lines, both in order, laid side by side."""
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
            said = [error_column.of_header(" ".join(said)) if said else error_column.heading(taken, encoding)]
        yield [*(_safe(cell) for cell in cells), " ".join(said)]
    while waiting is not None:  # what follows a row that is no CSV was not read
        yield [*([""] * width), waiting[1]]
        waiting = next(errors, None)


def _safe(cell: str) -> str:
    return cell if _NUMBER.fullmatch(cell) else harmless(cell)
