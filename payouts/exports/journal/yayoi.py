"""Yayoi Kaikei's import format of 25 columns: Shift_JIS, whole yen, accounts by their Japanese names.

Flags by the vendor's page (support.yayoi-kk.co.jp, page 18545): 2000 for an entry of one line; 2110, 2100 and 2101 for
the first, middle and last line of a slip.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from .base import Entry, Job, Line, Need, csv_line, fit_bytes
from .reading import Reading, records

COLUMNS = 25
ACCOUNT = Need("yayoi.account", "Yayoi: 勘定科目", r"\S{1,12}")
TAX = Need("yayoi.tax_code", "Yayoi: 税区分", r"\S{1,20}", default="対象外")
FLAG, SLIP, DAY, TEXT, KIND, ADJUSTED = 0, 1, 3, 16, 19, 24
DEBIT, CREDIT = 4, 10  # each: account, sub-account, department, tax class, amount, tax
SINGLE, FIRST, MIDDLE, LAST = "2000", "2110", "2100", "2101"
JOURNAL, TRANSFER_SLIP = "0", "3"
MOST_SLIP = 999_999
MOST_TEXT, MOST_NAME = 64, 24  # bytes


class Yayoi:
    """Sides of a slip stand beside each other, line by line; the shorter side is filled with nothing."""

    name = "yayoi"
    label = "Yayoi (Japan)"
    encoding = "cp932"
    most_lines = 0
    most_bytes = 0
    needs = (ACCOUNT, TAX)

    def unfit(self, job: Job) -> list[str]:
        return [] if job.currency == "JPY" else [f"Yayoi keeps books in yen only, not in {job.currency}."]

    def file_name(self, job: Job) -> str:
        return f"{job.stem('yayoi')}.txt"

    def head(self, job: Job) -> str:
        return ""

    def write(self, entry: Entry, job: Job) -> str:
        debits = [line for line in entry.lines if line.minor > 0]
        credits = [line for line in entry.lines if line.minor < 0]
        rows = list(zip_longest(debits, credits))
        return "".join(
            self._line(entry, job, debit, credit, _flag(at, len(rows)))
            for at, (debit, credit) in enumerate(rows)
        )

    def _line(self, entry: Entry, job: Job, debit: Line | None, credit: Line | None, flag: str) -> str:
        cells = [""] * COLUMNS
        cells[FLAG], cells[DAY] = flag, f"{entry.day:%Y/%m/%d}"
        cells[SLIP] = str(entry.place) if flag != SINGLE else ""
        cells[DEBIT : DEBIT + 6] = self._side(debit, job)
        cells[CREDIT : CREDIT + 6] = self._side(credit, job)
        cells[TEXT] = fit_bytes(f"{entry.ref} {entry.words}", self.encoding, MOST_TEXT)
        cells[KIND] = JOURNAL if flag == SINGLE else TRANSFER_SLIP
        cells[ADJUSTED] = "no"
        return csv_line(cells)

    def _side(self, line: Line | None, job: Job) -> list[str]:
        if line is None:
            return ["", "", "", "", "0", ""]
        return [ACCOUNT.of(line) or line.label, line.aux, "", TAX.of(line), job.amount(abs(line.minor)), ""]

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        entry, inside = 0, False
        for where, row in records(text, reading, columns=COLUMNS, above=0):
            reading.lines += 1
            flag = row[FLAG]
            if flag not in (SINGLE, FIRST, MIDDLE, LAST):
                reading.wrong(f"{where}: there is no flag “{flag[:10]}”.")
            if inside != (flag in (MIDDLE, LAST)):
                reading.wrong(f"{where}: flag {flag} is out of turn: a slip is 2110, 2100 …, 2101.")
            entry += not inside
            inside = flag in (FIRST, MIDDLE)
            reading.day(row[DAY], "%Y/%m/%d", job, where=where)
            reading.longer(row[TEXT], MOST_TEXT, where=f"{where}, 摘要", encoding=self.encoding)
            if row[SLIP] and (not row[SLIP].isdigit() or int(row[SLIP]) > MOST_SLIP):
                reading.wrong(f"{where}: a slip's number has at most 6 digits.")
            if row[KIND] != (JOURNAL if flag == SINGLE else TRANSFER_SLIP):
                reading.wrong(f"{where}: type “{row[KIND][:5]}” does not go with flag {flag}.")
            for start, sign in ((DEBIT, 1), (CREDIT, -1)):
                fault = self._check_side(row[start : start + 6], reading, f"entry {entry}", sign)
                if fault:
                    reading.wrong(f"{where}: {fault}")
            if flag == SINGLE and not (row[DEBIT] and row[CREDIT]):
                reading.wrong(f"{where}: an entry of one line has an account on both sides.")
        if inside:
            reading.wrong("The last slip has no last line (2101).")
        reading.end()
        return reading

    def _check_side(self, cells: Sequence[str], reading: Reading, key: str, sign: int) -> str:
        """What is wrong with one side of a line, or nothing."""
        account, sub_account, _, tax, amount, _ = cells
        if not re.fullmatch(r"\d{1,11}", amount):
            return f"“{amount[:15]}” is no whole number of yen."
        for cell in (account, sub_account):
            reading.longer(cell, MOST_NAME, where="勘定科目", encoding=self.encoding)
        if account and tax and int(amount):
            reading.add(key, account, sign * int(amount))
        elif account or int(amount):
            return "account, tax class and amount go together."
        return ""


def unfit_name(label: str, account: str) -> str:
    """Why an account of this name, and this 勘定科目 if any, is none in Yayoi, as a sentence; or nothing."""
    if account or len(label.encode(Yayoi.encoding, "replace")) <= MOST_NAME:
        return ""
    return (
        f"Yayoi takes names of at most {MOST_NAME} bytes (12 Japanese letters, or {MOST_NAME} Latin ones), and this "
        "account's is longer: give its 勘定科目, or a shorter name."
    )


def _flag(at: int, rows: int) -> str:
    if rows == 1:
        return SINGLE
    return FIRST if at == 0 else LAST if at == rows - 1 else MIDDLE


YAYOI = Yayoi()
