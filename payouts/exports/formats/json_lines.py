"""JSON Lines: an object a row, its keys the columns' names."""

import json
from collections.abc import Sequence
from typing import Any

from payouts.exports.columns import Column, Kind, literal
from payouts.exports.formats.base import Format, decimal_sql


class JsonLines(Format):
    """UTF-8, one object a line. Amounts and counts are numbers, days and moments ISO 8601, what is not there null."""

    suffix = "jsonl"
    media_type = "application/jsonl"
    words = "JSON Lines, an object a row"

    def row_sql(self) -> str:
        pairs = ", ".join(
            f"{literal(('{' if at == 0 else ', ') + json.dumps(column.name) + ': ')}, {self._cell_sql(column)}"
            for at, column in enumerate(self.columns)
        )
        return f"concat({pairs}, E'}}\\n')"

    def row(self, values: Sequence[Any]) -> str:
        pairs = zip(self.columns, values, strict=True)
        written = ", ".join(
            f"{json.dumps(column.name)}: {self._cell(column, value)}" for column, value in pairs
        )
        return "{" + written + "}\n"

    def _cell_sql(self, column: Column) -> str:
        sql = column.sql
        match column.kind:
            case Kind.MONEY:
                found = decimal_sql(sql, column.currency)
            case Kind.COUNT:
                found = f"({sql})::text"
            case Kind.DAY:
                found = f"""'"' || ({sql})::text || '"'"""
            case Kind.MOMENT:
                found = f"""'"' || to_char({sql}, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') || '"'"""
            case _:
                found = f"to_json(({sql})::text)::text"
        return f"coalesce({found}, 'null')"

    def _cell(self, column: Column, value: Any) -> str:
        if value is None:
            return "null"
        match column.kind:
            case Kind.MONEY:
                return str(value.plain())
            case Kind.COUNT:
                return str(int(value))
            case Kind.DAY:
                return f'"{value.isoformat()}"'
            case Kind.MOMENT:
                return f'"{self.layout.local(value).isoformat()}"'
            case _:
                return json.dumps(str(value), ensure_ascii=False)
