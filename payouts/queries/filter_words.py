"""A payout filter in words: filter chips on pages, the record of an export."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.words import labelled, later, locale, quoted
from payouts import countries
from payouts.countries import moments
from payouts.models import HoldReason
from payouts.queries import filter_fields as fields
from payouts.queries import flags, rail_words, searching
from payouts.queries.dead import Advice
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.models import AdjustmentKind, Book, EarningKind

Call = Callable[[str], str]
"""What somebody is called, by what a filter names them by."""
ANY_FLAG = "any"
AMOUNTS = ("amount_min", "amount_max")
_PLAIN = {
    "person": later("Person"),
    "action": later("Deed"),
    "rail": later("Rail"),
    "payout": later("Payout"),
}
STANDINGS = {"suspended": later("Suspended"), "unverified": later("Not verified")}
"""How a seller may stand, where a list of sellers is narrowed by it."""
STATES = {"open": later("Nobody has said what it is"), "proposed": later("To confirm")}
"""How a line of a statement without a match may stand."""
REPORTS = {"dac7": later("Yearly totals for DAC7"), "1099k": later("Yearly totals for form 1099-K")}
"""The yearly totals that an earning may be counted in."""
WHATS = {"first": later("a first account"), "change": later("a change")}
"""What a request for a bank account is."""
EFFECTS = {"raises": later("we owe more"), "lowers": later("we owe less")}
"""What an adjustment does to a seller's balance."""
KEPT_BACK = {True: later("Nothing of it may leave"), False: later("Proposed, and something of it may leave")}
"""How much of a proposed batch something keeps back."""
_CHOICES: dict[str, tuple[str, dict[Any, str]]] = {
    "standing": (later("Standing"), STANDINGS),
    "state": (later("State"), STATES),
    "report": (later("Counted in"), REPORTS),
    "what": (later("What"), WHATS),
    "effect": (later("Effect"), EFFECTS),
    "adjustment": (later("Kind"), dict(AdjustmentKind.choices)),
    "kept_back": (later("Kept back"), KEPT_BACK),
}
ALL = "all"
HOLDS = {
    "asked": later("Release asked for"),
    "past": later("Past their date"),
    ALL: later("Released ones, too"),
}
"""What an export of holds shows beside those that are open."""
SHOWS = HOLDS | {"decided": later("Decided"), "answered": later("Answered")}
"""What a list or an export shows that it does not show by itself."""
HELD = {"payout": later("One payout"), "seller": later("A whole seller")}
"""What a hold is on."""
_REASONS = dict(HoldReason.choices)
_STATUSES = {code: label for choices in (BatchStatus, PayoutStatus) for code, label in choices.choices}
_SPANS = {
    f"{name}_{side}": words
    for name, words in (
        ("created", later("Created")),
        ("value", later("Value date")),
        ("booked", later("Booked")),
        ("approved", later("Approved")),
        ("done", later("Done")),
        ("posted", later("Posted")),
    )
    for side in ("after", "before")
}
_DATED = {"value": later("Value date"), "moved": later("In its status"), "held": later("Put on hold")}


def dates_label(name: str) -> str:
    """What a pair of dates in a filter is about: "Created" for ``created_after``; empty where it says no more."""
    return str(_SPANS.get(name) or _DATED.get(name.rpartition("_")[0], ""))


def describe(cleaned: Mapping[str, Any], *, as_given: bool = False) -> list[tuple[str, str]]:
    """(words, field) of each field that is set: ("Status is to review", "status").

    ``as_given`` names nobody by what they are called today: what was asked for once is told as it was asked.
    """
    person, seller = (fields.shortened, _quoted) if as_given else (_person, _seller)
    said = [
        (_words(name, value, person, seller), name)
        for name, value in cleaned.items()
        if value not in (None, "", [])
    ]
    return [(_in_its_own(words, cleaned) if name in AMOUNTS else words, name) for words, name in said]


def _in_its_own(words: str, cleaned: Mapping[str, Any]) -> str:
    """An amount is no amount of one currency, unless the filter names one: 3,000 is 3,000 euros, and 3,000 yen."""
    currency = cleaned.get("currency") or []
    one = isinstance(currency, str) or len(currency) == 1
    return words if one else _("{amount}, in each one’s own currency").format(amount=words)


def in_words(cleaned: Mapping[str, Any], *, as_given: bool = False) -> str:
    """The filter as one line: "Status is paid · Country is Spain"; empty of none. ``as_given`` as of `describe`."""
    return " · ".join(words for words, _unused in describe(cleaned, as_given=as_given))


def _words(name: str, value: Any, person: Call, seller: Call) -> str:  # noqa: PLR0911, PLR0912 - one a field
    match name:
        case "status":
            return _("Status is {joined}").format(
                joined=fields.joined(str(_STATUSES[code]).lower() for code in value)
            )
        case "on_hold":
            return _("On hold") if value else _("Not on hold")
        case "blocked":
            return _("Blocked") if value else _("Nothing blocks it")
        case "country":
            return _("Country is {joined}").format(
                joined=fields.joined(countries.called(code) for code in value)
            )
        case "currency":
            return _("Currency is {joined}").format(joined=fields.joined(value))
        case "seller":
            return _("Seller is {value}").format(value=seller(value))
        case _ if name in _SPANS:
            words = _("{what} from {day}") if name.endswith("_after") else _("{what} until {day}")
            return words.format(what=_SPANS[name], day=_day(value))
        case "at":
            words = (
                _("As it stood {day}")
                if isinstance(value, datetime)
                else _("As it stood at the end of {day}")
            )
            return words.format(day=_day(value))
        case "about":
            return _("About {about}").format(about=value)
        case "by":
            return _("By the books’ day") if value == "books" else _("By the moment it was posted")
        case "year":
            return _("Of the year {value}").format(value=value)
        case "show":
            return str(SHOWS[value])
        case "reason":
            return _("Reason is {}").format(_small(_REASONS[value]))
        case "placed_by":
            return _("Placed by {}").format(person(value))
        case "not_asked_by":
            return _("Asked by others than {}").format(person(value))
        case "on":
            return _("On {}").format(_small(HELD[value]))
        case "open_at":
            words = _("Open as of {day}") if isinstance(value, datetime) else _("Open at the end of {day}")
            return words.format(day=_day(value))
        case "book":
            named = [value] if isinstance(value, str) else value
            return _("Book is {joined}").format(joined=fields.joined(str(Book(code).label) for code in named))
        case "earning":
            return _("Kind is {joined}").format(
                joined=fields.joined(_small(EarningKind(code).label) for code in value)
            )
        case "q":
            return _("Matches {words}").format(words=fields.shortened(value))
        case _ if name in _CHOICES:
            label, choices = _CHOICES[name]
            return labelled(str(label), str(choices[value]))
        case "matched":
            return _("Matched") if value else _("Not matched")
        case _ if name in _PLAIN:
            words = fields.joined(map(_plain, value)) if isinstance(value, list) else value
            words = person(words) if name == "person" else words
            return _("{plain} is {words}").format(plain=_PLAIN[name], words=fields.shortened(words))
        case "amount_min" | "amount_max":
            words = _("Amount from {amount}") if name == "amount_min" else _("Amount to {amount}")
            return words.format(amount=format_decimal(value, locale=locale()))
        case "flag":
            called = fields.joined(str(flags.CODES.get(code, code)).lower() for code in value)
            return _("Flagged") if ANY_FLAG in value else _("Flag is {called}").format(called=called)
        case "batch":
            return _("Batch is B{value}").format(value=value)
        case "run":
            return _("Run is R{value}").format(value=value)
        case "batch_status":
            return _("Batch is {joined}").format(
                joined=fields.joined(str(BatchStatus(code).label).lower() for code in value)
            )
        case "funding":
            return _("Funding account is {value}").format(value=value)
        case "value_from" | "value_until" | "moved_from" | "moved_until" | "held_from" | "held_until":
            words = _("{what} from {day}") if name.endswith("_from") else _("{what} until {day}")
            return words.format(what=_DATED[name.partition("_")[0]], day=_day(value))
        case "pasted":
            return _("In the pasted list L{value}").format(value=value)
        case "waits_for":
            return _("Left to {value}: not their own work").format(value=person(value))
        case "undecided":
            return _("Money to decide on") if value else _("Money decided on")
        case "advice":
            return _("What to do: {advice}").format(advice=Advice(value).label.lower())
        case "bank_reason":
            return _("Bank’s reason is {value}").format(value=value)
        case "stands_days":
            return ngettext(
                "Stands for more than {value} day", "Stands for more than {value} days", value
            ).format(value=value)
        case _:
            terms = searching.terms_of(value)
            more = _(" and {terms} more").format(terms=len(terms) - 3) if len(terms) > 3 else ""
            return _("Search: {terms}{more}").format(terms=fields.shortened(" ".join(terms[:3])), more=more)


def _plain(code: str) -> str:
    return rail_words.called(code.lower())


def _person(name: str) -> str:
    """A colleague by the name that people know; what is nobody's user name as it stands."""
    found = get_user_model().objects.filter(username=name).first()
    return fields.shortened(found.get_full_name() if found is not None and found.get_full_name() else name)


def _seller(value: str) -> str:
    """The one seller who is meant; several, and none, by what was typed."""
    found = list(searching.sellers_named(value)[:2])
    return f"{found[0].name}, {found[0].reference}" if len(found) == 1 else _quoted(value)


def _quoted(value: str) -> str:
    return quoted(fields.shortened(value))


def _small(words: Any) -> str:
    """As it stands inside a sentence."""
    return f"{str(words)[:1].lower()}{str(words)[1:]}"


def _day(value: date | datetime) -> str:
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        zone = timezone.get_current_timezone()
        return moments.at_hour(value, _day(local.date()), zone=zone, locale=locale(), where=f"{local:%Z}")
    return moments.day_of_any_year(value, locale=locale())
