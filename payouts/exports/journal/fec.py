"""The French fichier des écritures comptables: 18 columns, tab, ISO 8859-15 (LPF, art. A47 A-1)."""

import calendar
import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from .base import Entry, Job, fit, lacks_rates
from .reading import Original, Reading, heading

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
COMPULSORY = (0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15)
_ACCOUNT = re.compile(r"[0-9]{3}[0-9A-Za-z]*")


class Fec:
    """``PieceDate`` is the day of the fact, ``ValidDate`` the day the month was closed.

    Debit and Credit are in euros. A journal of another currency has journal codes and a file of its own, for its
    numbers are of a series of their own; ``Montantdevise`` is its amount, debit positive, ``Idevise`` its currency.
    """

    name = "fec"
    label = "FEC (France)"
    encoding = "iso8859-15"
    most_lines = 0
    most_bytes = 0
    needs = ()

    def unfit(self, job: Job) -> list[str]:
        found = lacks_rates(job)
        if job.company.currency != "EUR":
            found.append(
                "The FEC is in euros. Set BOOKS_CURRENCY=EUR where these are books of a French company."
            )
        if not is_siren(job.company.siren):
            found.append(
                "The FEC's name begins with the company's SIREN, nine digits with a check digit: set BOOKS_SIREN."
            )
        return found

    def file_name(self, job: Job) -> str:
        """That of the law for a year's FEC, with what part this is: nobody takes a month for the year."""
        currency = f"{job.currency}-" if job.foreign else ""
        return f"{job.company.siren}FEC{job.last_day:%Y%m%d}-part-{job.last_day:%Y-%m}-{currency}{job.grouping}.txt"

    def head(self, job: Job) -> str:
        return "\t".join(COLUMNS) + "\r\n"

    def write(self, entry: Entry, job: Job) -> str:
        day, fact, valid = (f"{each:%Y%m%d}" for each in (entry.day, entry.fact_day, job.valid_on(entry.day)))
        code, label = entry.journal, entry.journal_label
        if job.foreign:
            code, label = f"{code}-{job.currency}", f"{label} {job.currency}"
        before = [code, self._text(label, 60), str(entry.number), day]
        after = [job.ref(entry), fact, self._text(entry.words, 200)]
        currency = job.currency if job.foreign else ""
        return "".join(
            "\t".join(
                [
                    *before, line.account, self._text(line.label, 60), line.aux, line.aux, *after,
                    *(job.home.amount(max(side, 0), ",") for side in (line.booked, -line.booked)), "", "", valid,
                    job.amount(line.minor, ",") if currency else "", currency,
                ]
            )
            + "\r\n"
            for line in job.lines(entry)
        )  # fmt: skip

    def _text(self, text: str, limit: int) -> str:
        return fit(text, self.encoding, limit)

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        heading(lines, self.head(job), reading)
        last = ""
        for at, line in enumerate(lines, start=2):
            where = f"line {at}"
            reading.lines += 1
            if not line.endswith("\r\n"):
                reading.wrong(f"{where} does not end with CR LF.")
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) != len(COLUMNS):
                reading.wrong(f"{where} has {len(cells)} columns, not {len(COLUMNS)}.")
                continue
            for n in COMPULSORY:
                if not cells[n]:
                    reading.wrong(f"{where}: {COLUMNS[n]} is empty.")
            if bool(cells[6]) != bool(cells[7]):
                reading.wrong(f"{where}: CompAuxNum and CompAuxLib go together.")
            reading.number(cells[2], job, first=first)
            day = reading.day(cells[3], "%Y%m%d", job, where=where)
            if cells[3] < last:
                reading.wrong(f"{where}: entries are in order of their date; {cells[3]} follows {last}.")
            last = cells[3]
            if not re.fullmatch(r"\d{8}", cells[9]) or not re.fullmatch(r"\d{8}", cells[15]):
                reading.wrong(f"{where}: PieceDate and ValidDate are AAAAMMJJ.")
            elif cells[15] < cells[3]:
                reading.wrong(f"{where}: validated on {cells[15]}, before its date.")
            if not _ACCOUNT.fullmatch(cells[4]):
                reading.wrong(
                    f"{where}: account “{cells[4][:20]}” does not begin with three digits of the plan comptable."
                )
            debit, credit = (reading.amount(cells[n], job.home, where=where, mark=",") for n in (11, 12))
            booked = reading.sides(debit, credit, where=where)
            original = _original(cells, booked, day, job, reading=reading, where=where)
            reading.add(cells[2], cells[4], booked, original)
        reading.end()
        return reading


class FecYear(Fec):
    """The law's own file: the closed months of a fiscal year as one, lines and numbers as in the months' files."""

    name = "fec_year"
    label = "FEC of the fiscal year (France)"

    def unfit(self, job: Job) -> list[str]:
        found = super().unfit(job)
        next_day = job.last_day + timedelta(days=1)
        if next_day.month != job.company.year_begins:
            last = job.company.year_of(job.last_day).replace(day=1) - timedelta(days=1)
            found.append(
                f"The FEC of a year is asked for on its last month, {calendar.month_name[last.month]}: the fiscal year "
                f"begins in {calendar.month_name[job.company.year_begins]}. Else set BOOKS_YEAR_BEGINS."
            )
        if job.grouping != "detailed":
            found.append("The FEC of a year has its entries one by one: choose that.")
        return found

    def file_name(self, job: Job) -> str:
        """That of the law: the SIREN, FEC, the fiscal year's last day. Another currency's is a part, and says so."""
        currency = f"-part-{job.currency}" if job.foreign else ""
        return f"{job.company.siren}FEC{job.last_day:%Y%m%d}{currency}.txt"


def _original(
    cells: Sequence[str], booked: int, day: date | None, job: Job, *, reading: Reading, where: str
) -> Original | None:
    """``Montantdevise`` and ``Idevise``: filled on every line of a journal of another currency, and only there."""
    amount, currency = cells[16:18]
    if currency != (job.currency if job.foreign else "") or bool(amount) != job.foreign:
        reading.wrong(
            f"{where}: Montantdevise “{amount[:20]}” and Idevise “{currency[:5]}” in a journal of {job.currency}."
        )
        return None
    if not job.foreign or day is None:
        return None
    minor = reading.amount(amount.removeprefix("-"), job, where=where, mark=",")
    if amount.startswith("-") != (booked < 0) or not minor:
        reading.wrong(f"{where}: Montantdevise {amount[:20]} is not on the side of Debit and Credit.")
    return reading.original(minor, booked, day, job)


def is_siren(text: str) -> bool:
    """Nine digits whose Luhn sum is a multiple of ten."""
    if not re.fullmatch(r"[0-9]{9}", text):
        return False
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(text))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


FEC = Fec()
FEC_YEAR = FecYear()
