"""The rows of an export on a screen, a page at a time by key: by the statement of its file, so the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from payouts.exports import rows
from payouts.exports.columns import Kind, Row
from payouts.exports.rows import Selection

PLACE = "row__place"  # no column's name
_NUMBER = "coalesce(substring({} from '^[A-Z]+([0-9]{{1,18}})')::bigint, 0)"
"""The number in a key that is capitals and digits at first, so that S2 comes before S10."""


@dataclass(frozen=True)
class Page:
    """Rows in their order, and whether there are more beyond them, the way that was asked for."""

    rows: Sequence[Row]
    more: bool


def whole(selection: Selection) -> bool:
    """Whether places are whole numbers, rather than keys."""
    return bool(selection.definition.place)


def page(selection: Selection, *, size: int, place: Any = None, backwards: bool = False) -> Page:
    """``size`` rows after ``place``, or the ``size`` before it; the first ones where it is None. Each row has its
    `PLACE`, and its amounts stand beside their currency.
    """
    if not selection.source:
        return Page([], more=False)
    definition = selection.definition
    place_sql, _unused, way = definition.place.partition(" ")
    wanted = {PLACE: place_sql or f'({definition.key}) COLLATE "C"'}
    for column in selection.columns:
        wanted[column.name] = column.sql
        if column.kind is Kind.MONEY:
            wanted[f"{column.name}__currency"] = column.currency
    inner = ", ".join(f'{sql} AS "{name}"' for name, sql in wanted.items())
    smaller = bool(way) is not backwards
    by = (PLACE,) if whole(selection) else (_NUMBER.format(PLACE), PLACE)
    given = ("%s",) if whole(selection) else (_NUMBER.format("%s::text"), "%s")
    beyond = f"WHERE ({', '.join(by)}) {'<' if smaller else '>'} ({', '.join(given)})"
    order = ", ".join(f"{each} {'DESC' if smaller else ''}" for each in by)
    sql = (
        f"SELECT * FROM (SELECT {inner} {selection.source}) AS listed "  # noqa: S608 - constants and names of ours
        f"{'' if place is None else beyond} ORDER BY {order} LIMIT %s"
    )
    values = (*selection.params, *([] if place is None else [place] * len(given)), size + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = [dict(zip(wanted, row, strict=True)) for row in cursor.fetchall()]
    kept = found[:size]
    return Page(kept[::-1] if backwards else kept, more=len(found) > size)


@dataclass(frozen=True)
class Sums:
    """How many rows there are, and what their first amount comes to in each currency; not ``exact`` above ``most``."""

    count: int
    totals: list[tuple[str, int]]
    exact: bool


def sums(selection: Selection, chosen: Any, *, most: int | None = None) -> Sums:
    """Of every row, as the export's own totals are; only counted where there are more than ``most``."""
    if most is not None and rows.count(selection, most=most + 1) > most:
        return Sums(most, [], exact=False)
    count, found = rows.totals(selection, chosen)
    first = next((column for column in selection.columns if column.summed), None)
    made = [(each.currency, each.minors[first.name] or 0) for each in found] if first is not None else []
    return Sums(count, made, exact=True)
