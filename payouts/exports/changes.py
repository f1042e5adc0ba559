"""What changed between the rows of an earlier export and those of now: found by PostgreSQL, by key and hash.

The earlier rows' keys and hashes are read into a temporary table, those of now beside it; what is in one only, or in
both with another hash, has changed. Memory stays flat however many rows there are.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from typing import IO

from django.db import connection

from backoffice.words import later
from payouts.exports import copying, hashing
from payouts.exports.columns import Column, Kind, literal
from payouts.exports.formats import Format
from payouts.exports.rows import Selection, set_session, values_of

NEW, CHANGED, WITHDRAWN = "New", "Changed", "Withdrawn"
_WORDS = (later("New"), later("Changed"), later("Withdrawn"))
_BLOCK = 1 << 20
_TABLES = (
    "export_before (key text NOT NULL, hash bigint NOT NULL)",
    "export_now (key text NOT NULL, hash bigint NOT NULL, place bigint NOT NULL)",
    "export_changed (key text NOT NULL, place bigint, change text NOT NULL)",
)
# What stays of a payout for ever, as columns have it: what a row that is gone can still say.
_STAYS = frozenset(
    {
        "payout.reference",
        "payout.country",
        "payout.currency",
        "payout.amount_minor",
        "payout.created_at",
        "seller.reference",
        "seller.external_id",
    }
)
_TYPES = {Kind.COUNT: "bigint", Kind.MONEY: "bigint", Kind.DAY: "date", Kind.MOMENT: "timestamptz"}
_CHANGED = f"""INSERT INTO export_changed
SELECT n.key, n.place, CASE WHEN b.key IS NULL THEN {literal(NEW)} ELSE {literal(CHANGED)} END
FROM export_now AS n LEFT JOIN export_before AS b ON b.key = n.key WHERE b.hash IS DISTINCT FROM n.hash
UNION ALL
SELECT b.key, NULL, {literal(WITHDRAWN)} FROM export_before AS b
WHERE NOT EXISTS (SELECT FROM export_now AS n WHERE n.key = b.key)"""  # noqa: S608 - constants only


@dataclass(frozen=True)
class Counts:
    """How many rows came, changed and went."""

    new: int
    changed: int
    withdrawn: int

    @property
    def total(self) -> int:
        return self.new + self.changed + self.withdrawn


@contextmanager
def earlier(hashes: IO[bytes]) -> Iterator[None]:
    """Inside, the rows of the earlier export are known to the session. Enter it before the `snapshot`, which is
    read-only: it fills temporary tables, and makes none.
    """
    with connection.cursor() as cursor:
        _drop()
        for each in _TABLES:
            cursor.execute(f"CREATE TEMPORARY TABLE {each}")
        with cursor.copy("COPY export_before (key, hash) FROM STDIN") as copy_in:
            while block := hashes.read(_BLOCK):
                copy_in.write(block)
        cursor.execute("ANALYZE export_before")
    try:
        yield
    finally:
        _drop()


def _drop() -> None:
    with connection.cursor() as cursor:
        for each in _TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{each.split()[0]}")


def compare(selection: Selection, hashes: IO[bytes]) -> Counts:
    """What changed is in the session's tables; ``hashes`` gets a line of each row of now. Inside a `snapshot`."""
    with connection.cursor() as cursor:
        if selection.source:
            place = f"row_number() OVER (ORDER BY {selection.order})"
            found = f"SELECT {selection.key}, {selection.hash}, {place} {selection.source}"
            cursor.execute(f"INSERT INTO export_now {found}", selection.params or None)
            cursor.execute("ANALYZE export_now")
        cursor.execute(_CHANGED)
        cursor.execute("ANALYZE export_changed")
        cursor.execute("SELECT change, count(*) FROM export_changed GROUP BY change")
        counted = dict(cursor.fetchall())
    lines = f"SELECT concat({hashing.line('key', 'hash')}, E'\\n') FROM export_now ORDER BY place"  # noqa: S608 - constants
    with closing(copying.texts(lines, ())) as copied:
        for texts in copied:
            hashes.write(b"".join(texts))
    return Counts(*(counted.get(word, 0) for word in (NEW, CHANGED, WITHDRAWN)))


def shown(selection: Selection) -> Selection:
    """The rows that came or changed, in their order, after two columns: what happened, and the row's key."""
    values = values_of(selection)
    inner = ", ".join(f'{sql} AS "{name}"' for name, sql in values.items())
    now = f"SELECT {inner}, {selection.key} AS row__key {selection.source}"
    source = f"FROM ({now}) AS cur JOIN export_changed AS diff ON diff.key = cur.row__key"
    return replace(
        selection,
        columns=[*_HEAD, *(_renamed(column) for column in selection.columns)],
        known=[*_HEAD, *(_renamed(column) for column in selection.known)],
        needs={name: f'cur."{name}"' for name in selection.needs},
        source=source if selection.source else "",
        order="diff.place",
        key="diff.key",
        listed=False,
        lasting={column.name: column.sql for column in selection.columns if column.sql in _STAYS},
    )


def withdrawn(selection: Selection, form: Format) -> Generator[tuple[int, bytes], None, None]:
    """(how many, their bytes) of the rows that are no longer there: of each its last known key, and where that is a
    payout, what stays of it: whose it is, and its amount. Inside a `snapshot`.
    """
    columns = [_lasting(column, selection.lasting) for column in selection.columns]
    wanted = type(form)(replace(form.layout, columns=columns)).row_sql()
    set_session(form.layout.zone)
    gone = f"""SELECT {wanted} FROM export_changed AS diff
LEFT JOIN payouts_payout AS payout ON payout.reference = diff.key
LEFT JOIN sellers_seller AS seller ON seller.id = payout.seller_id
WHERE diff.change = {literal(WITHDRAWN)} ORDER BY diff.key"""  # noqa: S608 - constants only
    with closing(copying.texts(gone, ())) as copied:
        for texts in copied:
            yield len(texts), b"".join(texts)


def _lasting(column: Column, lasting: Mapping[str, str]) -> Column:
    """The column as a row that is gone has it."""
    if column.name in (each.name for each in _HEAD):
        return column
    found = copy(column)
    found.sql = lasting.get(column.name) or f"NULL::{_TYPES.get(column.kind, 'text')}"
    found.english = ""
    found.currency = "payout.currency"
    return found


def _named(name: str, column: Column) -> Column:
    column.name = name
    return column


_HEAD = (
    _named("row_change", Column("What happened", Kind.CODE, sql="diff.change", width=14, words=_WORDS)),
    _named("row_key", Column("Row", Kind.CODE, sql="diff.key", width=18)),
)


def _renamed(column: Column) -> Column:
    """The column as the rows of now have it, under its own name."""
    found = copy(column)
    if column.sql:
        found.sql = f'cur."{column.name}"'
    if column.kind is Kind.MONEY:
        found.currency = f'cur."{column.name}__currency"'
    return found
