"""What was typed into a chip of a list of payouts: amounts as the reader writes them, in an address that all read
alike; what cannot be read is said at its field, and the list stays, to be read only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from backoffice.doors import keyset, numbers, worklists
from payouts.queries import filter_fields, filter_words, filters

Chip = tuple[str, type[forms.Form]]
"""What a filter is called, and the form that sets it."""


@dataclass(frozen=True)
class Mistyped:
    """The chips with something wrong in them. ``problems``: sentences by field; ``given``: what was typed."""

    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    offered: Sequence[Chip] = ()

    @property
    def status(self) -> int:
        """The page's own."""
        return 400 if self.problems else 200

    @property
    def reading(self) -> bool:
        """Whether the rows are to be read only: nobody asked for just these, so nothing is done with them."""
        return bool(self.problems)

    @property
    def fields(self) -> frozenset[str]:
        """The fields of these chips, the wrong ones and those beside them."""
        return frozenset(name for _label, form in self.offered for name in form.base_fields)

    def chips(self, clear_url: str, keep: Iterable[tuple[str, Any]]) -> list[dict[str, Any]]:
        """Each open, with what was typed and what is wrong with it. Shaped for the part `chips`."""
        return [
            worklists.changeable(label, clear_url, form, keep, self.given, problems=self.problems)
            for label, form in self.offered
        ]


NOTHING = Mistyped()


def readable(request: HttpRequest) -> str:
    """The list's address with its amounts as every reader and every program reads them; empty where it is that."""
    query = request.GET.copy()
    for name in filter_words.AMOUNTS:
        if name in query:
            query.setlist(name, [_for_everybody(value) for value in query.getlist(name)])
    return "" if query == request.GET else f"{request.path}?{query.urlencode()}"


def _for_everybody(amount: str) -> str:
    """Never with three decimals, which are thousands to some."""
    found = numbers.plain(amount)
    if found is None:
        return amount
    return f"{found}0" if len(found.partition(".")[2]) == 3 else found


def shown(
    request: HttpRequest, offered: Sequence[Chip], view: Callable[[HttpRequest, Mistyped], HttpResponse]
) -> HttpResponse:
    """The view's list; where it refuses what was typed into one of the chips, the list without these filters: the view
    is asked again as if they were not in the address, so that what it links to is of the filters that it shows.

    That one is for reading only. Raises `filters.BadFilter` for what nobody types: parameters that are no filter,
    choices that there are none of.
    """
    try:
        return view(request, NOTHING)
    except filters.BadFilter as refusal:
        wrong = _of(request, refusal, offered)
        if wrong is None:
            raise
    rest = request.GET.copy()
    for name in (*wrong.fields, *keyset.PLACE):
        rest.pop(name, None)
    asked = copy(request)
    asked.GET = QueryDict(rest.urlencode())
    return view(asked, wrong)


def _of(request: HttpRequest, refusal: filters.BadFilter, offered: Sequence[Chip]) -> Mistyped | None:
    wrong = {
        label: form
        for label, form in offered
        for name in refusal.errors
        if name in form.base_fields and not hasattr(form.base_fields[name], "choices")
    }
    given = request.GET.dict()
    problems = {name: _sentences(name, given, said) for name, said in refusal.errors.items()}
    found = Mistyped(problems, given, list(wrong.items()))
    return found if found.fields.issuperset(refusal.errors) else None


def _sentences(name: str, given: Mapping[str, str], said: Sequence[str]) -> Sequence[str]:
    """Of an amount that is none, how the reader would write one: the filter's own is for programs, too."""
    if name not in filter_words.AMOUNTS or numbers.plain(given.get(name, "")) is not None:
        return said
    words = _("“{text}” is no amount. Write one such as {whole} or {example}.")
    example = numbers.example(Decimal("5000.50"))
    return [words.format(text=filter_fields.shortened(given.get(name, "")), whole=5000, example=example)]
