"""Xero's manual journals: signed amounts that add up to zero for each narration and date."""

from collections.abc import Iterable

from .base import Entry, Job, Need, Reading, csv_line, fit, heading, own_currency, plain_name, records

COLUMNS = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1", "TrackingOption1",
)  # fmt: skip
TAX = Need("xero.tax_code", "Xero: tax rate", r"\w[\w .%()-]{0,49}", default="Tax Exempt")
TRACKING = Need("xero.cost_centre", "Xero: tracking option", r"\w[\w ./-]{0,99}")


class Xero:
    """The narration begins with the entry's reference, so that no two entries of a day are one to Xero."""

    name = "xero"
    label = "Xero"
    encoding = "utf-8"
    most_lines = 300
    most_bytes = 0
    needs = (TAX, TRACKING)

    def unfit(self, job: Job) -> list[str]:
        return own_currency(job, "Xero")

    def file_name(self, job: Job) -> str:
        return plain_name("xero", job)

    def head(self, job: Job) -> str:
        return csv_line(COLUMNS)

    def write(self, entry: Entry, job: Job) -> str:
        narration = fit(f"{entry.ref} {entry.words}", self.encoding, 500)
        return "".join(
            csv_line(
                (
                    narration, f"{entry.day:%d/%m/%Y}", line.aux, line.account, TAX.of(line), job.amount(line.minor),
                    "Cost centre" if TRACKING.of(line) else "", TRACKING.of(line),
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
            reading.day(row[1], "%d/%m/%Y", job, where=where)
            for at in (0, 3, 4, 5):
                if not row[at]:
                    reading.wrong(f"{where}: {COLUMNS[at][1:]} is empty.")
            reading.longer(row[0], 500, where=f"{where}, Narration")
            reading.longer(row[3], 10, where=f"{where}, AccountCode")
            minor = reading.amount(row[5].removeprefix("-"), job, where=where)
            reading.add(f"{row[0]}, {row[1]}", row[3], -minor if row[5].startswith("-") else minor)
        if reading.lines > self.most_lines:
            reading.wrong(f"{reading.lines} lines; Xero takes about {self.most_lines} a file.")
        reading.end()
        return reading


XERO = Xero()
