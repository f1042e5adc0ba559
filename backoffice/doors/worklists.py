"""What every worklist says of itself: how many wait and since when, and the filters that narrow it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from backoffice.doors import keyset
from backoffice.doors.addresses import BadAddress, UnknownChoice
from backoffice.words import labelled, later, number, sentences
from payouts import countries
from payouts.queries.filter_fields import PersonField

CAP = 1_000
"""As far as what waits is counted: a bigger number is not read, and counting it costs."""


AMOUNT = keyset.Sort("amount", ("currency", "amount_minor"))
"""By money, each currency by itself: currencies do not compare. The rows have both, as fields or annotations."""
SORTS = (
    # By id: ids are given in the order in which rows are made.
    keyset.Sort("since", turned=True),
    AMOUNT,
)
"""What a list of what waits can be sorted by. Only what waits, which an index of its own finds, is sorted by money."""
ORDERS = tuple(f"{sign}{each.name}" for each in SORTS for sign in ("", "-"))
"""How an address names them."""
OLDEST = "since"
"""How such a list stands before anybody sorts it."""


class PersonChip(forms.Form):
    """Narrows a list by one of these ``people``: user name, what they are called."""

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.fields.values():
            each.choices = list(people)  # type: ignore[attr-defined]


class WaitsChip(PersonChip):
    """To what one person may decide on, so that their own work is not counted as work for them."""

    waits_for = forms.ChoiceField(label=later("Waits for"))


class OthersChip(PersonChip):
    """To what others than one person asked for."""

    not_asked_by = forms.ChoiceField(label=later("Asked by others than"))


class ManyField(forms.MultipleChoiceField):
    """Boxes to tick, for a filter that takes several values; none ticked is no filter."""

    widget = forms.CheckboxSelectMultiple


WAITS: dict[str, type[forms.Form]] = {"waits_for": WaitsChip}
OTHERS: dict[str, type[forms.Form]] = {"not_asked_by": OthersChip}


class CurrencyChip(forms.Form):
    """Narrows a list to the money of one currency: of a country that we pay in, or one of ``others``."""

    currency = forms.ChoiceField(label=later("Currency"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = sorted({country.currency for country in countries.all()} | set(self.others()))
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]

    def others(self) -> Iterable[str]:
        """What else the list may hold."""
        return ()


def offered(label: str, form: Callable[..., forms.Form], keep: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A filter that can be set, and what of the address stays when it is. Shaped for the part `chips`."""
    made = form(auto_id="chip_%s")
    choices = tuple(str(value) for field in made.fields.values() for value in getattr(field, "choices", ()))
    html = _htmls.get(key := (type(made), get_language(), choices))
    if html is None:
        if len(_htmls) > _MOST_HTMLS:
            _htmls.clear()
        html = _htmls[key] = fields_html(made)
    return {"label": label, "html": html, "keep": list(keep)}


def changeable(
    words: str,
    clear_url: str,
    form: Callable[..., forms.Form],
    keep: Iterable[tuple[str, Any]],
    given: Mapping[str, Any],
    *,
    named: str = "",
    problems: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """A filter that is set: it says ``words``, is taken away, or opened with what is ``given`` and changed in place.

    ``given`` is by field, several values as a list. ``named`` keeps the fields of two chips with the same form apart.
    ``problems`` are sentences by field: what cannot be read stands there with what to do about it. Shaped for the part
    `chips`.
    """
    made = form(dict(given) if problems else None, initial=dict(given), auto_id=f"chip_{named}%s")
    if problems:
        made.errors.clear()  # the list's own reading says all that is wrong
    for name, said in (problems or {}).items():
        for sentence in said if name in made.fields else ():
            made.add_error(name, sentence)
    return {
        "text": words,
        "clear_url": clear_url,
        "html": fields_html(made),
        "keep": [pair for pair in keep if pair[0] not in made.fields],
        "open": bool(problems),
    }


def fields_html(form: forms.Form) -> str:
    """The fields of a filter, as its chip holds them."""
    return render_to_string("parts/chip_fields.html", {"fields": list(form)})


# Empty fields look the same to every reader of a language, and making them took a tenth of a list's page.
_htmls: dict[tuple[Any, ...], str] = {}
_MOST_HTMLS = 500


def for_whom(request: HttpRequest, parameter: str = "waits_for") -> Any:
    """The person for whom the list is to hold only what waits for them, or whom another ``parameter`` names, by the
    user name in the address; None where it is to hold all. Raises `BadAddress` for a name that nobody has.
    """
    name = request.GET.get(parameter, "").strip()
    if not name:
        return None
    if name == request.user.get_username():
        return request.user
    try:
        PersonField(max_length=150).clean(name)
    except ValidationError as wrong:
        raise BadAddress({parameter: sentences(*wrong.messages)}) from wrong
    return PersonField.of(name)


def called(person: Any) -> str:
    """A colleague by the name that people know."""
    return str(person.get_full_name() or person.get_username())


def set_chips(request: HttpRequest, forms_of: Mapping[str, type[forms.Form]]) -> list[dict[str, Any]]:
    """As `chips`, only those that are set: for a page that another one leads to with a filter."""
    return [chip for chip in chips(request, forms_of) if "clear_url" in chip]


def totals(request: HttpRequest, found: Any, noun: str) -> HttpResponse:
    """The part of a list's totals. Where they are not exact, its button asks again with ``whole`` in the address."""
    query = request.GET.copy()
    query["whole"] = "1"
    context = {"totals": found, "noun": noun, "url": f"{request.path}?{query.urlencode()}"}
    return render(request, "parts/totals.html", context)


def lead(*, count: Callable[..., int], oldest: str) -> str:
    """How many wait, up to `CAP`, and since when (``oldest``, as people say it); nothing where nothing waits."""
    found = count(cap=CAP)
    if not found:
        return ""
    how_many = (
        _("More than {cap} wait").format(cap=number(CAP))
        if found > CAP
        else ngettext("{found} waits", "{found} wait", found).format(found=number(found))
    )
    return _("{how_many}, the oldest since {oldest}.").format(how_many=how_many, oldest=oldest)


def chosen(request: HttpRequest, forms_of: Mapping[str, type[forms.Form]]) -> dict[str, str]:
    """The filters in the address by name. Each form has one choice field, of that name.

    Raises `BadAddress`: a list that left the filter out would show what nobody asked for.
    """
    found = {}
    for name, form in forms_of.items():
        value = request.GET.get(name, "").strip()
        known = _choices(_read_by(request, form, name), name) if value else {}
        if value and value not in known:
            label = str(form().fields[name].label)
            raise UnknownChoice(label, value, name=name, choices=[each for each in known if each])
        if value:
            found[name] = value
    return found


def exported(request: HttpRequest, *names: str) -> dict[str, str]:
    """What of a list's address its export takes as it stands: these filters, its tab and its order."""
    return {name: request.GET.get(name, "").strip() for name in (*names, "show", "sort")}


def chips(request: HttpRequest, forms_of: Mapping[str, type[forms.Form]]) -> list[dict[str, Any]]:
    """A chip for each filter: set ones to take away, the others to choose. Shaped for the part `chips`."""
    given = chosen(request, forms_of)
    shown: list[dict[str, Any]] = []
    for name, each in forms_of.items():
        form = _read_by(request, each, name)
        made = form(auto_id="chip_%s")
        label = str(made.fields[name].label)
        rest = _without(request, name)
        if name in given:
            words = labelled(label, _choices(form, name)[given[name]])
            shown.append(changeable(words, f"?{rest.urlencode()}", form, rest.items(), given))
        else:
            shown.append(offered(label, form, rest.items()))
    return shown


def _read_by(request: HttpRequest, form: type[forms.Form], name: str) -> Callable[..., forms.Form]:
    """The form as this reader has it: of people it offers themselves, and who is named in the address."""
    if not issubclass(form, PersonChip):
        return form
    own, whom = request.user.get_username(), for_whom(request, name)
    people = {own: _("me")}
    if whom is not None:
        people.setdefault(whom.get_username(), called(whom))
    return partial(form, people=people.items())


def _choices(form: Callable[..., forms.Form], name: str) -> dict[str, str]:
    return {str(value): str(words) for value, words in form().fields[name].choices}  # type: ignore[attr-defined]


def _without(request: HttpRequest, name: str) -> QueryDict:
    query = request.GET.copy()
    for each in (name, "before", "after"):
        query.pop(each, None)
    return query
