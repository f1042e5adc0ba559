"""Sage Accounting's journal import: lines of one journal share their reference; half a megabyte a file."""

from collections.abc import Iterable

from .base import Entry, Job, Need, Reading, csv_line, fit, heading, own_currency, plain_name, records

COLUMNS = ("Reference", "Date", "Ledger Account", "Debit", "Credit", "Details", "Tax Rate")
TAX = Need("sage.tax_code", "Sage: tax rate", r"\w[\w .%-]{0,29}", default="No Tax")


class Sage:
    """Dates as day/month/year."""

    name = "sage"
    label = "Sage"
    encoding = "utf-8"
    most_lines = 0
    most_bytes = 500_000
    needs = (TAX,)

    def unfit(self, job: Job) -> list[str]:
        return own_currency(job, "Sage")

    def file_name(self, job: Job) -> str:
        return plain_name("sage", job)

    def head(self, job: Job) -> str:
        return csv_line(COLUMNS)

    def write(self, entry: Entry, job: Job) -> str:
        return "".join(
            csv_line(
                (
                    entry.ref, f"{entry.day:%d/%m/%Y}", line.account,
                    job.amount(line.minor) if line.minor > 0 else "",
                    job.amount(-line.minor) if line.minor < 0 else "",
                    fit(f"{entry.words} {line.aux}", self.encoding, 200), TAX.of(line),
                )
            )
            for line in entry.lines
        )  # fmt: skip

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        heading(lines, self.head(job), reading)
        size = len(self.head(job).encode())
        for where, row in records(reading.counted(lines, self.encoding), reading, columns=len(COLUMNS)):
            reading.lines += 1
            reading.formulas(row, where=where)
            reading.day(row[1], "%d/%m/%Y", job, where=where)
            reading.longer(row[0], 25, where=f"{where}, Reference")
            reading.longer(row[5], 200, where=f"{where}, Details")
            if not row[0] or not row[6]:
                reading.wrong(f"{where}: reference and tax rate are compulsory.")
            if not row[2].isdigit() or len(row[2]) > 8:
                reading.wrong(
                    f"{where}: a ledger account is a number of at most 8 digits, not “{row[2][:20]}”."
                )
            debit, credit = (reading.amount(row[at], job, where=where) for at in (3, 4))
            reading.add(row[0], row[2], reading.sides(debit, credit, where=where))
        size += reading.size
        if size > self.most_bytes:
            reading.wrong(f"{size:,} bytes; Sage takes half a megabyte a file.")
        reading.end()
        return reading


SAGE = Sage()
