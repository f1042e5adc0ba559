"""What every format knows: the text of a row, once as SQL and once in Python, to the same characters."""

import gzip
import hashlib
import io
import pathlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext

from backoffice.words import number
from payouts.exports.columns import Column, literals
from sellers.ledger.money import EXPONENTS, Money

_BUFFER = 1 << 20
_OFTEN = ("EUR", "USD", "GBP")


@dataclass(frozen=True)
class Layout:
    """What a file holds. Its moments are written in the time zone ``zone``; ``rows`` is how many there will be.

    ``title`` is what the sheet of a workbook is called.
    """

    columns: Sequence[Column]
    title: str
    noun: str
    zone: str
    locale: str = "en"
    rows: int = 0

    def local(self, value: datetime) -> datetime:
        """The moment in the file's zone, to the second."""
        return value.astimezone(ZoneInfo(self.zone)).replace(microsecond=0)


@dataclass(frozen=True)
class Total:
    """What the rows of one currency add up to, in minor units by the names of the columns that are added up, in their
    order; None where no row has an amount.
    """

    currency: str
    count: int
    minors: Mapping[str, int | None]

    @property
    def minor(self) -> int:
        """Of the first of them."""
        return next(iter(self.minors.values()), None) or 0

    @property
    def money(self) -> Money:
        return Money(self.minor, self.currency)

    def of(self, column: Column) -> Money | None:
        """What the column adds up to; None where it is not added up, or has nothing in it."""
        minor = self.minors.get(column.name)
        return None if minor is None else Money(minor, self.currency)

    def words(self, noun: str) -> str:
        """ "Total EUR, 3 payouts"; ``noun`` is in the plural. In another language than English: "…, 3 rows"."""
        if (get_language() or "en") != "en":
            words = ngettext("Total {currency}, {n} row", "Total {currency}, {n} rows", self.count)
            return words.format(currency=self.currency, n=number(self.count))
        one = noun.removesuffix("es") if noun.endswith("ches") else noun.removesuffix("s")
        return f"Total {self.currency}, {self.count:,} {one if self.count == 1 else noun}"


class Sink(Protocol):
    """What takes the bytes of a file, whole rows at a time."""

    def write(self, data: bytes, /) -> int: ...


class Format(ABC):
    """Rows as bytes: a head, each row, a foot. No cell can start a formula; numbers stay numbers."""

    suffix: ClassVar[str]
    media_type: ClassVar[str]
    words: ClassVar[str]
    packs: ClassVar[bool] = True
    has_totals: ClassVar[bool] = False
    has_locales: ClassVar[bool] = False
    speaks: ClassVar[bool] = False
    """Whether people read it: headings, words and totals are in the language of its locale, where we speak that."""
    most_rows: ClassVar[int | None] = None

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.columns = list(layout.columns)
        self.sha256 = ""
        """Of the file's bytes once it is closed, where they are written one after another; else nothing."""

    @abstractmethod
    def row_sql(self) -> str:
        """SQL of the text of one row, its end included; never null."""

    @abstractmethod
    def row(self, values: Sequence[Any]) -> str:
        """The same text, made of the typed values."""

    def head(self) -> str:
        return ""

    def foot(self, totals: Sequence[Total]) -> str:
        return ""

    def words_place(self) -> int | None:
        """In which column of a total its words stand; None where every one of them is an amount."""
        return next((n for n, column in enumerate(self.columns) if not column.summed), None)

    @contextmanager
    def opened(self, path: pathlib.Path, *, compressed: bool = False) -> Iterator[Sink]:
        """Where the bytes of head, rows and foot go."""
        with path.open("wb", buffering=_BUFFER) as file:
            hashed = _Hashed(file)
            if not compressed:
                yield hashed
            else:
                # Without a name and a time in it, the same rows are the same bytes.
                with (
                    gzip.GzipFile("", "wb", compresslevel=1, fileobj=hashed, mtime=0) as packed,
                    io.BufferedWriter(packed, _BUFFER) as buffered,
                ):
                    yield buffered
        self.sha256 = hashed.sha256.hexdigest()


class _Hashed:
    """A file that is hashed as it is written: PostgreSQL makes the next rows meanwhile, and it need not be read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def decimal_sql(minor: str, currency: str) -> str:
    """SQL of an amount in major units with every decimal of its currency, as `Money.plain` writes it."""
    by_digits: dict[int, list[str]] = {}
    for code, digits in EXPONENTS.items():
        by_digits.setdefault(digits, []).append(code)
    others = "".join(
        f" WHEN {currency} IN ({literals(codes)}) THEN {_scaled(minor, digits)}"
        for digits, codes in by_digits.items()
        if digits != 2
    )
    usual = _scaled(minor, 2)
    return f"CASE WHEN {currency} IN ({literals(_OFTEN)}) THEN {usual}{others} ELSE {usual} END"


def _scaled(minor: str, digits: int) -> str:
    """A product of numerics has the decimals of both, so exactly these, and none that was rounded."""
    return f"(({minor}) * 0.{'0' * (digits - 1)}1)::text" if digits else f"({minor})::text"
