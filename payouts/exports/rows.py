"""The rows of an export as bytes: from COPY where every column has SQL, else one by one; the same bytes either way."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import IO, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Count, Sum

from payouts.exports import copying, hashing
from payouts.exports.columns import Column, Kind, columns_of, usual
from payouts.exports.definition import Definition
from payouts.exports.formats import Format, Total
from payouts.queries import filters

CHUNK = 2_000
HASHED = "row__hashed"  # no column's name


@dataclass(frozen=True)
class Selection:
    """What one export's rows are: a statement's end and its parameters. ``source`` is empty where nothing matches.

    ``columns`` are those of the file, ``known`` all whose values a row has; ``key`` and ``hash`` are SQL of the row's
    name and of the hash of its columns. ``listed``: each row is one of the list that the filter selects. ``lasting``
    is SQL, by the columns' names, of what is known of a payout whose row is gone.
    """

    definition: Definition
    columns: list[Column]
    known: list[Column]
    needs: Mapping[str, str]
    source: str
    params: tuple[Any, ...]
    order: str
    key: str
    hash: str
    listed: bool
    lasting: Mapping[str, str] = field(default_factory=dict)

    @property
    def fast(self) -> bool:
        """Whether PostgreSQL writes the rows."""
        return all(column.sql for column in self.columns)


def select(
    definition: Definition, chosen: filters.ListFilter, *, columns: Sequence[str] = (), sort: str = ""
) -> Selection:
    """The selection of a filter; ``columns`` names those wanted, in their order, or is empty for the usual. ``sort`` is
    as in the list's address.
    """
    resource = definition.resource()
    known = columns_of(resource)
    wanted = columns_of(resource, columns or kept(definition, chosen))
    try:
        source, params = definition.source_of(chosen)
    except EmptyResultSet:
        source, params = "", ()
    return Selection(
        definition=definition,
        columns=wanted,
        known=known,
        needs=definition.needs,
        source=source,
        params=params,
        order=definition.order_of(sort),
        key=definition.key,
        hash=hashing.sql(wanted, known, definition.needs),
        listed=definition.row_is_payout,
    )


def kept(definition: Definition, chosen: filters.ListFilter) -> list[str]:
    """The columns that a file has where none is named: by the books' day without those that change with the seller, and
    never the optional ones.
    """
    names = [column.name for column in usual(definition.resource())]
    return [name for name in names if not (definition.by_books(chosen) and name in definition.of_today)]


def spoken(selection: Selection) -> Selection:
    """The same rows with headings and words in the language that is active. Their hashes are of the English ones."""
    return replace(selection, columns=[column.spoken() for column in selection.columns])


@contextmanager
def snapshot() -> Iterator[None]:
    """Inside, everything read is of one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def set_session(zone: str) -> None:
    """Until the transaction ends PostgreSQL writes moments in this time zone, and days as ISO 8601 has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('TimeZone', %s, true), set_config('DateStyle', 'ISO', true)", [zone]
        )


def count(selection: Selection, *, most: int) -> int:
    """How many rows there are, counted as far as ``most``."""
    if not selection.source:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 {selection.source} LIMIT %s) AS counted",  # noqa: S608 - ours
            (*selection.params, most),
        )
        return int(cursor.fetchone()[0])


def totals(selection: Selection, chosen: filters.ListFilter) -> tuple[int, list[Total]]:
    """How many rows there are, and what each amount adds up to in each currency; inside a `snapshot`.

    Where a row of the file is a row of the list these are asked of the list itself, as the page's are.
    """
    if not selection.source:
        return 0, []
    summed = [column for column in selection.columns if column.summed and column.sql]
    if selection.listed:
        listed = chosen.qs.order_by().values_list("currency").annotate(Count("pk"), Sum("amount_minor"))
        # A row of the list has one amount, the payout's.
        return _added(summed, listed.order_by("currency"))
    sums = "".join(f", sum({column.total})" for column in summed)
    wanted = (
        f"{summed[0].currency}, count(*){sums} {selection.source} GROUP BY 1 ORDER BY 1" if summed else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wanted or f'NULL, count(*) {selection.source}'}", selection.params or None)
        return _added(summed, cursor.fetchall())


def _added(summed: Sequence[Column], counted: Iterable[tuple[Any, ...]]) -> tuple[int, list[Total]]:
    found = list(counted)
    sums = [
        Total(
            code,
            count,
            {
                column.name: None if minor is None else int(minor)
                for column, minor in zip(summed, minors, strict=False)
            },
        )
        for code, count, *minors in found
    ]
    # A row without a currency is counted, and in no total.
    return sum(each.count for each in sums), [each for each in sums if summed and each.currency is not None]


def blocks(
    selection: Selection, form: Format, *, hashes: IO[bytes] | None = None
) -> Generator[tuple[int, bytes], None, None]:
    """(how many rows, their bytes), in the export's order; inside a `snapshot`. ``hashes`` takes a line of each row."""
    if not selection.source:
        return
    if selection.fast:
        set_session(form.layout.zone)
        wanted = form.row_sql()
        if hashes is not None:
            wanted = f"concat({hashing.line(selection.key, selection.hash)}, E'\\n', {wanted})"
        with closing(copying.texts(statement(selection, wanted), selection.params)) as copied:
            for lines in copied:
                if hashes is None:
                    yield len(lines), b"".join(lines)
                    continue
                cut = [line.partition(b"\n") for line in lines]
                hashes.write(b"\n".join([part[0] for part in cut]) + b"\n")
                yield len(cut), b"".join([part[2] for part in cut])
        return
    for values in raw(selection, hashed=hashes is not None):
        if hashes is not None:
            hashes.write("".join(f"{row[HASHED]}\n" for row in values).encode())
        texts = [form.row([column.get_value(row) for column in selection.columns]) for row in values]
        yield len(texts), "".join(texts).encode()


def values_of(selection: Selection) -> dict[str, str]:
    """SQL of every value that a row has, by name."""
    wanted = dict(selection.needs)
    for column in selection.known:
        if column.sql:
            wanted[column.name] = column.sql
        if column.kind is Kind.MONEY:
            wanted[f"{column.name}__currency"] = column.currency
    return wanted


def raw(selection: Selection, *, hashed: bool = False) -> Iterator[list[dict[str, Any]]]:
    """The rows as values that SQL makes, in lists, through a cursor; inside a `snapshot`."""
    wanted = values_of(selection)
    if hashed:
        wanted[HASHED] = f"concat({hashing.line(selection.key, selection.hash)})"
    names = list(wanted)
    set_session(connection.timezone_name)  # Django takes every moment it reads for one of its own zone
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement(selection, ", ".join(wanted.values())), selection.params or None)
        while found := cursor.fetchmany(CHUNK):
            yield [dict(zip(names, row, strict=True)) for row in found]


def statement(selection: Selection, wanted: str) -> str:
    """SQL of the rows in their order, for `Selection.params`."""
    return f"SELECT {wanted} {selection.source} ORDER BY {selection.order}"
