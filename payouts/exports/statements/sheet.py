"""A statement as words and amounts in their order, before it is a page or a PDF. Everything is in its language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from babel import numbers

from payouts.exports.statements import words
from sellers.ledger import written
from sellers.ledger.money import Money


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a column: ``digits`` without its sign, ``minus`` the word for the sign where it is negative."""

    digits: str
    minus: str
    currency: str

    def __str__(self) -> str:
        return f"{written.MINUS}{self.digits}" if self.minus else self.digits


Cell = str | Amount


@dataclass(frozen=True)
class Column:
    """``width`` is the share of the table's width that it takes on paper, of 100.

    ``role`` says what its cells are: the row's "name", a short "fact", "words" that may run on, a "count" or an
    "amount".
    """

    heading: str
    width: int
    role: str

    @property
    def numeric(self) -> bool:
        return self.role in ("count", "amount")


@dataclass(frozen=True)
class Table:
    """Rows under one heading. ``rows`` can be gone through once; an empty list leaves only heading and note."""

    heading: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    total: tuple[str, Amount] | None = None
    note: str = ""

    def pairs(self) -> Iterator[list[tuple[Column, Cell]]]:
        """Each row's cells with their columns."""
        for row in self.rows:
            yield list(zip(self.columns, row, strict=True))


@dataclass(frozen=True)
class Sheet:
    """``facts`` are (term, answer) in the order of the reader's questions; ``to`` the lines of the seller's address."""

    language: str
    title: str
    issuer: str
    to: Sequence[str]
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    note: str = ""

    def page_of(self, page: int) -> str:
        """What stands before the number of all pages: "Page 3 of"."""
        return words.say(self.language, "page", page=page)


@dataclass(frozen=True)
class Pen:
    """Writes amounts, counts and words of one currency in one language."""

    language: str
    currency: str

    def say(self, word: str, **values: object) -> str:
        return words.say(self.language, word, **values)

    def day(self, on: date) -> str:
        return words.day(on, self.language)

    def count(self, number: int) -> str:
        return str(numbers.format_decimal(number, locale=self.language))

    def amount(self, minor: int) -> Amount:
        """The amount for a column; minor units."""
        digits = written.bare(Money(abs(minor), self.currency), locale=self.language)
        return Amount(digits, self.say("minus") if minor < 0 else "", self.currency)

    def sentence(self, minor: int) -> str:
        """The amount with the currency's sign; minor units."""
        return written.text(Money(minor, self.currency), locale=self.language)

    def columns(self, *parts: tuple[str, int, str]) -> list[Column]:
        """Columns of these words, widths and roles."""
        return [Column(self.say(word), width, role) for word, width, role in parts]
