"""What is wrong with a filter, in sentences: for programs by the names of its fields, for people by the words of its
form.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from backoffice.words import labelled, sentences, use_one_of
from payouts.queries import filter_fields as fields

if TYPE_CHECKING:
    from payouts.queries.filters import ListFilter


class BadFilter(Refused):
    """A filter that cannot be read. ``errors``: sentences by field; nothing was selected."""

    code = "bad_filter"
    status = 400

    def __init__(
        self, errors: Mapping[str, list[str]], *, called: Mapping[str, str] | None = None, to_people: str = ""
    ) -> None:
        """``called`` are fields by the words of their form; ``to_people`` is the whole where it says more."""
        super().__init__(sentences(*(each for said in errors.values() for each in said)))
        self.errors = dict(errors)
        self.parameters = tuple(errors)
        self.to_people = to_people or _beside(called or {}, errors)


def _beside(called: Mapping[str, str], errors: Mapping[str, list[str]]) -> str:
    """The sentences, each behind what its field is called."""
    return sentences(
        *(
            labelled(called[name], each) if called.get(name) else each
            for name, said in errors.items()
            for each in said
        )
    )


def check(
    *, errors: Mapping[str, list[str]], unknown: Sequence[str], data: QueryDict, kind: "type[ListFilter]"
) -> None:
    """Raises `BadFilter` for the ``errors`` of its fields, for parameters that are ``unknown``, and for those that
    stand there twice.
    """
    whole = {**errors, **_unknown(unknown, kind), **said_twice(data, kind)}
    if whole:
        called = labels(kind)
        others = _unknown(unknown, kind, called=called) | said_twice(data, kind, called=called)
        raise BadFilter(whole, to_people=sentences(_beside(called, errors), _beside({}, others)))


def _unknown(
    names: Sequence[str], kind: "type[ListFilter]", *, called: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """Parameters that are no filter: a typing error must not silently mean every payout.

    What filters there are is said by name, or as people call them, where ``called`` says how.
    """
    known = list(dict.fromkeys(called.values()) if called else kind.base_filters)
    words, advice = _("“{name}” is no filter of {noun}."), use_one_of(known, most=len(known))
    return {
        name: [sentences(words.format(name=fields.shortened(name), noun=kind.noun), advice)] for name in names
    }


def labels(kind: "type[ListFilter]") -> dict[str, str]:
    """What its fields are called on pages, by name."""
    return {name: str(each.label) for name, each in kind.base_filters.items()}


def said_twice(
    data: QueryDict, kind: "type[ListFilter]", *, called: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """What stands there with two values and can have one: nobody can tell which of them is meant.

    It is named as the address has it, or as people do, where ``called`` says how.
    """
    found = {}
    for name, values in data.lists():
        different = list(dict.fromkeys(value for value in values if value))
        one = name in kind.base_filters and not issubclass(
            kind.base_filters[name].field_class, fields.CodesField
        )
        if one and len(different) > 1:
            words = _("“{name}” stands there twice, as “{first}” and “{second}”. Leave one of them.")
            first, second = map(fields.shortened, different[:2])
            named = (called or {}).get(name, name)
            found[name] = [words.format(name=named, first=first, second=second)]
    return found
