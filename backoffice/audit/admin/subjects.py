"""What deeds are about, by the names people say and with the pages there are: a query for each kind of thing shown."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.apps import apps
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from backoffice.audit.models import Event
from backoffice.doors import role_words, subject_words
from backoffice.words import dated
from payouts.models.cap import CapKind
from payouts.queries import incident_words, rail_words

Key = tuple[str, int]


class Thing(NamedTuple):
    """A row by the name people say, and its page, if it has one."""

    name: str
    url: str


class _Read(NamedTuple):
    """Which columns make the name of a thing of this kind, and what its page's address holds: (view, columns)."""

    columns: tuple[str, ...]
    name: Callable[..., str] = str
    page: tuple[str, tuple[str, ...]] | None = None


def _person(first: str, last: str, username: str) -> str:
    return f"{first} {last}".strip() or username


def _wanted(first: str | None, last: str | None, *new: str) -> str:
    """The person of a request as they are called now; a new one as they were asked for."""
    return f"{first or ''} {last or ''}".strip() or _person(*new)


def _line(number: int, statement: str) -> str:
    return _("Line {number} of {statement_id}").format(number=number, statement_id=statement)


def _month(first: date) -> str:
    return dated(first, "yMMMM")


_READ: Mapping[str, _Read] = {
    "auth.group": _Read(("name",), role_words.called),
    "auth.user": _Read(("first_name", "last_name", "username"), _person),
    "ledger.accountmapping": _Read(("number",)),
    "ledger.adjustment": _Read(("account__seller__reference",), str, ("ledger_adjustment_detail", ("pk",))),
    "ledger.earning": _Read(("external_id",)),
    "ledger.importfile": _Read(("name",), str, ("ledger_import_detail", ("pk",))),
    "ledger.journalfile": _Read(("file_name",), str, ("ledger_period_detail", ("period__first_day",))),
    "ledger.monthrate": _Read(("currency", "month"), lambda currency, month: f"{currency}, {_month(month)}"),
    "ledger.period": _Read(("first_day",), _month, ("ledger_period_detail", ("first_day",))),
    "payouts.accountversion": _Read(("masked",), str, ("payouts_payoutaccount_detail", ("slot",))),
    "payouts.attempt": _Read(("end_to_end_id",)),
    "payouts.bankdocument": _Read(("name",)),
    "payouts.capchange": _Read(
        ("kind", "currency"), lambda kind, currency: f"{CapKind(kind).label}, {currency}"
    ),
    "payouts.export": _Read(("file_name",)),
    "payouts.exportschedule": _Read(("name",), str, ("payouts_schedule_detail", ("pk",))),
    "payouts.exporttemplate": _Read(("name",)),
    "payouts.fundingaccount": _Read(("code",)),
    "payouts.incident": _Read(("code",), incident_words.what),
    "payouts.job": _Read(("pk",), "J{}".format),  # only who asked for it opens its page
    "payouts.lineresolution": _Read(
        ("line__number", "line__statement__statement_id"), _line, ("payouts_statement_line", ("line",))
    ),
    "payouts.railswitch": _Read(("rail",), rail_words.called),
    "payouts.restoration": _Read(("asked_at",), lambda at: dated(at.date(), "medium")),
    "payouts.statement": _Read(("statement_id",), str, ("payouts_statement_detail", ("pk",))),
    "payouts.statementline": _Read(
        ("number", "statement__statement_id"), _line, ("payouts_statement_line", ("pk",))
    ),
    "payouts.submission": _Read(("key",), str, ("payouts_submission_detail", ("rail", "key"))),
    "people.personrequest": _Read(
        ("person__first_name", "person__last_name", "first_name", "last_name", "username"), _wanted
    ),
    "sellers.sellerfile": _Read(("name",), str, ("sellers_import_detail", ("pk",))),
}
"""Payouts, batches, sellers and runs have their reference in their number: see the tag `about`."""
_INSIDE: Mapping[str, str] = {
    "attempt": "payouts.attempt",
    "earning": "ledger.earning",
    "import": "sellers.sellerfile",
    "line": "payouts.statementline",
    "other_line": "payouts.statementline",
    "since": "payouts.export",
    "submission": "payouts.submission",
}
"""Facts that hold the number of a row, and of which kind it is; days and texts under these keys stay."""
_LETTERS: Mapping[str, str] = {"seller": "S"}


def named(events: Iterable[Event]) -> dict[Key, Thing]:
    """What these deeds and their facts are about, where it has a name (yet)."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        if event.subject_id is not None:
            wanted[event.subject_type].add(event.subject_id)
        for name, pk in _numbers(event.data):
            wanted[_INSIDE[name]].add(pk)
    return {(kind, pk): it for kind, ids in wanted.items() if kind in _READ for pk, it in _found(kind, ids)}


def about(event: Event, things: Mapping[Key, Thing]) -> str:
    """What the deed is about: its kind, its name and a link to its page; empty where `named` knows no name."""
    it = things.get((event.subject_type, event.subject_id or 0))
    if it is None:
        return ""
    name = format_html('<a class="ref" href="{}">{}</a>', it.url, it.name) if it.url else it.name
    is_person = event.subject_type == "auth.user"
    return name if is_person else format_html("{} {}", subject_words.subject(event.subject_type), name)


def facts(event: Event, things: Mapping[Key, Thing]) -> dict[str, Any]:
    """The deed's facts, with names in the place of numbers of rows."""
    data = dict(event.data)
    for name, pk in _numbers(data):
        if (it := things.get((_INSIDE[name], pk))) is not None:
            data[name] = it.name
    return data | {
        name: f"{letter}{data[name]}" for name, letter in _LETTERS.items() if type(data.get(name)) is int
    }


def _numbers(data: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(name, data[name]) for name in _INSIDE if type(data.get(name)) is int]


def _found(kind: str, ids: set[int]) -> Iterable[tuple[int, Thing]]:
    columns, called, page = _READ[kind]
    view, parts = page or ("", ())
    rows: Any = apps.get_model(kind)._base_manager.filter(pk__in=ids)
    for pk, *values in rows.values_list("pk", *columns, *parts):
        if name := called(*values[: len(columns)]):
            url = reverse(f"admin:{view}", args=values[len(columns) :]) if view else ""
            yield pk, Thing(name, url)
