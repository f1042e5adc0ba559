"""Pages of a list in the order of a number, largest first: stable where many rows have the same."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from backoffice.doors import numbers
from backoffice.doors.keyset import SIZE, KeysetPage, linker

M = TypeVar("M", bound=Model)


def page_by(request: HttpRequest, rows: "QuerySet[M]", *, key: str, size: int = SIZE) -> KeysetPage[M]:
    """The page that `?before=NUMBER.ID` or `?after=NUMBER.ID` names, by ``key`` downwards, then by primary key.

    ``key`` is a column or an annotation that is never null. Counts nothing; a cursor that is none shows the first page.
    """
    before, after = _cursor(request.GET.get("before")), _cursor(request.GET.get("after"))
    if after is not None:
        found = list(rows.filter(_beyond(key, "gt", after)).order_by(key, "-pk")[: size + 1])
        has_previous, has_next = len(found) > size, True
        found = found[:size][::-1]
    else:
        if before is not None:
            rows = rows.filter(_beyond(key, "lt", before))
        found = list(rows.order_by(f"-{key}", "pk")[: size + 1])
        has_previous, has_next = before is not None, len(found) > size
        found = found[:size]
    link = linker(request.GET)
    return KeysetPage(
        rows=found,
        previous_url=link("after", _at(found[0], key)) if found and has_previous else "",
        next_url=link("before", _at(found[-1], key)) if found and has_next else "",
        words=f"{len(found)} rows" if len(found) != 1 else "1 row",
    )


def _beyond(key: str, side: str, cursor: tuple[int, int]) -> Q:
    value, pk = cursor
    return Q(**{f"{key}__{side}": value}) | Q(**{key: value, f"pk__{'gt' if side == 'lt' else 'lt'}": pk})


def _cursor(text: str | None) -> tuple[int, int] | None:
    value, _, pk = (text or "").partition(".")
    found = numbers.whole(value), numbers.whole(pk)
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _at(row: Any, key: str) -> str:
    return f"{getattr(row, key)}.{row.pk}"
