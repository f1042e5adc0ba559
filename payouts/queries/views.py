"""Saved views: which a person is offered in a list, and in which it opens."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from payouts.models import DefaultView, SavedView
from payouts.queries import filters

SORT = "sort"
"""What a view keeps beside the filters."""


@dataclass(frozen=True)
class Offered:
    """A view as one reader sees it."""

    view: SavedView
    own: bool
    default: bool

    @property
    def owner_name(self) -> str:
        return str(self.view.owner.get_full_name() or self.view.owner.get_username())


def visible(*, person_id: int) -> "QuerySet[SavedView]":
    """The person's own views and those that others share."""
    return SavedView.objects.filter(Q(owner=person_id) | Q(shared=True)).select_related("owner")


def offered(*, person_id: int, place: str) -> list[Offered]:
    """The views of one list, the person's own first, each group by name."""
    opens = DefaultView.objects.filter(person=person_id, place=place, view=OuterRef("pk"))
    found = [
        Offered(view, own=view.owner_id == person_id, default=view.default)
        for view in visible(person_id=person_id).filter(place=place).annotate(default=Exists(opens))
    ]
    return sorted(found, key=lambda each: (not each.own, each.view.name.casefold(), each.view.pk))


def kept(query: str | QueryDict) -> str:
    """What a view keeps of an address: filters and sort, in a fixed order, so that two of the same are equal."""
    given = filters.as_query(query)
    wanted = QueryDict(mutable=True)
    for name in sorted({*filters.NAMES, SORT} & set(given)):
        values = [value for value in given.getlist(name) if value != ""]
        if values:
            wanted.setlist(name, values)
    return wanted.urlencode()
