"""An Excel workbook whose rows are written straight into the sheet's XML, so that its size costs no memory.

By ECMA-376 a row and a cell need no address, and text stands where it is read: cells follow each other. Nothing here
writes a formula; text is text whatever it begins with.
"""

import pathlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from payouts.exports.columns import Column, Kind, literals
from payouts.exports.formats.base import Format, Layout, Sink, Total, decimal_sql
from sellers.ledger.money import EXPONENTS, exponent
from sellers.ledger.words import noted

_EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number
_LONGEST = 32_767  # characters of a cell
_LONGEST_NAME = 31  # of a sheet
_DAY_ZERO = date(1899, 12, 30)
_HEAD, _DAY, _MOMENT, _COUNT, _MONEY, _MONEY_BOLD = (
    1,
    2,
    3,
    4,
    5,
    10,
)  # styles; the last two plus the decimals
_SPECIAL = r"[\u0001-\u001f&<>]|_x[0-9A-Fa-f]{4}_|\ufffe|\uffff"
_NEVER = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))  # no XML holds these
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS = [
    "yyyy-mm-dd",
    "yyyy-mm-dd hh:mm:ss",
    "0",
    *(f"#,##0{'.' if n else ''}{'0' * n}" for n in range(5)),
]
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>
</Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}"><numFmts count="{len(_FORMATS)}">"""
    + "".join(f'<numFmt numFmtId="{164 + n}" formatCode="{code}"/>' for n, code in enumerate(_FORMATS))
    + """</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>
<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="15"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>"""
    + "".join(
        f'<xf numFmtId="{164 + n}" fontId="{font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for n, font in [*((n, 0) for n in range(8)), *((n, 1) for n in range(3, 8))]
    )
    + """</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>""",
}


class Workbook(Format):
    """Typed cells with widths, a frozen head with filters, and under the rows a total for each currency."""

    suffix = "xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    words = noted("Excel workbook, with totals")
    packs = False
    has_totals = True
    speaks = True
    most_rows = 1_048_576 - 250  # the head and a total for every currency there is

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self._name = escape(_sheet_name(layout.title), {'"': "&quot;"})

    def head(self) -> str:
        widths = "".join(
            f'<col min="{n}" max="{n}" width="{column.width}" customWidth="1"/>'
            for n, column in enumerate(self.columns, start=1)
        )
        cells = "".join(_text(self._heading(column), style=_HEAD) for column in self.columns)
        return (
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{widths}</cols><sheetData><row>{cells}</row>"
        )

    def _heading(self, column: Column) -> str:
        """A workbook knows no time zones: the heading names the one it is in."""
        name = str(column.column_name)
        return f"{name} ({self.layout.zone})" if column.kind is Kind.MOMENT else name

    def row(self, values: Sequence[Any]) -> str:
        pairs = zip(self.columns, values, strict=True)
        return f"<row>{''.join(self._cell(column, value) for column, value in pairs)}</row>"

    def row_sql(self) -> str:
        cells = ", ".join(f"coalesce({_cell_sql(column)}, '<c/>')" for column in self.columns)
        return f"concat('<row>', {cells}, '</row>')"

    def foot(self, totals: Sequence[Total]) -> str:
        place = self.words_place()
        rows = "<row/>" if totals else ""
        for total in totals:
            amounts = [total.of(column) for column in self.columns]
            cells = ["<c/>" if amount is None else _amount(amount, _MONEY_BOLD) for amount in amounts]
            if place is not None:
                cells[place] = _text(total.words(self.layout.noun), style=_HEAD)
            rows += f"<row>{''.join(cells)}</row>"
        reach = f"A1:{_letters(len(self.columns))}{self.layout.rows + 1}"
        return f'{rows}</sheetData><autoFilter ref="{reach}"/></worksheet>'

    @contextmanager
    def opened(self, path: pathlib.Path, *, compressed: bool = False) -> Iterator[Sink]:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for name, text in _PARTS.items():
                book.writestr(_member(name), _XML + text)
            book.writestr(
                _member("xl/workbook.xml"),
                f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
                f'<sheet name="{self._name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
            )
            with book.open(_member("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
                yield sheet

    def _cell(self, column: Column, value: Any) -> str:
        if value is None or value == "":
            return "<c/>"
        match column.kind:
            case Kind.MONEY:
                return _amount(value, _MONEY)
            case Kind.COUNT:
                text = str(int(value))
                return _text(text) if len(text.lstrip("-")) > _EXACT_DIGITS else _number(text, _COUNT)
            case Kind.DAY:
                return _number(str((value - _DAY_ZERO).days), _DAY)
            case Kind.MOMENT:
                local = self.layout.local(value)
                seconds = local.hour * 3600 + local.minute * 60 + local.second
                return _number(f"{(local.date() - _DAY_ZERO).days}{_of_a_day(seconds)}", _MOMENT)
            case _:
                return _text(str(value))


def _member(name: str) -> zipfile.ZipInfo:
    """A part of the file without the time it was written, so that the same rows are the same bytes."""
    found = zipfile.ZipInfo(name)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _letters(number: int) -> str:
    first, last = divmod(number - 1, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


def _of_a_day(seconds: int) -> str:
    """The part of a day as decimals that a spreadsheet reads back to the second: ".41666667"."""
    return f".{(seconds * 100_000_000 + 43_200) // 86_400:08d}"


def _number(text: str, style: int) -> str:
    return f'<c s="{style}"><v>{text}</v></c>'


def _amount(money: Any, style: int) -> str:
    if len(str(abs(money.minor))) > _EXACT_DIGITS:  # as text it is at least right
        return _text(money.plain())
    return _number(money.plain(), style + exponent(money.currency))


def _sheet_name(title: str) -> str:
    """The title without what Excel forbids in the name of a sheet, in at most 31 characters, of whole words."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title)
    if len(plain) <= _LONGEST_NAME:
        return plain
    words = plain[: _LONGEST_NAME + 1].rpartition(" ")[0].rstrip(" ,-–(")
    return words or plain[:_LONGEST_NAME]


def _text(text: str, *, style: int = 0) -> str:
    text = text[:_LONGEST]
    if re.search(_SPECIAL, text):
        text = re.sub(r"_(x[0-9A-Fa-f]{4}_)", r"_x005F_\1", text)
        text = escape(text).translate({ord(each): "\ufffd" for each in _NEVER}).replace("\r", "_x000D_")
    styled = f' s="{style}"' if style else ""
    return f'<c{styled} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _cell_sql(column: Column) -> str:
    sql = column.sql
    match column.kind:
        case Kind.MONEY:
            plain = decimal_sql(sql, column.currency)
            style = f"'{_MONEY + 2}'"
            for each in (0, 3, 4):
                codes = literals(code for code, digits in EXPONENTS.items() if digits == each)
                style = f"CASE WHEN {column.currency} IN ({codes}) THEN '{_MONEY + each}' ELSE {style} END"
            style = f"CASE {column.currency} WHEN 'EUR' THEN '{_MONEY + 2}' ELSE {style} END"
            number = f"""'<c s="' || {style} || '"><v>' || {plain} || '</v></c>'"""
            return f"CASE WHEN abs({sql}) < {10**_EXACT_DIGITS} THEN {number} ELSE {_wrapped(plain)} END"
        case Kind.COUNT:
            number = f"""'<c s="{_COUNT}"><v>' || ({sql})::text || '</v></c>'"""
            return f"CASE WHEN abs({sql}) < {10**_EXACT_DIGITS} THEN {number} ELSE {_wrapped(f'({sql})::text')} END"
        case Kind.DAY:
            return f"""'<c s="{_DAY}"><v>' || (({sql}) - DATE '{_DAY_ZERO}')::text || '</v></c>'"""
        case Kind.MOMENT:
            return _moment_sql(sql)
        case Kind.CODE:
            return _wrapped(f"nullif({sql}, '')")
        case _:
            return _wrapped(_text_sql(f"nullif({sql}, '')"))


def _moment_sql(sql: str) -> str:
    # A timestamptz cast to date and time is that of the session's zone, which `rows` sets to the file's.
    seconds = f"trunc(extract(epoch FROM ({sql})::time))::bigint"
    part = f"lpad((({seconds} * 100000000 + 43200) / 86400)::text, 8, '0')"
    return f"""'<c s="{_MOMENT}"><v>' || (({sql})::date - DATE '{_DAY_ZERO}')::text || '.' || {part} || '</v></c>'"""


def _wrapped(sql: str) -> str:
    return f"""'<c t="inlineStr"><is><t xml:space="preserve">' || {sql} || '</t></is></c>'"""


def _text_sql(sql: str) -> str:
    never = "".join(f"\\u{ord(each):04x}" for each in _NEVER)
    short = f"left({sql}, {_LONGEST})"
    safe = f"regexp_replace({short}, '_(x[0-9A-Fa-f]{{4}}_)', '_x005F_\\1', 'g')"
    safe = f"replace(replace(replace({safe}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    safe = f"replace(regexp_replace({safe}, '[{never}]', '\ufffd', 'g'), E'\\r', '_x000D_')"
    return f"CASE WHEN {sql} ~ '{_SPECIAL}' THEN {safe} ELSE {short} END"
