"""Comma-separated values: by RFC 4180 for programs, and as Excel of one language opens them."""

import re
from collections.abc import Sequence
from typing import Any

from payouts.exports.columns import Column, Kind
from payouts.exports.formats.base import Format, Total, decimal_sql

# What a spreadsheet takes for the beginning of a formula, also in full width, and what it skips before one.
_STARTS = r"^[ \u00a0]*[=+@\t\r\n＝＋－＠-]"
# Most texts are nothing special, which one look finds out.
_PLAIN = r"^[A-Za-z][^\",;\r\n]*$"
_QUOTED = r"[\",;\r\n]"
# What Excel would read as a number or a date: 0012, 1E5, 2026-11, 12:30.
_NUMERIC = r"^[0-9][0-9.,/: Ee+-]*\Z"


def harmless(text: str) -> str:
    """Text that no spreadsheet reads as a formula: an apostrophe stands before what could start one."""
    return f"'{text}" if re.search(_STARTS, text) else text


class Csv(Format):
    """RFC 4180: UTF-8, commas, CRLF. Amounts with a decimal point, moments in ISO 8601 with their offset."""

    suffix = "csv"
    media_type = "text/csv; charset=utf-8"
    words = "CSV, for other programs"
    delimiter = ","
    mark = "."
    moments = 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'
    numeric_text_is_kept = False

    def head(self) -> str:
        return self.written([self.heading(column) for column in self.columns])

    def heading(self, column: Column) -> str:
        return str(column.column_name)

    def row(self, values: Sequence[Any]) -> str:
        pairs = zip(self.columns, values, strict=True)
        return self.delimiter.join(self.cell(column, value) for column, value in pairs) + "\r\n"

    def written(self, texts: Sequence[str]) -> str:
        return self.delimiter.join(self.safe(text) for text in texts) + "\r\n"

    def row_sql(self) -> str:
        cells = f", '{self.delimiter}', ".join(self.cell_sql(column) for column in self.columns)
        return f"concat({cells}, E'\\r\\n')"

    def cell(self, column: Column, value: Any) -> str:  # noqa: PLR0911 - one a kind
        if value is None:
            return ""
        match column.kind:
            case Kind.MONEY:
                return str(value.plain()).replace(".", self.mark)
            case Kind.COUNT:
                return str(int(value))
            case Kind.DAY:
                return str(value.isoformat())
            case Kind.MOMENT:
                return self.moment(value)
            case Kind.CODE:
                return str(value)
            case _:
                return self.safe(str(value))

    def moment(self, value: Any) -> str:
        return self.layout.local(value).isoformat()

    def safe(self, text: str) -> str:
        """The text harmless, and in quotes where it needs them."""
        kept = self.numeric_text_is_kept and re.search(_NUMERIC, text)
        text = f"'{text}" if kept else harmless(text)
        return '"' + text.replace('"', '""') + '"' if re.search(_QUOTED, text) else text

    def cell_sql(self, column: Column) -> str:
        sql = column.sql
        match column.kind:
            case Kind.MONEY:
                plain = decimal_sql(sql, column.currency)
                return plain if self.mark == "." else f"replace({plain}, '.', '{self.mark}')"
            case Kind.MOMENT:
                return f"to_char({sql}, '{self.moments}')"
            case Kind.TEXT:
                return self.safe_sql(sql)
            case _:
                return sql

    def safe_sql(self, sql: str) -> str:
        starts = f"{sql} ~ '{_STARTS}'"
        if self.numeric_text_is_kept:
            starts = f"({starts} OR {sql} ~ '{_NUMERIC}')"
        calm = f"CASE WHEN {starts} THEN '''' || {sql} ELSE {sql} END"
        quoted = (
            f"""CASE WHEN {sql} ~ '{_QUOTED}' THEN '"' || replace({calm}, '"', '""') || '"' ELSE {calm} END"""
        )
        return f"CASE WHEN {sql} ~ '{_PLAIN}' THEN {sql} ELSE {quoted} END"


class ExcelCsv(Csv):
    """As Excel set to the file's language opens it: byte order mark, its separators, and the totals at the end."""

    words = "CSV for Excel, in a language"
    moments = "YYYY-MM-DD HH24:MI:SS"
    numeric_text_is_kept = True
    has_totals = True
    has_locales = True

    def __init__(self, layout: Any) -> None:
        super().__init__(layout)
        if layout.locale in ("fr", "es", "de"):
            self.delimiter, self.mark = ";", ","

    def head(self) -> str:
        return "\ufeff" + super().head()

    def heading(self, column: Column) -> str:
        name = super().heading(column)
        return f"{name} ({self.layout.zone})" if column.kind is Kind.MOMENT else name

    def moment(self, value: Any) -> str:
        return f"{self.layout.local(value):%Y-%m-%d %H:%M:%S}"

    def foot(self, totals: Sequence[Total]) -> str:
        places = self.total_places()
        if places is None:
            return ""
        lines = ""
        for total in totals:
            cells = [""] * len(self.columns)
            if places[0] is not None:
                cells[places[0]] = self.safe(total.words(self.layout.noun))
            cells[places[1]] = self.cell(self.columns[places[1]], total.money)
            lines += self.delimiter.join(cells) + "\r\n"
        return lines
