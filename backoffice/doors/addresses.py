"""What an address may say of a list. What a page does not know is refused: its rows would not be what the link says.

@pages.page("payouts.view_recall", knows=Known(*keyset.PLACE, *CHIPS, show=("answered",)))
"""

from collections.abc import Collection, Mapping

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from backoffice.words import sentences, use_one_of

ALWAYS = ("back",)
"""What any page of ours may be told."""
ME = "me"
"""Who reads the address, in place of a user name; see `by_name`."""
PEOPLE = ("waits_for", "not_asked_by", "owner")
"""The parameters that take a user name and may say `ME`."""
_LONGEST, _MOST = 40, 3


class BadAddress(Refused):
    """An address that does not say which rows it means. ``problems``: a sentence for each parameter."""

    code = "bad_filter"
    status = 400

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(sentences(*list(problems.values())[:_MOST]))
        self.parameters = tuple(problems)


class UnknownChoice(BadAddress):
    """The address narrows a list by what its filter does not know. ``name`` is the parameter, ``label`` its filter,
    ``choices`` what it knows, where that can be said.
    """

    def __init__(self, label: str, value: str, *, name: str, choices: Collection[str] = ()) -> None:
        super().__init__({name: _no_choice(label, value, choices)})


class Known:
    """The parameters that a page reads, and what may be chosen of some; of others the page itself says no.

    ``many`` are those that may stand there more than once. An empty one is as none.
    """

    def __init__(self, *names: str, many: Collection[str] = (), **choices: Collection[str]) -> None:
        self.names = frozenset((*ALWAYS, *names, *many, *choices))
        self.many = frozenset(many)
        self.choices = choices

    def check(self, query: QueryDict) -> None:
        """Raises `BadAddress` for what is not known, stands there twice, or is none of the choices."""
        problems = {}
        for name, values in query.lists():
            said = self._problem(name, values)
            if said:
                problems[name] = said
        if problems:
            raise BadAddress(problems)

    def _problem(self, name: str, values: list[str]) -> str:
        if name not in self.names:
            return unknown(name, values[-1])
        last = values[-1]
        others = [value for value in values if value not in ("", last)]
        if others and name not in self.many:
            words = _(
                "Not shown: the address says “{name}” twice, “{first}” and “{second}”. Leave one of them."
            )
            return words.format(name=name, first=_short(others[0]), second=_short(last))
        choices = self.choices.get(name)
        wrong = last and choices is not None and last not in choices
        return _no_choice(name, last, choices or ()) if wrong else ""


def only(request: HttpRequest, name: str, choices: Collection[str]) -> str:
    """What the address says of this parameter, one of the choices or nothing. Raises `UnknownChoice`."""
    for value in request.GET.getlist(name):
        if value and value not in choices:
            raise UnknownChoice(name, value, name=name, choices=choices)
    return request.GET.get(name, "")


def by_name(request: HttpRequest) -> str:
    """The same address with the reader's user name where it says whose work it means by `ME`, so that whoever it is
    sent to sees the same rows; empty where it says no `ME`.
    """
    own = request.user.get_username()
    theirs = [name for name in PEOPLE if request.GET.getlist(name) == [ME]]
    if not theirs or own == ME:
        return ""
    query = request.GET.copy()
    for name in theirs:
        query[name] = own
    return f"{request.path}?{query.urlencode()}"


def unknown(name: str, value: str) -> str:
    """The sentence about a parameter that there is none of."""
    words = _("Not shown: this page does not know “{name}={value}”. Take it out of the address.")
    return words.format(name=_short(name), value=_short(value))


def no_place(name: str, value: str) -> BadAddress:
    """The error of a cursor that is none."""
    words = _("Not shown: “{name}={value}” is no place in this list. Begin the list anew.")
    return BadAddress({name: words.format(name=name, value=_short(value))})


def no_order(value: str, known: Collection[str]) -> BadAddress:
    """The error of an order that the list has not."""
    words = _("Not shown: “sort={value}” is no order of this list.").format(value=_short(value))
    return BadAddress({"sort": sentences(words, use_one_of(known))})


def _no_choice(label: str, value: str, choices: Collection[str]) -> str:
    words = _("Not shown: the filter “{label}” has no choice “{value}”.")
    advice = use_one_of(map(str, choices)) or _("Take it out of the address.")
    return sentences(words.format(label=label, value=_short(value)), advice)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
