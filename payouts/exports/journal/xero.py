"""Xero's manual journals: signed amounts that add up to zero for each narration and date."""

from collections.abc import Iterable

from .base import Entry, Job, Need, csv_line, fit, lacks_rates, plain_name
from .reading import Reading, heading, records

COLUMNS = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1", "TrackingOption1",
)  # fmt: skip
TAX = Need("xero.tax_code", "Xero: tax rate", r"\w[\w .%()-]{0,49}", default="Tax Exempt")
TRACKING = Need("xero.cost_centre", "Xero: tracking option", r"\w[\w ./-]{0,99}")


class Xero:
    """The narration begins with the entry's reference, so that no two entries of a day are one to Xero.

    It keeps manual journals in the company's currency: others are converted, and each line's Description says so.
    """

    name = "xero"
    label = "Xero"
    encoding = "utf-8"
    most_lines = 300
    most_bytes = 0
    needs = (TAX, TRACKING)

    def unfit(self, job: Job) -> list[str]:
        return lacks_rates(job)

    def file_name(self, job: Job) -> str:
        return plain_name("xero", job)

    def head(self, job: Job) -> str:
        return csv_line(COLUMNS)

    def write(self, entry: Entry, job: Job) -> str:
        narration = fit(f"{job.ref(entry)} {entry.words}", self.encoding, 500)
        return "".join(
            csv_line(
                (
                    narration, f"{entry.day:%d/%m/%Y}", (line.aux + job.original(line, entry.day)).lstrip(),
                    line.account, TAX.of(line), job.home.amount(line.booked),
                    "Cost centre" if TRACKING.of(line) else "", TRACKING.of(line),
                )
            )
            for line in job.lines(entry)
        )  # fmt: skip

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        heading(lines, self.head(job), reading)
        for where, row in records(lines, reading, columns=len(COLUMNS)):
            reading.lines += 1
            reading.formulas(row, where=where)
            day = reading.day(row[1], "%d/%m/%Y", job, where=where)
            for at in (0, 3, 4, 5):
                if not row[at]:
                    reading.wrong(f"{where}: {COLUMNS[at][1:]} is empty.")
            reading.longer(row[0], 500, where=f"{where}, Narration")
            reading.longer(row[3], 10, where=f"{where}, AccountCode")
            minor = reading.amount(row[5].removeprefix("-"), job.home, where=where)
            booked = -minor if row[5].startswith("-") else minor
            original = reading.words_of(row[2], booked, day, job, where=where)
            reading.add(f"{row[0]}, {row[1]}", row[3], booked, original)
        if reading.lines > self.most_lines:
            reading.wrong(f"{reading.lines} lines; Xero takes about {self.most_lines} a file.")
        reading.end()
        return reading


XERO = Xero()
