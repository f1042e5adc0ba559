"""Sage Accounting's journal import: lines of one journal share their reference; half a megabyte a file."""

from collections.abc import Iterable

from .base import Entry, Job, Line, Need, csv_line, fit, lacks_rates, plain_name
from .reading import Reading, heading, records

COLUMNS = ("Reference", "Date", "Ledger Account", "Debit", "Credit", "Details", "Tax Rate")
TAX = Need("sage.tax_code", "Sage: tax rate", r"\w[\w .%-]{0,29}", default="No Tax")
MOST_DETAILS = 200


class Sage:
    """Dates as day/month/year. Sage keeps journals in the company's currency: others are converted, as Details say."""

    name = "sage"
    label = "Sage"
    encoding = "utf-8"
    most_lines = 0
    most_bytes = 500_000
    needs = (TAX,)

    def unfit(self, job: Job) -> list[str]:
        return lacks_rates(job)

    def file_name(self, job: Job) -> str:
        return plain_name("sage", job)

    def head(self, job: Job) -> str:
        return csv_line(COLUMNS)

    def write(self, entry: Entry, job: Job) -> str:
        return "".join(
            csv_line(
                (
                    job.ref(entry), f"{entry.day:%d/%m/%Y}", line.account,
                    job.home.amount(line.booked) if line.booked > 0 else "",
                    job.home.amount(-line.booked) if line.booked < 0 else "",
                    self._details(entry, line, job), TAX.of(line),
                )
            )
            for line in job.lines(entry)
        )  # fmt: skip

    def _details(self, entry: Entry, line: Line, job: Job) -> str:
        original = job.original(line, entry.day)
        return fit(f"{entry.words} {line.aux}", self.encoding, MOST_DETAILS - len(original)) + original

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        heading(lines, self.head(job), reading)
        size = len(self.head(job).encode())
        for where, row in records(reading.counted(lines, self.encoding), reading, columns=len(COLUMNS)):
            reading.lines += 1
            reading.formulas(row, where=where)
            day = reading.day(row[1], "%d/%m/%Y", job, where=where)
            reading.longer(row[0], 25, where=f"{where}, Reference")
            reading.longer(row[5], MOST_DETAILS, where=f"{where}, Details")
            if not row[0] or not row[6]:
                reading.wrong(f"{where}: reference and tax rate are compulsory.")
            if not row[2].isdigit() or len(row[2]) > 8:
                reading.wrong(
                    f"{where}: a ledger account is a number of at most 8 digits, not “{row[2][:20]}”."
                )
            debit, credit = (reading.amount(row[at], job.home, where=where) for at in (3, 4))
            booked = reading.sides(debit, credit, where=where)
            reading.add(row[0], row[2], booked, reading.words_of(row[5], booked, day, job, where=where))
        size += reading.size
        if size > self.most_bytes:
            reading.wrong(f"{size:,} bytes; Sage takes half a megabyte a file.")
        reading.end()
        return reading


SAGE = Sage()
