"""What an export is: whose rows, by which filter, with which columns, for whom. One definition serves every door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from payouts.exports import ordering
from payouts.exports.columns import Columns
from payouts.queries import filter_fields, filters


@dataclass(frozen=True)
class Definition:
    """``source`` is SQL after FROM: ``{rows}`` stands for the rows that the filter selects, ``{only}`` for a condition
    on ``payout_id`` that they set, ``{at}`` for the first moment after that of an export of the past, ``{year}`` for
    the year of a yearly one, ``{since}`` and ``{until}`` for the first moments in and after a span.

    ``order`` is total; ``sorts`` are others that may be asked for, and ``tail`` ends each. ``key`` is SQL of a text of
    ours that names a row for ever: capitals, digits and slashes, a capital first.

    ``title``, ``noun`` and ``lead`` are English, as files say them; ``called`` and ``told`` are what pages show.

    ``permissions`` are needed beside that to export. ``needs`` are values for columns that SQL does not make.
    ``row_is_payout``: each row of the file is a row of the list of payouts and the other way round.
    """

    kind: str
    title: str
    noun: str
    lead: str
    permissions: tuple[str, ...]
    resource: type[Columns]
    source: str
    order: str
    key: str
    filter: type[filters.ListFilter] = filters.PayoutFilter
    rows: Callable[[], QuerySet[Any]] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    row_is_payout: bool = False
    of_the_past: bool = False
    of_a_year: bool = False
    of_a_span: bool = False
    sorts: Mapping[str, ordering.Sort] = field(default_factory=dict)
    tail: str = ""

    @property
    def called(self) -> str:
        """The title in the reader's language."""
        return _(self.title)

    @property
    def inside(self) -> str:
        """The title as it stands inside a sentence."""
        return f"{self.called[:1].lower()}{self.called[1:]}"

    @property
    def told(self) -> str:
        """The lead in the reader's language."""
        return _(self.lead)

    def chosen(self, given: Any, *, now: datetime) -> filters.ListFilter:
        """The filter as a door got it. Raises `BadFilter`.

        An export of the past that names no moment is of now; a yearly one that names no year is of the last.
        """
        data = filters.as_query(given).copy()
        if self.of_the_past and not data.get("at"):
            data["at"] = now.isoformat()
        if self.of_a_year and not data.get("year"):
            data["year"] = str(timezone.localtime(now).year - 1)
        found = filters.read(data, queryset=self.rows() if self.rows is not None else None, kind=self.filter)
        at = found.cleaned.get("at")
        if at is not None and filter_fields.start_of(at) > now:
            raise filters.BadFilter({"at": [_("That moment is yet to come: name one in the past.")]})
        return found

    def source_of(self, chosen: filters.ListFilter) -> tuple[str, tuple[Any, ...]]:
        """FROM and what follows it but the order, with its parameters.

        Raises EmptyResultSet where the filter can select nothing.
        """
        rows, params = chosen.qs.order_by().query.sql_with_params()
        only = "payout_id IN (SELECT id FROM ({rows}) AS chosen)" if chosen.qs.query.where else "true"
        sql = self.source.replace("{only}", only)
        if self.of_the_past:
            end = filter_fields.end_of(chosen.cleaned["at"])
            sql = sql.replace("{at}", _moment(end, ""))
        if self.of_a_year:
            sql = sql.replace("{year}", str(int(chosen.cleaned["year"])))
        if self.of_a_span:
            since, until = (chosen.cleaned.get(f"posted_{side}") for side in ("after", "before"))
            sql = sql.replace("{since}", _moment(since and filter_fields.start_of(since), "-infinity"))
            sql = sql.replace("{until}", _moment(until and filter_fields.end_of(until), "infinity"))
        times = sql.count("{rows}")
        return f"FROM {sql.replace('{rows}', rows)}", tuple(params) * times

    def order_of(self, sort: str) -> str:
        """ORDER BY of a sort as an address has it ("-amount"); of none, or one there is not, the usual."""
        found = self.sorts.get(sort.removeprefix("-"))
        return ordering.sql(found, down=sort.startswith("-"), tail=self.tail) if found else self.order

    def order_in_words(self, sort: str) -> str:
        """The order in English words, as an export keeps them; a page translates them. Empty for the usual one."""
        found = self.sorts.get(sort.removeprefix("-"))
        if found is None:
            return ""
        return found.down if sort.startswith("-") else found.up


def _moment(value: datetime | None, otherwise: str) -> str:
    return f"TIMESTAMPTZ '{value.isoformat() if value else otherwise}'"
