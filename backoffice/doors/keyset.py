"""Pages of a list by key: as quick at ten million rows as at a thousand, and stable while rows come and go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    F,
    Field,
    Func,
    Model,
    QuerySet,
    Value,
)
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.doors import addresses, numbers

M = TypeVar("M", bound=Model)
SIZE = 50
PLACE = ("before", "after")
"""The parameters that say where in a list one is."""


@dataclass(frozen=True)
class Sort:
    """A way to sort a list: its name in the URL (`sort=name`, `sort=-name` downwards) and the fields it compares, or
    annotations that are never null.

    All in one direction; the primary key decides between equals. ``turned``: the column shows the opposite of what is
    compared, as an age does of a moment.
    """

    name: str
    fields: tuple[str, ...] = ()
    turned: bool = False


@dataclass(frozen=True)
class Order:
    """The order of one page."""

    fields: tuple[str, ...]
    down: bool

    def by(self, *, backwards: bool = False) -> tuple[str, ...]:
        """As ``order_by`` takes it."""
        sign = "-" if self.down is not backwards else ""
        return tuple(f"{sign}{name}" for name in (*self.fields, "pk"))


@dataclass(frozen=True)
class Heading:
    """The link in a column's head, and what ``aria-sort`` says of the column; empty while it is not sorted by."""

    url: str
    aria: str


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """One page of rows, newest id first unless sorted, and the way to its neighbours for the pager part.

    ``headings`` are the links that sort, by the name of the sort.
    """

    rows: Sequence[M]
    previous_url: str
    next_url: str
    words: str
    headings: dict[str, Heading] = field(default_factory=dict)
    beyond: bool = False
    """Nothing is left where the address points: that says nothing of the list."""
    first_url: str = ""


def page(
    request: HttpRequest,
    rows: "QuerySet[M]",
    *,
    size: int = SIZE,
    newest_first: bool = True,
    by: tuple[str, ...] = (),
    sorts: Sequence[Sort] = (),
    usual: str = "",
    streams: "Callable[[Order], Sequence[QuerySet[M]]] | None" = None,
) -> KeysetPage[M]:
    """The page that `?before=…` or `?after=…` names, in the order that `?sort=…` does. Counts nothing.

    A cursor is the sorted values and the primary key of a row. Without a sort the order is ``usual``, one of ``sorts``
    as the URL would say it, and its column says so; without that, the one of ``by``, fields that are never null, and
    the primary key. ``streams`` may cut the rows into parts, each of which an index gives in the order asked for: the
    page is then merged from the first rows of each. They may overlap; what is in none of them is not listed. Raises
    `BadAddress` for a cursor or a sort that is none.
    """
    order = chosen(request, sorts, newest_first=newest_first, by=by, usual=usual)
    before, after = (_cursor(request, name, rows, order) for name in PLACE)
    if before is not None and after is not None:
        raise addresses.no_place("before", request.GET["before"])
    backwards = after is not None
    found = _take(rows, order, after or before, size=size + 1, backwards=backwards, streams=streams)
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    link = linker(request.GET)
    has_previous, has_next = (more, True) if backwards else (before is not None, more)
    return KeysetPage(
        rows=found,
        previous_url=link("after", _place(found[0], order)) if found and has_previous else "",
        next_url=link("before", _place(found[-1], order)) if found and has_next else "",
        words=_("{found} rows").format(found=len(found)) if len(found) != 1 else _("1 row"),
        headings={each.name: _heading(request.GET, each, usual) for each in sorts},
        beyond=not found and (before or after) is not None,
        first_url=_first(request),
    )


def _first(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in PLACE:
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def chosen(
    request: HttpRequest,
    sorts: Sequence[Sort],
    *,
    newest_first: bool = True,
    by: tuple[str, ...] = (),
    usual: str = "",
) -> Order:
    """The order that the URL asks for. Raises `BadAddress` for one that the list has not."""
    asked = request.GET.get("sort", "") or usual
    found = next((each for each in sorts if each.name == asked.removeprefix("-")), None)
    if asked and found is None:
        if not sorts:
            raise addresses.BadAddress({"sort": addresses.unknown("sort", asked)})
        raise addresses.no_order(asked, [f"{sign}{each.name}" for each in sorts for sign in ("", "-")])
    return Order(found.fields, asked.startswith("-")) if found else Order(by, newest_first)


def _take(
    rows: "QuerySet[M]",
    order: Order,
    place: list[Any] | None,
    *,
    size: int,
    backwards: bool,
    streams: "Callable[[Order], Sequence[QuerySet[M]]] | None",
) -> list[M]:
    by = order.by(backwards=backwards)
    beyond = None if place is None else _Beyond(order, place, down=order.down is not backwards)

    def first(part: "QuerySet[M]") -> "QuerySet[M]":
        return (part if beyond is None else part.filter(beyond)).order_by(*by)

    parts = streams(order) if streams else ()
    if len(parts) < 2:
        return list(first(parts[0] if parts else rows)[:size])
    each = [first(part).values_list("pk", *order.fields)[:size] for part in parts]
    ids = [row[0] for row in each[0].union(*each[1:]).order_by(*by)[:size]]
    return list(rows.filter(pk__in=ids).order_by(*by))


class _Beyond(Func):
    """``(sorted, pk) < (values)``: compared as a row, which an index on just these answers."""

    output_field = BooleanField()

    def __init__(self, order: Order, place: list[Any], *, down: bool) -> None:
        names = (*order.fields, "pk")
        super().__init__(*(F(name) for name in names), *(Value(value) for value in place))
        self.sign = "<" if down else ">"

    def as_sql(self, compiler: Any, connection: Any, *_unused: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(each) for each in self.source_expressions]
        half = len(compiled) // 2
        left, right = (", ".join(sql for sql, _unused in side) for side in (compiled[:half], compiled[half:]))
        return f"({left}) {self.sign} ({right})", tuple(
            value for _unused, values in compiled for value in values
        )


def _place(row: Model, order: Order) -> str:
    values = [getattr(row, name) for name in order.fields]
    return "~".join([*(v.isoformat() if isinstance(v, datetime) else str(v) for v in values), str(row.pk)])


def _cursor(request: HttpRequest, name: str, rows: "QuerySet[Any]", order: Order) -> list[Any] | None:
    """The place that this parameter names; None without it. Raises `BadAddress`."""
    text = request.GET.get(name, "")
    found = _read(text, rows, order)
    if text and found is None:
        raise addresses.no_place(name, text)
    return found


def _read(text: str, rows: "QuerySet[Any]", order: Order) -> list[Any] | None:
    *parts, key = text.split("~")
    pk = numbers.whole(key)
    if pk is None or len(parts) != len(order.fields):
        return None
    values = [_value(_field(rows, name), part) for name, part in zip(order.fields, parts, strict=True)]
    return None if None in values else [*values, pk]


def _field(rows: "QuerySet[Any]", name: str) -> Any:
    annotation = rows.query.annotations.get(name)
    return rows.model._meta.get_field(name) if annotation is None else annotation.output_field


def _value(field: "Field[Any, Any] | Any", text: str) -> Any:
    if isinstance(field, BigIntegerField):
        found = numbers.whole(text.removeprefix("-"))
        return -found if found and text.startswith("-") else found
    try:
        value = field.to_python(text)
    except (ValidationError, ValueError):
        return None
    return None if isinstance(field, DateTimeField) and timezone.is_naive(value) else value


def linker(query: QueryDict) -> Callable[[str, Any], str]:
    """`link("before", 7)` is the address of this list from there on, its filters and sort kept."""

    def link(name: str, value: Any) -> str:
        parameters = query.copy()
        for each in (*PLACE, name):
            parameters.pop(each, None)
        parameters[name] = str(value)
        return f"?{parameters.urlencode()}"

    return link


def _heading(query: QueryDict, sort: Sort, usual: str) -> Heading:
    """A column sorts the way first that puts what matters on top: the largest amount, the oldest row."""
    asked = query.get("sort", "") or usual
    first = sort.name if sort.turned else f"-{sort.name}"
    other = f"-{sort.name}" if sort.turned else sort.name
    aria = ""
    if asked in (first, other):
        # What stands at the top of the column is the largest figure in it when `first` is chosen.
        aria = "descending" if asked == first else "ascending"
    return Heading(linker(query)("sort", other if asked == first else first), aria)
