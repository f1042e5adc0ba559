"""Comma-separated values: by RFC 4180 for programs, and as Excel of one language opens them."""

import re
from collections.abc import Sequence
from typing import Any

from payouts.exports.columns import Column, Kind, said_sql
from payouts.exports.formats.base import Format, Total, decimal_sql
from sellers import formulas
from sellers.ledger.words import noted

# Most texts are nothing special, which one look finds out, and one look at all texts of a row together.
_PLAIN = r"^[A-Za-z][^\",;\r\n]*$"
_ALL_PLAIN = r"^([A-Za-z][^\",;\r\n\x1f]*(\x1f|$))*$"
_BETWEEN = r"E'\x1f'"
_QUOTED = r"[\",;\r\n]"
# The months as Excel reads them in the languages offered. Both cases by hand: PostgreSQL and Python fold differently.
_NAMES = (
    "january jan february feb march mar april apr may june jun july jul august aug september sept sep october oct "
    "november nov december dec janvier janv février févr fév mars avril avr mai juin juillet juil août octobre "
    "novembre décembre déc enero ene febrero marzo abril abr mayo junio julio agosto ago septiembre setiembre "
    "octubre noviembre diciembre dic januar februar märz mär mrz juni juli oktober okt dezember dez"
)
_MONTH = "|".join("".join(f"[{one.upper()}{one}]" for one in name) for name in _NAMES.split())
_NUMBER = r"[ \u00a0.,($€£¥\u0025+-]*[0-9][0-9.,/: \u00a0\u202fEe+()$€£¥\u0025-]*([AaPp][Mm]?)?[ ]*"
_DATE = rf"[ \u00a0]*(([0-9]+[ .,/-]*({_MONTH}))|(({_MONTH})[ .,/-]*[0-9]))[0-9 .,/:-]*([AaPp][Mm]?)?[ ]*"
# What Excel would read as a number, a time or a date: 0012, 1E5, 5%, (5), €5, 12:30, 1:30 PM, 2026-11, MAR1, 1-JAN.
# No percent sign stands in it, for the SQL goes through a driver that takes one for a parameter.
_NUMERIC = rf"^(({_NUMBER})|({_DATE}))\Z"

# Text that begins with a letter may be one of these only where it begins so; the whole pattern costs five such looks.
_MAYBE_MONTH = r"[AaDdEeFfJjMmNnOoSs][A-Za-zäéûÄÉÛ]{2,9}[ .,/-]*[0-9]"


class Csv(Format):
    """RFC 4180: UTF-8, commas, CRLF. Amounts with a decimal point, moments in ISO 8601 with their offset."""

    suffix = "csv"
    media_type = "text/csv; charset=utf-8"
    words = noted("CSV, for other programs")
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
        texts = [column.sql for column in self.columns if self._typed(column)]
        careful = self._row_sql([self.cell_sql(column) for column in self.columns])
        if len(texts) < 2:
            return careful
        joined = f"concat_ws({_BETWEEN}, {', '.join(texts)})"
        plain = f"{joined} ~ '{_ALL_PLAIN}'"
        if self.numeric_text_is_kept:
            plain = f"{plain} AND {joined} !~ '(^|\\x1f){_MAYBE_MONTH}'"
        calm = self._row_sql(
            [column.sql if self._typed(column) else self.cell_sql(column) for column in self.columns]
        )
        return f"CASE WHEN {plain} THEN {calm} ELSE {careful} END"

    @staticmethod
    def _typed(column: Column) -> bool:
        """Whether anything may stand in it."""
        return column.kind is Kind.TEXT and not column.english

    def _row_sql(self, cells: Sequence[str]) -> str:
        # concat_ws leaves out what is NULL; concat with the delimiters between takes twice the time.
        texts = ", ".join(f"coalesce(({cell})::text, '')" for cell in cells)
        return f"concat_ws('{self.delimiter}', {texts}) || E'\\r\\n'"

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
        text = f"'{text}" if kept else formulas.harmless(text)
        return '"' + text.replace('"', '""') + '"' if re.search(_QUOTED, text) else text

    def cell_sql(self, column: Column) -> str:
        sql = column.sql
        match column.kind:
            case Kind.MONEY:
                plain = decimal_sql(sql, column.currency)
                return plain if self.mark == "." else f"replace({plain}, '.', '{self.mark}')"
            case Kind.MOMENT:
                return f"to_char({sql}, '{self.moments}')"
            case Kind.TEXT if column.english:  # its words are known: they are made safe here, once
                told = {english: self.safe(said) for english, said in column.told.items()}
                return said_sql(column.english, told, other=self.safe_sql(column.english))
            case Kind.TEXT:
                return self.safe_sql(sql)
            case _:
                return sql

    def safe_sql(self, sql: str) -> str:
        starts = f"{sql} ~ '{formulas.STARTS}'"
        if self.numeric_text_is_kept:
            starts = f"({starts} OR {sql} ~ '{_NUMERIC}')"
        calm = f"CASE WHEN {starts} THEN '''' || {sql} ELSE {sql} END"
        quoted = (
            f"""CASE WHEN {sql} ~ '{_QUOTED}' THEN '"' || replace({calm}, '"', '""') || '"' ELSE {calm} END"""
        )
        plain = f"{sql} ~ '{_PLAIN}'"
        if self.numeric_text_is_kept:
            plain = f"{plain} AND {sql} !~ '^{_MAYBE_MONTH}'"
        return f"CASE WHEN {plain} THEN {sql} ELSE {quoted} END"


class ExcelCsv(Csv):
    """As Excel set to the file's language opens it: byte order mark, its separators, and the totals at the end."""

    words = noted("CSV for Excel, in a language")
    moments = "YYYY-MM-DD HH24:MI:SS"
    numeric_text_is_kept = True
    has_totals = True
    has_locales = True
    speaks = True

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
        place = self.words_place()
        lines = ""
        for total in totals:
            cells = [self.cell(column, total.of(column)) for column in self.columns]
            if place is not None:
                cells[place] = self.safe(total.words(self.layout.noun))
            lines += self.delimiter.join(cells) + "\r\n"
        return lines
