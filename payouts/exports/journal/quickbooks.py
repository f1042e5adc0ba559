"""QuickBooks Online's import of journal entries. Accounts are named as they are named there."""

from collections.abc import Iterable

from .base import WHOM, Entry, Job, Need, csv_line, fit, plain_name
from .reading import Reading, heading, records

COLUMNS = (
    "Journal No.", "Journal Date", "Account", "Debits", "Credits", "Description", "Name", "Currency", "Location",
    "Class",
)  # fmt: skip
ACCOUNT = Need("quickbooks.account", "QuickBooks: account name", r"\w[\w .:&()/-]{0,99}")
CLASS = Need("quickbooks.cost_centre", "QuickBooks: class", r"\w[\w .:/-]{0,99}")

NAME = Need("quickbooks.name", "QuickBooks: name", WHOM, names_sellers=True)


class QuickBooks:
    """Dates as month/day/year; without a name of its own an account has its label.

    QuickBooks wants a Name, which it knows, on lines of payables and receivables only: so only where the account says
    whom. Layout 1 leaves it empty.
    """

    name = "quickbooks"
    label = "QuickBooks Online"
    encoding = "utf-8"
    most_lines = 1_000
    most_bytes = 0
    needs = (ACCOUNT, CLASS, NAME)

    def unfit(self, job: Job) -> list[str]:
        return []

    def file_name(self, job: Job) -> str:
        return plain_name("quickbooks", job)

    def head(self, job: Job) -> str:
        return csv_line(COLUMNS)

    def write(self, entry: Entry, job: Job) -> str:
        return "".join(
            csv_line(
                (
                    entry.ref, f"{entry.day:%m/%d/%Y}", ACCOUNT.of(line) or line.label,
                    job.amount(line.minor) if line.minor > 0 else "",
                    job.amount(-line.minor) if line.minor < 0 else "",
                    fit(f"{entry.words} {line.aux}", self.encoding, 4_000),
                    NAME.of(line) if job.layout > 1 else "", job.currency, "", CLASS.of(line),
                )
            )
            for line in entry.lines
        )  # fmt: skip

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        heading(lines, self.head(job), reading)
        for where, row in records(lines, reading, columns=len(COLUMNS)):
            reading.lines += 1
            reading.formulas(row, where=where)
            reading.day(row[1], "%m/%d/%Y", job, where=where)
            reading.longer(row[0], 21, where=f"{where}, Journal No.")
            reading.longer(row[2], 100, where=f"{where}, Account")
            reading.longer(row[5], 4_000, where=f"{where}, Description")
            if row[6] and job.layout == 1:
                reading.wrong(f"{where}: a Name in a file of the first layout.")
            if not row[0] or not row[2]:
                reading.wrong(f"{where}: number and account are compulsory.")
            if row[7] != job.currency:
                reading.wrong(f"{where}: {row[7]} in a journal of {job.currency}.")
            debit, credit = (reading.amount(row[at], job, where=where) for at in (3, 4))
            reading.add(row[0], row[2], reading.sides(debit, credit, where=where))
        if reading.lines > self.most_lines:
            reading.wrong(f"{reading.lines} lines; QuickBooks takes {self.most_lines:,} a file.")
        reading.end()
        return reading


QUICKBOOKS = QuickBooks()
