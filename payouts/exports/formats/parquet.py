"""Apache Parquet: typed columns for data warehouses and notebooks.

A row is a line of CSV that only this module reads: pyarrow parses a block of them into typed columns, in C++, so
PostgreSQL writes these rows like any other format's. pyarrow is loaded when a file is opened, not before: it is 40 MB.
"""

import pathlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from payouts.exports.columns import Column, Kind
from payouts.exports.formats.base import Format, Sink, decimal_sql
from sellers.ledger.money import EXPONENTS, LARGEST_MINOR
from sellers.ledger.words import noted

ROWS_PER_GROUP = 20_000
"""Held in memory at once, and what a reader can skip; cut exactly, so that the same rows are the same bytes."""
DECIMALS = max(EXPONENTS.values())
DIGITS = len(str(LARGEST_MINOR)) + DECIMALS
"""Every amount there can be fits, of every currency: the types of a file never depend on its rows."""


class Parquet(Format):
    """Amounts are decimals in major units, days are dates, moments UTC to the microsecond, ids text.

    What is not there is null. Columns bear their names, as in JSON Lines.
    """

    suffix = "parquet"
    media_type = "application/vnd.apache.parquet"
    words = noted("Parquet, with typed columns")
    packs = False

    def row_sql(self) -> str:
        cells = ", ',', ".join(_cell_sql(column) for column in self.columns)
        return f"concat({cells}, E'\\n')"

    def row(self, values: Sequence[Any]) -> str:
        pairs = zip(self.columns, values, strict=True)
        return ",".join(_cell(column, value) for column, value in pairs) + "\n"

    @contextmanager
    def opened(self, path: pathlib.Path, *, compressed: bool = False) -> Iterator[Sink]:
        from pyarrow import parquet

        schema = _schema(self.columns)
        with parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
            groups = _Groups(writer, schema)
            yield groups
            groups.finish()


class _Groups:
    """Takes whole lines and writes whole groups of rows."""

    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer = writer
        self._schema = schema
        self._waiting: list[Any] = []
        self._rows = 0

    def write(self, data: bytes, /) -> int:
        if data:
            found = _parsed(data, self._schema)
            self._waiting.append(found)
            self._rows += found.num_rows
        while self._rows >= ROWS_PER_GROUP:
            self._write_group()
        return len(data)

    def finish(self) -> None:
        """The rows that fill no group are written as the last one."""
        if self._rows:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow

        # In one piece: the pages of a file then show nothing of the blocks that its rows came in.
        whole = pyarrow.concat_tables(self._waiting).combine_chunks()
        self._writer.write_table(whole.slice(0, ROWS_PER_GROUP), row_group_size=ROWS_PER_GROUP)
        rest = whole.slice(ROWS_PER_GROUP)
        self._waiting, self._rows = [rest] if rest.num_rows else [], rest.num_rows


def _schema(columns: Sequence[Column]) -> Any:
    import pyarrow

    types = {
        Kind.MONEY: pyarrow.decimal128(DIGITS, DECIMALS),
        Kind.COUNT: pyarrow.int64(),
        Kind.DAY: pyarrow.date32(),
        Kind.MOMENT: pyarrow.timestamp("us", tz="UTC"),
    }
    return pyarrow.schema([(column.name, types.get(column.kind, pyarrow.string())) for column in columns])


def _parsed(lines: bytes, schema: Any) -> Any:
    """The lines as a table. An empty cell in quotes is a text of no length, without them it is nothing."""
    import pyarrow
    from pyarrow import csv

    return csv.read_csv(
        pyarrow.BufferReader(lines),
        # One block, for a row may not cross the border of two; in this thread, for the machine has other work.
        read_options=csv.ReadOptions(column_names=schema.names, block_size=len(lines) + 1, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    match column.kind:
        case Kind.MONEY:
            return str(value.plain())
        case Kind.COUNT:
            return str(int(value))
        case Kind.DAY:
            return str(value.isoformat())
        case Kind.MOMENT:
            return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
        case _:
            return '"' + str(value).replace('"', '""') + '"'


def _cell_sql(column: Column) -> str:
    sql = column.sql
    match column.kind:
        case Kind.MONEY:
            return decimal_sql(sql, column.currency)
        case Kind.MOMENT:
            return f"""to_char(({sql}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        case Kind.CODE:
            return f"""'"' || ({sql}) || '"'"""
        case Kind.TEXT:
            return f"""'"' || replace({sql}, '"', '""') || '"'"""
        case _:
            return sql
