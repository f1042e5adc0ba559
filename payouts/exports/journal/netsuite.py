"""NetSuite's CSV import of journal entries: lines of one entry share their External ID."""

from collections.abc import Iterable

from .base import WHOM, Entry, Job, Need, csv_line, plain_name
from .reading import Reading, heading, records

COLUMNS = (
    "External ID", "Date", "Subsidiary", "Currency", "Exchange Rate", "Memo", "Journal Entry - Line: Account",
    "Journal Entry - Line: Debit", "Journal Entry - Line: Credit", "Journal Entry - Line: Memo",
    "Journal Entry - Line: Department",
)  # fmt: skip
OF_LAYOUT = {1: COLUMNS, 2: (*COLUMNS, "Journal Entry - Line: Entity")}
DEPARTMENT = Need("netsuite.cost_centre", "NetSuite: department", r"\w[\w .:/-]{0,59}")
ENTITY = Need("netsuite.entity", "NetSuite: entity", WHOM, names_sellers=True)


class NetSuite:
    """Dates as month/day/year. The rate is 1 in the company's currency; else NetSuite takes its own of the day.

    NetSuite wants an entity, which it knows, on lines of payables and receivables only: so only where the account says
    whom. Layout 1 has no column for it.
    """

    name = "netsuite"
    label = "NetSuite"
    encoding = "utf-8"
    most_lines = 25_000
    most_bytes = 0
    needs = (DEPARTMENT, ENTITY)

    def unfit(self, job: Job) -> list[str]:
        if job.company.netsuite_subsidiary:
            return []
        return ["NetSuite books into a subsidiary: set BOOKS_NETSUITE_SUBSIDIARY to its name."]

    def file_name(self, job: Job) -> str:
        return plain_name("netsuite", job)

    def head(self, job: Job) -> str:
        return csv_line(OF_LAYOUT[job.layout])

    def write(self, entry: Entry, job: Job) -> str:
        rate = "1" if job.currency == job.company.currency else ""
        return "".join(
            csv_line(
                (
                    f"{job.currency}-{entry.ref}", f"{entry.day:%m/%d/%Y}", job.company.netsuite_subsidiary,
                    job.currency, rate, entry.words, line.account,
                    job.amount(line.minor) if line.minor > 0 else "",
                    job.amount(-line.minor) if line.minor < 0 else "",
                    line.aux, DEPARTMENT.of(line), *((ENTITY.of(line),) if job.layout > 1 else ()),
                )
            )
            for line in entry.lines
        )  # fmt: skip

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        heading(lines, self.head(job), reading)
        for where, row in records(lines, reading, columns=len(OF_LAYOUT[job.layout])):
            reading.lines += 1
            reading.formulas(row, where=where)
            reading.day(row[1], "%m/%d/%Y", job, where=where)
            for at in (0, 2, 3, 6):
                if not row[at]:
                    reading.wrong(f"{where}: {COLUMNS[at]} is empty.")
            if row[3] != job.currency:
                reading.wrong(f"{where}: one entry is in one currency, {job.currency}.")
            reading.longer(row[5], 999, where=where)
            debit, credit = (reading.amount(row[at], job, where=where) for at in (7, 8))
            reading.add(row[0], row[6], reading.sides(debit, credit, where=where))
        if reading.lines > self.most_lines:
            reading.wrong(f"{reading.lines} lines; NetSuite takes {self.most_lines:,} a file.")
        reading.end()
        return reading


NETSUITE = NetSuite()
