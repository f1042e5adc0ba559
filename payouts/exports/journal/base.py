"""What every format of the journal shares: entries, amounts as text, and a reader that counts what it reads."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

MOST_PROBLEMS = 20
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")


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

    ``aux`` is the seller's reference, never a name. ``targets``: see `AccountMapping`.
    """

    account: str
    label: str
    minor: int
    aux: str = ""
    targets: Mapping[str, str] = field(default_factory=dict)


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
    """One month in one currency, or a fiscal year of months. ``digits`` are the currency's decimals.

    ``closings``: when each month of a year was closed, by its first day; ``closed_at`` is of the last.
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
    """Something that one format wants to know of an account: a tax code, a cost centre, its name there."""

    key: str
    label: str
    pattern: str
    default: str = ""

    def of(self, line: Line) -> str:
        return line.targets.get(self.key) or self.default


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


class Reading:
    """What a checker found: problems (the first 20), debits and credits of each account in minor units, entries."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.sums: dict[str, list[int]] = {}
        self.entries = 0
        self.lines = 0
        self.size = 0
        self.last_number: int | None = None
        self._open: str | None = None
        self._balance = 0
        self._legs = 0

    def wrong(self, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(sentence)

    def counted(self, lines: Iterable[str], encoding: str) -> Iterator[str]:
        """The lines as they are, their bytes counted."""
        for line in lines:
            self.size += len(line.encode(encoding))
            yield line

    def add(self, key: str, account: str, minor: int) -> None:
        """A line of the entry ``key``; lines of one entry follow each other."""
        if key != self._open:
            self.end()
            self._open = key
            self.entries += 1
        self._balance += minor
        self._legs += 1
        sums = self.sums.setdefault(account, [0, 0])
        sums[0 if minor > 0 else 1] += abs(minor)

    def end(self) -> None:
        """The entry that was read last is whole: it balances."""
        if self._open is None:
            return
        if self._balance:
            self.wrong(
                f"Entry {self._open} is off by {self._balance} minor units: debits and credits differ."
            )
        if self._legs < 2:
            self.wrong(f"Entry {self._open} has one line only.")
        self._open, self._balance, self._legs = None, 0, 0

    def number(self, text: str, job: Job, *, first: bool) -> None:
        """Entry numbers go on without a gap, from the month's first."""
        if not text.isdigit():
            self.wrong(f"“{text[:20]}” is no entry number.")
            return
        value = int(text)
        if self.last_number is None:
            if first and value != job.first_number:
                self.wrong(f"The first entry is {value}, not {job.first_number}.")
        elif value not in (self.last_number, self.last_number + 1):
            self.wrong(f"Entry {value} follows entry {self.last_number}: the numbers have a gap.")
        self.last_number = value

    def amount(self, text: str, job: Job, *, where: str, mark: str = ".", digits: int | None = None) -> int:
        """The minor units that a cell says; 0 for an empty one. A minus is no digit."""
        decimals = job.digits if digits is None else digits
        form = rf"\d{{1,15}}{re.escape(mark)}\d{{{decimals}}}" if decimals else r"\d{1,15}"
        if not text:
            return 0
        if not re.fullmatch(form, text):
            self.wrong(f"{where}: “{text[:20]}” is no amount with {decimals} decimals.")
            return 0
        minor = int(text.replace(mark, ""))
        if decimals > job.digits:
            minor, rest = divmod(minor, 10 ** (decimals - job.digits))
            if rest:
                self.wrong(f"{where}: “{text}” has more decimals than {job.currency} has.")
        return minor

    def sides(self, debit: int, credit: int, *, where: str) -> int:
        """One line's signed amount: it is on one side."""
        if bool(debit) == bool(credit):
            self.wrong(f"{where}: a line is on one side, debit or credit.")
        return debit - credit

    def day(self, text: str, form: str, job: Job, *, where: str) -> date | None:
        """A day inside the month."""
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.wrong(f"{where}: “{text[:20]}” is no date.")
            return None
        if not job.first_day <= found <= job.last_day:
            self.wrong(f"{where}: {text} is outside of {job.span}.")
        return found

    def longer(self, text: str, limit: int, *, where: str, encoding: str = "") -> None:
        if len(text.encode(encoding, "replace") if encoding else text) > limit:
            self.wrong(f"{where}: “{text[:20]}…” is longer than {limit}.")

    def formulas(self, cells: Sequence[str], *, where: str) -> None:
        """No cell of a file that a spreadsheet may open starts a formula; a number may be negative."""
        for cell in cells:
            if cell.startswith(FORMULA) and not _NUMBER.fullmatch(cell):
                self.wrong(f"{where}: “{cell[:20]}” would start a formula.")


def csv_line(cells: Sequence[object], delimiter: str = ",") -> str:
    """One record by RFC 4180."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def records(
    text: Iterable[str], reading: Reading, *, columns: int, delimiter: str = ",", above: int = 1
) -> Iterator[tuple[str, list[str]]]:
    """("line 3", cells) of every record below the ``above`` lines that were read; one with another number of columns is
    a problem and left out.
    """
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for row in rows:
            where = f"line {rows.line_num + above}"
            if len(row) != columns:
                reading.wrong(f"{where} has {len(row)} columns, not {columns}.")
                continue
            yield where, row
    except csv.Error as error:
        reading.wrong(f"line {rows.line_num + above}: {error}.")


def heading(text: Iterator[str], expected: str, reading: Reading, *, at: int = 1) -> None:
    """The next line, number ``at``, is the heading, to the letter."""
    found = next(text, "")
    if found != expected:
        reading.wrong(f"line {at}: the heading is “{found.strip()[:40]}”, not as its target knows it.")


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


def own_currency(job: Job, program: str) -> list[str]:
    """Programs that keep one currency take the books of that currency only."""
    if job.currency == job.company.currency:
        return []
    return [
        f"{program} takes journals in the company's currency only, {job.company.currency}: export {job.currency} "
        "as CSV and convert it at your rate, or into a company of that currency."
    ]


def plain_name(format_name: str, job: Job) -> str:
    return f"{job.stem(format_name)}.csv"
