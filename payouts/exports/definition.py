"""What an export is: whose rows, by which filter, with which columns, for whom. One definition serves every door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from payouts.exports.columns import Columns
from payouts.queries import filter_fields, filters


@dataclass(frozen=True)
class Definition:
    """``source`` is SQL after FROM: ``{rows}`` stands for the rows that the filter selects, ``{only}`` for a condition
    on ``payout_id`` that they set, ``{at}`` for the first moment after that of an export of the past. ``order`` is
    total.

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
    filter: type[filters.ListFilter] = filters.PayoutFilter
    rows: Callable[[], QuerySet[Any]] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    row_is_payout: bool = False
    of_the_past: bool = False

    def chosen(self, given: Any, *, now: datetime) -> filters.ListFilter:
        """The filter as a door got it; an export of the past that names no moment is of now. Raises `BadFilter`."""
        data = filters.as_query(given).copy()
        if self.of_the_past and not data.get("at"):
            data["at"] = now.isoformat()
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
            sql = sql.replace("{at}", f"TIMESTAMPTZ '{end.isoformat()}'")
        times = sql.count("{rows}")
        return f"FROM {sql.replace('{rows}', rows)}", tuple(params) * times
