"""The hash of a row: what it says, whatever the format it is written in. Made by PostgreSQL, beside the row.

64 bits, which are only ever compared with those of the same row before: that a change stays unseen has a chance of one
in 2^64. PostgreSQL keeps these functions as they are, for tables partitioned by hash rest on them.
"""

from collections.abc import Mapping, Sequence

from payouts.exports.columns import Column, Kind

_TEXTS = (Kind.TEXT, Kind.CODE)


def sql(columns: Sequence[Column], known: Sequence[Column], needs: Mapping[str, str]) -> str:
    """SQL of the hash of the columns, in their order; a computed one counts by what it is computed from."""
    by_name = {column.name: column for column in known}
    parts: list[str] = []
    for column in columns:
        for name in (column.name,) if column.sql else column.uses:
            source = by_name.get(name)
            parts.append(f"({needs[name]})::text" if source is None else _value(source))
    return f"hash_record_extended(ROW({', '.join(parts)}), 0)"


def _value(column: Column) -> str:
    # An amount without its currency is none: 100 yen are not 100 cents.
    if column.kind is Kind.MONEY:
        return f"({column.sql}), ({column.currency})::text"
    return f"({column.sql})::text" if column.kind in _TEXTS else f"({column.sql})"


def line(key: str, hashed: str) -> str:
    """SQL, for ``concat``, of a line as the file of hashes has it and COPY reads it: the row's key, a tab, its hash."""
    return f"{key}, E'\\t', {hashed}"
