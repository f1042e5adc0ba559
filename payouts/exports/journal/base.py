"""What every format of the journal shares: entries, their amounts in whose currency, and text as formats take it."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from .rates import Rate, balanced

if TYPE_CHECKING:
    from .reading import Reading

LAYOUT = 2
"""The newest of files' layouts. A month keeps the one it was asked to be closed under: docs/adr/0037.

1: as they first were. 2: NetSuite's Entity and QuickBooks' Name, where an account says whom they name.
"""
SELLER = "{seller}"
WHOM = r"\{seller\}|\w[\w .&()/-]{0,99}"
"""Whom lines of an account name in a program: their own seller, or one name for all."""


@dataclass(frozen=True)
class Company:
    """Whose books these are; what single formats ask of the company. The settings BOOKS_…."""

    name: str = ""
    currency: str = "EUR"
    year_begins: int = 1
    siren: str = ""
    datev_consultant: str = ""
    datev_client: str = ""
    datev_chart: str = "03"
    datev_digits: int = 4
    datev_clearing: str = ""
    netsuite_subsidiary: str = ""

    def year_of(self, day: date) -> date:
        """The first day of the fiscal year that holds the day."""
        return date(day.year - (day.month < self.year_begins), self.year_begins, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One debit (positive) or credit (negative) of an entry, in minor units, on an account of accounting's chart.

    ``aux`` is the seller's reference, never a name. ``targets``: see `AccountMapping`. ``home`` is the amount in the
    company's currency, where that is another; see `Job.lines`.
    """

    account: str
    label: str
    minor: int
    aux: str = ""
    targets: Mapping[str, str] = field(default_factory=dict)
    home: int | None = None

    @property
    def booked(self) -> int:
        """The amount in the company's currency, debit positive."""
        return self.minor if self.home is None else self.home


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced entry. ``number`` has no gap in the books of its currency; ``place`` is its place in the month.

    ``day`` is when it is booked, ``fact_day`` when it happened: another day where the fact came late.
    """

    number: int
    place: int
    ref: str
    day: date
    fact_day: date
    journal: str
    journal_label: str
    text: str
    source: str
    lines: Sequence[Line]

    @property
    def late(self) -> bool:
        return self.fact_day != self.day

    @property
    def words(self) -> str:
        """The text; where the fact came late, with the day that it is of."""
        return f"{self.text}, of {self.fact_day:%Y-%m-%d}" if self.late else self.text


@dataclass(frozen=True)
class Job:
    """One month in one currency, or a fiscal year of months. ``digits`` are the currency's decimals, ``home_digits``
    those of the company's.

    ``closings``: when each month of a year was closed, by its first day; ``closed_at`` is of the last. ``rates``: of
    each month that has entries, into the company's currency; None where it has none.
    """

    company: Company
    first_day: date
    last_day: date
    currency: str
    digits: int
    closed_at: datetime
    grouping: str = "detailed"
    first_number: int = 1
    closings: Mapping[date, datetime] = field(default_factory=dict)
    home_digits: int = 2
    rates: Mapping[date, Rate | None] = field(default_factory=dict)
    layout: int = 1

    @property
    def foreign(self) -> bool:
        """Whether the currency is another than the company's."""
        return self.currency != self.company.currency

    @cached_property
    def home(self) -> "Job":
        """The same in the company's currency: for its amounts."""
        if not self.foreign:
            return self
        return replace(self, currency=self.company.currency, digits=self.home_digits)

    def rate(self, day: date) -> Rate:
        """That of the day's month. Raises `KeyError` where there is none: `lacks_rates` says so before."""
        found = self.rates.get(day.replace(day=1))
        if found is None:
            raise KeyError(day)
        return found

    def ratio(self, day: date) -> tuple[int, int]:
        """What minor units of the currency are multiplied and divided by at the day's rate to be the company's."""
        one = self.rate(day).one
        return one.numerator * 10**self.home_digits, one.denominator * 10**self.digits

    def lines(self, entry: Entry) -> Sequence[Line]:
        """The entry's lines, with their amounts in the company's currency where that is another."""
        if not self.foreign:
            return entry.lines
        times, per = self.ratio(entry.day)
        amounts = balanced([line.minor * times for line in entry.lines], per)
        return [replace(line, home=home) for line, home in zip(entry.lines, amounts, strict=True)]

    def ref(self, entry: Entry) -> str:
        """The entry's reference, which no entry of another currency has in the same books."""
        return f"{self.currency}-{entry.ref}" if self.foreign else entry.ref

    def original(self, line: Line, day: date) -> str:
        """An amount in its own currency, and the rate it is booked by: for targets without a column for it."""
        if not self.foreign:
            return ""
        rate = self.rate(day).words(self.currency, self.company.currency)
        return f" {self.currency} {self.amount(abs(line.minor))} at {rate}"

    @property
    def span(self) -> str:
        first, last = f"{self.first_day:%Y-%m}", f"{self.last_day:%Y-%m}"
        return first if first == last else f"{first} to {last}"

    def valid_on(self, day: date) -> date:
        """The day on which an entry of this day was validated: its month was closed."""
        return max(self.closings.get(day.replace(day=1), self.closed_at).date(), day)

    def amount(self, minor: int, mark: str = ".", digits: int | None = None) -> str:
        """Minor units as text with exactly ``digits`` decimals (the currency's), no thousands: "1250.00"."""
        whole, part = divmod(abs(minor), 10**self.digits)
        wanted = self.digits if digits is None else digits
        sign = "-" if minor < 0 else ""
        decimals = f"{part:0{self.digits}d}" if self.digits else ""
        return f"{sign}{whole}{mark}{decimals.ljust(wanted, '0')}" if wanted else f"{sign}{whole}"

    def stem(self, name: str) -> str:
        return f"{name}-{self.first_day:%Y-%m}-{self.currency}-{self.grouping}"


@dataclass(frozen=True)
class Need:
    """Something that one format wants to know of an account: a tax code, a cost centre, its name there.

    ``names_sellers``: it may be `SELLER`, which stands for the reference of the seller whose line it is.
    """

    key: str
    label: str
    pattern: str
    default: str = ""
    names_sellers: bool = False

    def of(self, line: Line) -> str:
        found = line.targets.get(self.key) or self.default
        return line.aux if self.names_sellers and found == SELLER else found


class Format(Protocol):
    """One program's file. ``most_lines`` and ``most_bytes`` are of one file: a longer month comes in parts."""

    name: str
    label: str
    encoding: str
    most_lines: int
    most_bytes: int

    @property
    def needs(self) -> tuple[Need, ...]:
        """What it asks of each account."""

    def unfit(self, job: Job) -> list[str]:
        """What keeps this month from being written at all, as sentences."""

    def file_name(self, job: Job) -> str:
        """The name its target expects."""

    def head(self, job: Job) -> str:
        """What stands above the entries."""

    def write(self, entry: Entry, job: Job) -> str:
        """The lines of an entry, each with its end."""

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> "Reading":
        """The file read back, line by line: what it says, and all that its target would refuse.

        ``first`` is false for the later parts of a month, whose numbers go on.
        """


def csv_line(cells: Sequence[object], delimiter: str = ",") -> str:
    """One record by RFC 4180."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def fit(text: str, encoding: str, limit: int) -> str:
    """Text that the encoding carries, on one line, cut to ``limit`` letters: what it lacks is the nearest or “?”."""
    one_line = " ".join(text.split())
    out = []
    for letter in one_line:
        try:
            letter.encode(encoding)
            out.append(letter)
        except UnicodeEncodeError:
            plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
            out.append(plain or "?")
    return "".join(out)[:limit]


def fit_bytes(text: str, encoding: str, limit: int) -> str:
    """As `fit`, but cut to ``limit`` bytes of the encoding; no letter is cut in two."""
    return fit(text, encoding, limit).encode(encoding)[:limit].decode(encoding, "ignore")


def lacks_rates(job: Job) -> list[str]:
    """Without a rate of each of its months, a journal of another currency is none of the company's books."""
    if not job.foreign:
        return []
    lacking = [first for first, rate in (job.rates or {job.first_day: None}).items() if rate is None]
    if not lacking:
        return []
    months = ", ".join(f"{first:%Y-%m}" for first in lacking)
    return [
        f"There is no rate of {job.currency} into {job.company.currency} for {months}: set it on the "
        "page “Rates” of the books, and have another person confirm it."
    ]


def plain_name(format_name: str, job: Job) -> str:
    return f"{job.stem(format_name)}.csv"
