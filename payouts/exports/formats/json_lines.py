"""JSON Lines: an object a row, its keys the columns' names."""

import json
from collections.abc import Sequence
from typing import Any

from payouts.exports.columns import Column, Kind, literal
from payouts.exports.formats.base import Format, decimal_sql
from sellers.ledger.words import noted

_CALM = r'^[^"\\\u0001-\u001f]*$'
"""Text that needs nothing but its quotation marks; one look is cheaper than to_json."""


class JsonLines(Format):
    """UTF-8, one object a line. Amounts and counts are numbers, days and moments ISO 8601, what is not there null."""

    suffix = "jsonl"
    media_type = "application/jsonl"
    words = noted("JSON Lines, an object a row")

    def row_sql(self) -> str:
        pairs = ", ".join(
            f"coalesce({literal(lead)} || {self._cell_sql(column)}, {literal(lead + 'null')})"
            for lead, column in zip(self._leads(), self.columns, strict=True)
        )
        return f"concat({pairs}, E'}}\\n')"

    def row(self, values: Sequence[Any]) -> str:
        triples = zip(self._leads(), self.columns, values, strict=True)
        return "".join(lead + self._cell(column, value) for lead, column, value in triples) + "}\n"

    def _leads(self) -> list[str]:
        """What stands before each value."""
        return [f"{',' if at else '{'}{json.dumps(column.name)}:" for at, column in enumerate(self.columns)]

    def _cell_sql(self, column: Column) -> str:
        sql = column.sql
        match column.kind:
            case Kind.MONEY:
                return decimal_sql(sql, column.currency)
            case Kind.COUNT:
                return f"({sql})::text"
            case Kind.DAY:
                return f"""'"' || ({sql})::text || '"'"""
            case Kind.MOMENT:
                return f"""'"' || to_char({sql}, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') || '"'"""
            case Kind.CODE:
                return f"""'"' || ({sql}) || '"'"""
            case _:
                quoted = f"""'"' || ({sql}) || '"'"""
                return f"CASE WHEN ({sql}) ~ '{_CALM}' THEN {quoted} ELSE to_json(({sql})::text)::text END"

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
