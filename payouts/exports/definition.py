"""What an export is: whose rows, by which filter, with which columns, for whom. One definition serves every door."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from payouts.exports import ordering
from payouts.exports.columns import Columns, literals
from payouts.queries import export_filters, filters
from payouts.queries import filter_fields as fields
from sellers.ledger.queries import periods

_HOLES = re.compile(r"\{(rows|also)\}")


@dataclass(frozen=True)
class Definition:
    """``source`` is SQL after FROM: ``{rows}`` stands for the rows that the filter selects, ``{only}`` for a condition
    on ``payout_id`` that they set, ``{at}`` for the first moment after that of an export of the past, ``{year}`` for
    the year of a yearly one, ``{also}`` for the rows that ``also`` makes of the filter. ``home`` is SQL of the country
    that a row counts in where accounts have several, and ``{home}`` the condition that the filter names it.

    Where its filter can go by the books' day, ``{when}`` is that day or the moment of posting, whichever it goes by, of
    the transaction ``t``; ``{before}`` is the condition that ``t`` lies before the end of what is asked for,
    ``{since}`` the first day or moment of it, ``{country}`` the country of ``account`` as the books keep it, or the
    seller's now. Elsewhere ``before`` answers the last day of the books that ``{before}`` lets in, None for all.
    ``of_today`` are columns that change with the seller: by the books' day they are in the file only where they are
    named, so that a closed month gives the same bytes for ever (docs/adr/0033).

    ``order`` is total; ``sorts`` are others that may be asked for, and ``tail`` ends each. ``key`` is SQL of a text of
    ours that names a row for ever: capitals, digits and slashes, a capital first.

    ``title``, ``noun`` and ``lead`` are English; ``called`` and ``told`` are the title and the lead in the language of
    whoever reads the page or the file. ``sheet`` is a shorter title, where the title or one of its translations is
    longer than Excel lets the name of a sheet be.

    ``shown`` are the columns of its page, where its rows stand on one: in the order of ``place``, SQL of a whole number
    that no two rows share, followed by DESC where the greatest comes first; where it is empty, in that of the keys, by
    their number first.

    ``permissions`` are needed beside that to export, all of them, and one of ``any_of`` where it names some: the rights
    of the page that lists these rows. ``needs`` are values for columns that SQL does not make.
    ``row_is_payout``: each row of the file is a row of the list of payouts and the other way round. ``whole`` says in
    the record what the rows are where the filter asks for nothing.
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
    home: str = ""
    of_today: tuple[str, ...] = ()
    whole: str = ""
    also: Callable[[filters.ListFilter], QuerySet[Any]] | None = None
    before: Callable[[filters.ListFilter], date | datetime | None] | None = None
    sorts: Mapping[str, ordering.Sort] = field(default_factory=dict)
    tail: str = ""
    shown: tuple[str, ...] = ()
    place: str = ""
    sheet: str = ""
    any_of: tuple[str, ...] = ()

    def is_open_to(self, held: Collection[str]) -> bool:
        """Whether these permissions suffice to see what it holds; who exports needs the right to export beside them."""
        return set(self.permissions) <= set(held) and (
            not self.any_of or not set(self.any_of).isdisjoint(held)
        )

    @property
    def has_books(self) -> bool:
        """Whether it can go by the day that a fact is booked on."""
        return export_filters.BY in self.filter.base_filters

    @property
    def called(self) -> str:
        """The title in the reader's language."""
        return _(self.title)

    @property
    def sheet_name(self) -> str:
        """What the sheet of a workbook is called in the reader's language."""
        return str(self.sheet) or self.called

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

        An export of the past that names no moment is of now; a yearly one that names no year is of the last. One that
        names a day goes by the books' day, unless it says otherwise.
        """
        data = filters.as_query(given).copy()
        by_books = self.has_books and data.get(export_filters.BY, "").lower() == export_filters.BOOKS
        if self.of_the_past and not data.get("at"):
            data["at"] = str(periods.today(now=now)) if by_books else now.isoformat()
        if self.of_a_year and not data.get("year"):
            data["year"] = str(timezone.localtime(now).year - 1)
        if self.has_books and not data.get(export_filters.BY):
            data[export_filters.BY] = export_filters.usual(data)
        found = filters.read(data, queryset=self.rows() if self.rows is not None else None, kind=self.filter)
        at = found.cleaned.get("at")
        if at is not None and self._is_to_come(at, by_books=self.by_books(found), now=now):
            raise filters.BadFilter({"at": [_("That moment is yet to come: name one in the past.")]})
        return found

    @staticmethod
    def _is_to_come(at: date | datetime, *, by_books: bool, now: datetime) -> bool:
        """Whether it has not begun: a day of the books begins in their zone, any other in the program's."""
        if by_books:
            return fields.day_of(at) > periods.today(now=now)
        return fields.start_of(at) > now

    def kept(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The filters of an export as they were meant when it was asked for.

        Those of the time before there was a choice went by the moment of posting, and do not say so.
        """
        return ({export_filters.BY: [export_filters.POSTED]} if self.has_books else {}) | dict(stored)

    def by_books(self, chosen: filters.ListFilter) -> bool:
        """Whether the filter goes by the books' day."""
        return self.has_books and chosen.cleaned.get(export_filters.BY) == export_filters.BOOKS

    def source_of(self, chosen: filters.ListFilter) -> tuple[str, tuple[Any, ...]]:
        """FROM and what follows it but the order, with its parameters.

        Raises EmptyResultSet where the filter can select nothing.
        """
        inner = {"rows": chosen.qs.order_by().query.sql_with_params()}
        if self.also is not None:
            inner["also"] = self.also(chosen).order_by().query.sql_with_params()
        only = "payout_id IN (SELECT id FROM ({rows}) AS chosen)" if chosen.qs.query.where else "true"
        sql = self.source.replace("{only}", only)
        if self.has_books:
            sql = self._timed(sql, chosen)
        elif self.of_the_past:
            sql = sql.replace("{at}", _moment(fields.end_of(chosen.cleaned["at"]), ""))
        if self.before is not None:
            last = self.before(chosen)
            sql = sql.replace("{before}", f"t.booked_on <= {_day(last and fields.day_of(last), 'infinity')}")
        if self.of_a_year:
            sql = sql.replace("{year}", str(int(chosen.cleaned["year"])))
        if self.home:
            named = chosen.cleaned.get("country")
            sql = sql.replace("{home}", f"{self.home} IN ({literals(named)})" if named else "true")
        params = tuple(value for hole in _HOLES.findall(sql) for value in inner[hole][1])
        return f"FROM {_HOLES.sub(lambda hole: inner[hole[1]][0], sql)}", params

    def _timed(self, sql: str, chosen: filters.ListFilter) -> str:
        """The statement by the books' day or by the moment of posting."""
        given = chosen.cleaned
        last = given.get("at") if self.of_the_past else given.get("posted_before")
        first = given.get("posted_after")
        if self.by_books(chosen):
            values = {
                "when": "t.booked_on",
                "before": f"t.booked_on <= {_day(last, 'infinity')}",
                "since": _day(first, "-infinity"),
                "country": "account.country",
            }
        else:
            values = {
                "when": "t.posted_at",
                "before": f"t.posted_at < {_moment(last and fields.end_of(last), 'infinity')}",
                "since": _moment(first and fields.start_of(first), "-infinity"),
                "country": "seller.country",
            }
        for name, value in values.items():
            sql = sql.replace(f"{{{name}}}", value)
        return sql

    def in_words(self, chosen: filters.ListFilter, *, as_given: bool = False) -> str:
        """The filter as one sentence, for an export's record. ``as_given`` as of `filter_words.describe`."""
        return str(self.whole) if self.whole and not chosen.cleaned else chosen.in_words(as_given=as_given)

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


def _day(value: date | None, otherwise: str) -> str:
    return f"DATE '{value.isoformat() if value else otherwise}'"


def _moment(value: datetime | None, otherwise: str) -> str:
    return f"TIMESTAMPTZ '{value.isoformat() if value else otherwise}'"
