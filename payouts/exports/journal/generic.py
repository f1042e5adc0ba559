"""The neutral journal as CSV: UTF-8, ISO dates, a decimal point. RFC 4180."""

from collections.abc import Iterable

from .base import Entry, Job, Need, csv_line, plain_name
from .reading import Reading, heading, records

COLUMNS = (
    "entry_id", "line_no", "date", "journal", "account", "account_label", "aux", "debit", "credit", "currency",
    "description", "document_ref", "tax_code", "cost_centre", "source_type", "original_date",
)  # fmt: skip
TAX = Need("csv.tax_code", "CSV: tax code", r"\w[\w.%/ -]{0,19}")
CENTRE = Need("csv.cost_centre", "CSV: cost centre", r"\w[\w./-]{0,29}")


class Generic:
    """One row a line; ``original_date`` is filled where the fact is of another day than it is booked on."""

    name = "csv"
    label = "CSV"
    encoding = "utf-8"
    most_lines = 0
    most_bytes = 0
    needs = (TAX, CENTRE)

    def unfit(self, job: Job) -> list[str]:
        return []

    def file_name(self, job: Job) -> str:
        return plain_name("journal", job)

    def head(self, job: Job) -> str:
        return csv_line(COLUMNS)

    def write(self, entry: Entry, job: Job) -> str:
        original = entry.fact_day.isoformat() if entry.late else ""
        return "".join(
            csv_line(
                (
                    entry.number, at, entry.day.isoformat(), entry.journal, line.account, line.label, line.aux,
                    job.amount(line.minor) if line.minor > 0 else "",
                    job.amount(-line.minor) if line.minor < 0 else "",
                    job.currency, entry.text, entry.ref, TAX.of(line), CENTRE.of(line), entry.source, original,
                )
            )
            for at, line in enumerate(entry.lines, start=1)
        )  # fmt: skip

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        heading(lines, self.head(job), reading)
        for where, row in records(lines, reading, columns=len(COLUMNS)):
            reading.lines += 1
            reading.formulas(row, where=where)
            reading.number(row[0], job, first=first)
            reading.day(row[2], "%Y-%m-%d", job, where=where)
            if row[9] != job.currency:
                reading.wrong(f"{where}: {row[9]} in a journal of {job.currency}.")
            if not row[4]:
                reading.wrong(f"{where}: no account.")
            debit, credit = (reading.amount(row[at], job, where=where) for at in (7, 8))
            reading.add(row[0], row[4], reading.sides(debit, credit, where=where))
        reading.end()
        return reading


GENERIC = Generic()
