"""The formats: cells of known kinds in, a file out. No cell can start a formula; numbers stay numbers."""

import csv
import pathlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import xlsxwriter
from django.utils import timezone

from payouts.exports.columns import Column, Kind
from sellers.ledger.money import Money, exponent

# What a spreadsheet takes for the beginning of a formula, also in full width, and what it skips before one.
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
XLSX_ROWS = 1_048_576
_EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number


class Writer(Protocol):
    """Takes headings once, then rows, then ends with the totals it kept."""

    def rows(self, rows: Iterable[Sequence[Any]]) -> None: ...

    def close(self) -> None: ...


def harmless(text: str) -> str:
    """Text that no spreadsheet reads as a formula: an apostrophe stands before what could start one.

    What follows leading spaces counts, too: some programs trim them.
    """
    return (
        f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip(" \u00a0").startswith(_DANGEROUS) else text
    )


class CsvWriter:
    """RFC 4180: UTF-8, commas, CRLF. Amounts with a decimal point, moments in ISO 8601 with their offset."""

    def __init__(self, path: pathlib.Path, *, columns: Sequence[Column], headings: Sequence[str]) -> None:
        self._kinds = [column.kind for column in columns]
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([harmless(heading) for heading in headings])

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        kinds = self._kinds
        self._writer.writerows(
            [_csv_cell(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in rows
        )

    def close(self) -> None:
        self._file.close()


def _csv_cell(kind: Kind, value: Any) -> str | int:
    if value is None:
        return ""
    if kind is Kind.MONEY:
        return str(value.plain())
    if kind is Kind.COUNT:
        return int(value)
    if kind is Kind.MOMENT:
        return timezone.localtime(value).isoformat(timespec="seconds")
    if kind is Kind.DAY:
        return str(value.isoformat())
    return harmless(str(value))


class XlsxWriter:
    """Typed cells, a frozen head with filters, and under the rows a total for each currency. Constant memory."""

    def __init__(self, path: pathlib.Path, *, columns: Sequence[Column], headings: Sequence[str]) -> None:
        self._columns = list(columns)
        # Strings are only ever written as strings: nothing here turns text into formulas, numbers or links.
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "tmpdir": str(path.parent),
            },
        )
        self._sheet = self._book.add_worksheet("Payouts")
        self._head = self._book.add_format({"bold": True, "bottom": 1})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._count = self._book.add_format({"num_format": "0"})
        self._money: dict[tuple[int, bool], Any] = {}
        self._totals: dict[str, list[int]] = {}
        self._row = 0
        zone = timezone.get_current_timezone_name()
        for at, column in enumerate(self._columns):
            self._sheet.set_column(at, at, column.width)
        for at, (column, heading) in enumerate(zip(self._columns, headings, strict=True)):
            words = f"{heading} ({zone})" if column.kind is Kind.MOMENT else heading
            self._sheet.write_string(0, at, words, self._head)
        self._sheet.freeze_panes(1, 0)

    def rows(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self._row += 1
            for at, (column, value) in enumerate(zip(self._columns, row, strict=True)):
                self._cell(self._row, at, column.kind, value)

    def close(self) -> None:
        last = self._row
        if last:
            self._sheet.autofilter(0, 0, last, len(self._columns) - 1)
        at = next((n for n, column in enumerate(self._columns) if column.kind is Kind.MONEY), None)
        if at is not None:
            for line, (currency, (count, minor)) in enumerate(sorted(self._totals.items()), start=last + 2):
                noun = "payout" if count == 1 else "payouts"
                self._sheet.write_string(line, 0, f"Total {currency}, {count:,} {noun}", self._head)
                self._amount(line, at, Money(minor, currency), bold=True)
        self._book.close()

    def _cell(self, row: int, at: int, kind: Kind, value: Any) -> None:
        if value is None or value == "":
            return
        if kind is Kind.MONEY:
            total = self._totals.setdefault(value.currency, [0, 0])
            total[0] += 1
            total[1] += value.minor
            self._amount(row, at, value)
        elif kind is Kind.COUNT:
            if len(str(abs(value))) > _EXACT_DIGITS:
                self._sheet.write_string(row, at, str(value))
            else:
                self._sheet.write_number(row, at, value, self._count)
        elif kind is Kind.MOMENT:
            self._sheet.write_datetime(row, at, _local(value), self._moment)
        elif kind is Kind.DAY:
            self._sheet.write_datetime(row, at, value, self._day)
        else:
            self._sheet.write_string(row, at, str(value)[:32_767])

    def _amount(self, row: int, at: int, money: Money, *, bold: bool = False) -> None:
        if len(str(abs(money.minor))) > _EXACT_DIGITS:  # as text it is at least right
            self._sheet.write_string(row, at, money.plain())
            return
        digits = exponent(money.currency)
        if (digits, bold) not in self._money:
            form = "#,##0" + ("." + "0" * digits if digits else "")
            self._money[digits, bold] = self._book.add_format({"num_format": form, "bold": bold})
        self._sheet.write_number(row, at, money.decimal(), self._money[digits, bold])


def _local(value: date | datetime) -> datetime:
    """A workbook knows no time zones; the heading names the one it is in."""
    return timezone.make_naive(value).replace(microsecond=0)  # type: ignore[arg-type]


FORMATS: dict[str, type[CsvWriter] | type[XlsxWriter]] = {"csv": CsvWriter, "xlsx": XlsxWriter}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
