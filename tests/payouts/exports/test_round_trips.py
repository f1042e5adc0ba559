"""Every export, written as a worker writes it, read back by other people's tools: equal rows, sums and types."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pytest
from django.utils import timezone

from payouts.exports import kinds, rows
from payouts.exports.columns import Column, Kind
from payouts.models import Export
from payouts.operations import _export_file
from sellers import formulas
from sellers.ledger.money import Money
from tests.access.conftest import standing  # noqa: F401 - a fixture
from tests.payouts.exports import readers
from tests.payouts.exports.test_kinds import OF_2026, american  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("standing", "american")
KINDS = list(kinds.KINDS)
LATER = timezone.now() + timedelta(days=3650)
SOFFICE = shutil.which("soffice") or ""
libreoffice = pytest.mark.skipif(
    not SOFFICE,
    reason="no soffice: LibreOffice opened none of our files. Debian: apt-get install libreoffice-calc-nogui",
)
Written = Callable[..., tuple[Path, list[Column], readers.Rows]]


@pytest.fixture
def written(tmp_path) -> Written:
    """Writes an export; answers the file, its columns, and the rows as the database has them."""

    def write(kind: str, name: str, *, compressed: bool = False, locale: str = "en") -> Any:
        definition = kinds.KINDS[kind]
        chosen = definition.chosen(OF_2026.get(kind, ""), now=LATER)
        export = Export(kind=kind, format=name, locale=locale, compressed=compressed, requested_at=LATER)
        export.filters = chosen.stored()
        path = tmp_path / f"{kind}.{_export_file.suffix(export)}"
        with (tmp_path / "hashes").open("wb") as hashes:
            done = _export_file._fill(export, path, hashes, lambda done, total: None)
        whole = hashlib.sha256(path.read_bytes()).hexdigest()
        assert done.sha256 == ("" if name in ("xlsx", "parquet") else whole)  # these are not written in one go
        with rows.snapshot():
            selection = rows.select(definition, chosen)
            columns = selection.columns
            found = [
                [_plain(column.get_value(row)) for column in columns]
                for chunk in rows.raw(selection)
                for row in chunk
            ]
        assert len(found) == done.rows > 0
        return path, columns, found

    return write


def _plain(value: Any) -> Any:
    """As `readers` has it."""
    if isinstance(value, Money):
        return value.decimal()
    if isinstance(value, Decimal):  # PostgreSQL's sums are numerics
        return int(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def to_the_second(found: readers.Rows) -> readers.Rows:
    """What formats for people keep of it: whole seconds, and no text of no length."""
    return [
        [None if v == "" else v.replace(microsecond=0) if isinstance(v, datetime) else v for v in row]
        for row in found
    ]


def sums(columns: list[Column], found: readers.Rows) -> list[Decimal]:
    return [
        sum((row[at] for row in found if row[at] is not None), Decimal(0))
        for at, column in enumerate(columns)
        if column.kind is Kind.MONEY
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_csv_module_reads_every_csv(written, kind):
    path, columns, wanted = written(kind, "csv")
    harmless = [[formulas.harmless(v) if isinstance(v, str) else v for v in row] for row in wanted]
    assert readers.by_csv(path, columns) == to_the_second(harmless)


@pytest.mark.parametrize("kind", KINDS)
def test_polars_finds_numbers_dates_and_exact_sums_in_every_csv(written, kind):
    path, columns, wanted = written(kind, "csv")
    frame = readers.frame_of_csv(path, columns)
    assert frame.height == len(wanted)
    money = [str(column.column_name) for column in columns if column.kind is Kind.MONEY]
    assert [frame[name].sum() or Decimal(0) for name in money] == sums(columns, wanted)
    of = {
        Kind.MONEY: polars.Decimal,
        Kind.COUNT: polars.Int64,
        Kind.DAY: polars.Date,
        Kind.MOMENT: polars.Datetime,
    }
    for at, column in enumerate(columns):
        if column.kind in of and any(row[at] is not None for row in wanted):
            assert isinstance(frame[str(column.column_name)].dtype, of[column.kind]), column.name


@pytest.mark.parametrize("locale", ["en", "fr", "es", "de", "ja"])
@pytest.mark.parametrize("kind", KINDS)
def test_csv_for_excel_has_the_separators_of_its_language_and_the_totals_below(written, kind, locale):
    path, columns, wanted = written(kind, "excel_csv", locale=locale)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    comma = locale not in ("en", "ja")
    frame = polars.read_csv(
        path, separator=";" if comma else ",", decimal_comma=comma, infer_schema=False, encoding="utf8"
    )
    rows = [list(row) for row in frame.iter_rows()]
    below = rows[len(wanted) :]
    assert of_amounts(columns, below) == by_currency(columns, wanted)
    for at, column in enumerate(columns):
        if column.kind is Kind.MONEY:
            cells = [Decimal(v.replace(",", ".")) if (v := row[at]) else None for row in rows[: len(wanted)]]
            assert cells == [row[at] for row in wanted]


def by_currency(columns: list[Column], found: readers.Rows) -> list[list[Decimal | None]]:
    """Of each currency the totals of the columns that are added up: None where no row has an amount."""
    summed = [at for at, column in enumerate(columns) if column.summed]
    if not summed:
        return []
    currency = next(at for at, column in enumerate(columns) if column.column_name == "Currency")
    added: dict[str, list[Decimal | None]] = {}
    for row in found:
        if row[currency] is None:
            continue  # a seller who is owed in no currency
        so_far = added.setdefault(row[currency], [None] * len(summed))
        for place, at in enumerate(summed):
            if row[at] is not None:
                so_far[place] = (so_far[place] or Decimal(0)) + row[at]
    return [sums for _code, sums in sorted(added.items())]


def of_amounts(columns: list[Column], below: list[list[Any]]) -> list[list[Decimal | None]]:
    """The totals of these columns as they stand below the rows; nothing stands in other amounts' columns."""
    for at, column in enumerate(columns):
        if column.kind is Kind.MONEY and not column.summed:
            assert not any(row[at] for row in below), column.name
    summed = [at for at, column in enumerate(columns) if column.summed]
    return [
        [None if row[at] in (None, "") else Decimal(str(row[at]).replace(",", ".")) for at in summed]
        for row in below
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_openpyxl_reads_every_workbook_with_types_and_totals(written, kind):
    path, columns, wanted = written(kind, "xlsx")
    found, below = readers.by_openpyxl(path, columns, len(wanted))
    assert found == to_the_second(wanted)
    assert of_amounts(columns, below) == by_currency(columns, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_json_and_polars_read_every_json_lines(written, kind):
    path, columns, wanted = written(kind, "jsonl")
    assert readers.by_json(path, columns) == to_the_second(wanted)
    frame = polars.read_ndjson(path, infer_schema_length=None)
    # The columns' order is the json module's to check: polars orders those of wide objects as it likes.
    assert (frame.height, set(frame.columns)) == (len(wanted), {column.name for column in columns})


@pytest.mark.parametrize("kind", KINDS)
def test_pyarrow_and_polars_read_every_parquet_exactly(written, kind):
    path, columns, wanted = written(kind, "parquet")
    types, found = readers.by_pyarrow(path)
    named = {
        Kind.MONEY: "decimal128(23, 4)",
        Kind.COUNT: "int64",
        Kind.DAY: "date32[day]",
        Kind.MOMENT: "timestamp[us, tz=UTC]",
    }
    assert types == {column.name: named.get(column.kind, "string") for column in columns}
    assert found == wanted
    assert readers.by_polars(path) == wanted
    assert sums(columns, found) == sums(columns, wanted)


@pytest.mark.parametrize("name", ["csv", "excel_csv", "jsonl"])
@pytest.mark.parametrize("kind", KINDS)
def test_gzip_holds_the_same_bytes(written, kind, name):
    packed, _, _ = written(kind, name, compressed=True)
    plain, _, _ = written(kind, name)
    assert readers.unpacked(packed) == plain.read_bytes()


@libreoffice
@pytest.mark.parametrize(
    ("name", "locale", "taken_apart"),
    # LibreOffice opens no JSON Lines, and Debian's no Parquet. 44 and 59 are the separators, 76 is UTF-8, and the
    # last number is the language whose numbers are read: 1033 English, 1034 Spanish.
    [
        ("xlsx", "en", ""),
        ("csv", "en", "CSV:44,34,76,1,,1033,false,true"),
        ("excel_csv", "es", "CSV:59,34,76,1,,1034,false,true"),
    ],
)
def test_libreoffice_opens_one_of_each(written, tmp_path, name, locale, taken_apart):
    path, columns, wanted = written("payouts", name, locale=locale)
    head, *found = readers.by_libreoffice(SOFFICE, path, tmp_path / "opened", filter=taken_apart)
    assert len(head) == len(columns)
    at = {column.name: number for number, column in enumerate(columns)}
    body = found[: len(wanted)]
    assert [row[at["reference"]] for row in body] == [row[at["reference"]] for row in wanted]
    assert [row[at["seller_name"]] for row in body] == [row[at["seller_name"]] for row in wanted]
    assert [_amount(row[at["amount"]]) for row in body] == [row[at["amount"]] for row in wanted]
    assert [int(row[at["amount_minor"]]) for row in body] == [row[at["amount_minor"]] for row in wanted]
    assert [row[at["period_end"]] for row in body] == [str(row[at["period_end"]]) for row in wanted]
    below = [row for row in found[len(wanted) :] if any(row)]
    totals = [] if name == "csv" else by_currency(columns, wanted)
    assert [[_amount(row[at["amount"]])] for row in below] == totals


def _amount(shown: str) -> Decimal:
    return Decimal(shown.replace(",", ""))
