"""What checkers of journals share: a reader that counts what a file says, and all that its target would refuse."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .base import Job

MOST_PROBLEMS = 20
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Original:
    """A line's amount in its own currency, in minor units; times ``times`` over ``per`` it is exactly the company's."""

    minor: int
    times: int
    per: int


class Reading:
    """What a checker found: problems (the first 20), debits and credits of each account in minor units, entries.

    ``sums`` are in the journal's currency; ``booked`` are the same in the company's, where the file converts.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.sums: dict[str, list[int]] = {}
        self.entries = 0
        self.lines = 0
        self.size = 0
        self.last_number: int | None = None
        self.booked: dict[str, list[int]] = {}
        self._open: str | None = None
        self._balance = 0
        self._legs = 0
        self._off = self._small = 0
        self._per = 1

    def wrong(self, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(sentence)

    def counted(self, lines: Iterable[str], encoding: str) -> Iterator[str]:
        """The lines as they are, their bytes counted."""
        for line in lines:
            self.size += len(line.encode(encoding))
            yield line

    def add(self, key: str, account: str, minor: int, original: Original | None = None) -> None:
        """A line of the entry ``key``; lines of one entry follow each other.

        ``minor`` is as booked; ``original`` what the file says of it in its own currency, where that is another.
        """
        if key != self._open:
            self.end()
            self._open = key
            self.entries += 1
        self._balance += minor
        self._legs += 1
        own = minor
        if original is not None:
            own = original.minor
            exact, self._per = own * original.times, original.per
            self._off = max(self._off, abs(minor * self._per - exact))
            self._small += abs(exact) < self._per
            booked = self.booked.setdefault(account, [0, 0])
            booked[0 if minor > 0 else 1] += abs(minor)
        sums = self.sums.setdefault(account, [0, 0])
        sums[0 if own > 0 else 1] += abs(own)

    def end(self) -> None:
        """The entry that was read last is whole: it balances, and was converted by its rate.

        Rounding moves a line by less than one minor unit, and by one more for each line that is less than one.
        """
        if self._open is None:
            return
        if self._balance:
            self.wrong(
                f"Entry {self._open} is off by {self._balance} minor units: debits and credits differ."
            )
        if self._legs < 2:
            self.wrong(f"Entry {self._open} has one line only.")
        if self._off >= (1 + self._small) * self._per:
            self.wrong(f"Entry {self._open} is not converted at the rate of its month.")
        self._open, self._balance, self._legs = None, 0, 0
        self._off = self._small = 0

    def words_of(self, text: str, booked: int, day: date | None, job: Job, *, where: str) -> Original | None:
        """What `Job.original` wrote at the end of a text, read back; None in the company's own currency."""
        if not job.foreign or day is None:
            return None
        rate = re.escape(job.rate(day).words(job.currency, job.company.currency))
        found = re.search(rf"(?:^| ){job.currency} (\S+) at {rate}$", text)
        if found is None:
            self.wrong(
                f"{where}: “{text[-40:]}” does not say how much it is in {job.currency}, and at which rate."
            )
            return None
        return self.original(self.amount(found[1], job, where=where), booked, day, job)

    def original(self, minor: int, booked: int, day: date, job: Job) -> Original:
        """An amount in its own currency, positive, on the side on which it is booked."""
        own = minor if booked > 0 else -minor
        return Original(own, *job.ratio(day))

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
        """A day inside the month; None where it is none."""
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            self.wrong(f"{where}: “{text[:20]}” is no date.")
            return None
        if not job.first_day <= found <= job.last_day:
            self.wrong(f"{where}: {text} is outside of {job.span}.")
            return None
        return found

    def longer(self, text: str, limit: int, *, where: str, encoding: str = "") -> None:
        if len(text.encode(encoding, "replace") if encoding else text) > limit:
            self.wrong(f"{where}: “{text[:20]}…” is longer than {limit}.")

    def formulas(self, cells: Sequence[str], *, where: str) -> None:
        """No cell of a file that a spreadsheet may open starts a formula; a number may be negative."""
        for cell in cells:
            if cell.startswith(FORMULA) and not _NUMBER.fullmatch(cell):
                self.wrong(f"{where}: “{cell[:20]}” would start a formula.")


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
