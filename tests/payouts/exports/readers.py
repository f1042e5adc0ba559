"""Files of exports as other people's tools read them, each to the same plain rows.

A row is a list of values in the file's order: Decimal for amounts, int, date, datetime in UTC, str; None for nothing.
"""

import csv
import gzip
import json
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import polars
from pyarrow import parquet

from payouts.exports.columns import Column, Kind

Rows = list[list[Any]]
ZONE = ZoneInfo("Europe/Paris")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_OF_TEXT: dict[Kind, Callable[[str], Any]] = {
    Kind.MONEY: Decimal,
    Kind.COUNT: int,
    Kind.DAY: date.fromisoformat,
    Kind.MOMENT: _utc,
}


def typed(columns: Sequence[Column], texts: Sequence[str | None]) -> list[Any]:
    """A row of texts; no text at all is nothing."""
    return [
        _OF_TEXT.get(column.kind, str)(text) if text else None
        for column, text in zip(columns, texts, strict=True)
    ]


def by_csv(path: Path, columns: Sequence[Column], *, delimiter: str = ",") -> Rows:
    """The csv module: whoever reads must know which column is what."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, delimiter=delimiter, strict=True)
    assert len(head) == len(columns)
    return [typed(columns, row) for row in rows]


def frame_of_csv(path: Path, columns: Sequence[Column]) -> polars.DataFrame:
    """polars, told nothing of the columns but that amounts are exact."""
    exact = {str(c.column_name): polars.Decimal(38, 4) for c in columns if c.kind is Kind.MONEY}
    return polars.read_csv(path, schema_overrides=exact, infer_schema_length=None, try_parse_dates=True)


def by_json(path: Path, columns: Sequence[Column]) -> Rows:
    """The json module, numbers as they are written."""
    found = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        row = json.loads(line, parse_float=Decimal)
        assert list(row) == [column.name for column in columns]
        found.append([_of_json(column, row[column.name]) for column in columns])
    return found


def _of_json(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind in (Kind.MONEY, Kind.COUNT):
        assert isinstance(value, int | Decimal), value
        return Decimal(value) if column.kind is Kind.MONEY else value
    return _OF_TEXT.get(column.kind, str)(value) if value else None


def by_openpyxl(path: Path, columns: Sequence[Column], count: int) -> tuple[Rows, Rows]:
    """(the rows, what stands below them); cells are what the workbook says they are."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2" and sheet.max_column == len(columns)
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(columns)).column_letter}{count + 1}"
    widths = [
        sheet.column_dimensions[sheet.cell(1, n).column_letter].width for n in range(1, len(columns) + 1)
    ]
    assert widths == [column.width for column in columns]
    assert all(cell.font.b and cell.border.bottom.style for cell in sheet[1])
    cells = list(sheet.iter_rows(min_row=2))
    rows = [
        [_of_cell(column, cell) for column, cell in zip(columns, row, strict=True)] for row in cells[:count]
    ]
    return rows, [[cell.value for cell in row] for row in cells[count:] if any(c.value for c in row)]


def _of_cell(column: Column, cell: Any) -> Any:
    if cell.value is None:
        return None
    match column.kind:
        case Kind.MONEY | Kind.COUNT:
            assert cell.data_type == "n", cell
            return Decimal(str(cell.value)) if column.kind is Kind.MONEY else cell.value
        case Kind.DAY:
            assert cell.is_date
            return cell.value.date()
        case Kind.MOMENT:
            assert cell.is_date
            return cell.value.replace(tzinfo=ZONE).astimezone(UTC)
        case _:
            assert cell.data_type in ("s", "inlineStr"), cell
            return cell.value


def by_pyarrow(path: Path) -> tuple[dict[str, str], Rows]:
    """The types of the columns, and the rows."""
    table = parquet.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    return types, [list(row.values()) for row in table.to_pylist()]


def by_polars(path: Path) -> Rows:
    """A reader of Parquet that shares no code with the writer."""
    return [list(row) for row in polars.read_parquet(path).iter_rows()]


def unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def by_libreoffice(soffice: str, path: Path, folder: Path, *, filter: str = "") -> list[list[str]]:
    """The sheet as LibreOffice shows it once it has opened the file, amounts as it formats them.

    ``filter`` says how to take a text file apart.
    """
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [
            soffice, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *([f"--infilter={filter}"] if filter else []),
            "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
            "--outdir", str(folder), str(path),
        ],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    made = folder / f"{path.stem}.csv"
    assert done.returncode == 0 and made.exists(), done.stderr
    with made.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
