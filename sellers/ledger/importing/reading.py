"""The rows of a file of earnings, each read by its profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from backoffice.words import sentences
from sellers import reading
from sellers.ledger.profiles import Line, Profile
from sellers.ledger.profiles.profile import LONGEST_ID
from sellers.reading import BadFile, Problem, TooBig

__all__ = ["BadFile", "Problem", "Read", "TooBig", "lines"]


@dataclass(frozen=True, slots=True)
class Read:
    """One row: its line in the file, the earnings it brings, and what is wrong with it (then it brings none).

    ``seller`` is kept of a bad row, too, so that an unknown one is said beside the row's other errors.
    """

    line: int
    earnings: tuple[Line, ...]
    error: str
    seller: str = ""


def lines(stream: BinaryIO, *, profile: Profile, encoding: str) -> Iterator[Read]:
    """Every row of the file. What cannot be read at all is the last one, with its error."""
    try:
        for row in reading.rows(
            stream, encoding=encoding, delimiter=profile.delimiter, required=profile.required
        ):
            if isinstance(row, Problem):
                yield Read(row.line, (), row.message)
                continue
            earnings, errors = profile.read(row.cells)
            seller = profile.seller.fill(row.cells)[:LONGEST_ID] if errors else ""
            yield Read(row.line, tuple(earnings), sentences(*errors), seller)
    except BadFile as error:
        yield Read(error.line, (), str(error))
