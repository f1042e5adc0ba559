"""A payout filter in words: filter chips on pages, the record of an export."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone

from payouts import countries
from payouts.queries import filter_fields as fields
from payouts.queries import flags, searching
from payouts.queries.dead import Advice
from payouts.states import BatchStatus, PayoutStatus

ANY_FLAG = "any"
_PLAIN = {"person": "Person", "action": "Deed", "rail": "Rail"}
_STATUSES = {code: str(label) for choices in (BatchStatus, PayoutStatus) for code, label in choices.choices}
_SPANS = {
    f"{name}_{side}": words
    for name, words in (
        ("created", "Created"),
        ("value", "Value date"),
        ("booked", "Booked"),
        ("approved", "Approved"),
        ("done", "Done"),
        ("posted", "Posted"),
    )
    for side in ("after", "before")
}
_DATED = {"value": "Value date", "moved": "In its status", "held": "Put on hold"}


def describe(cleaned: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(words, field) of each field that is set: ("Status is to review", "status")."""
    return [(_words(name, value), name) for name, value in cleaned.items() if value not in (None, "", [])]


def in_words(cleaned: Mapping[str, Any], *, noun: str = "payouts") -> str:
    """The filter as one line: "Status is paid · Country is Spain", or "All payouts"."""
    return " · ".join(words for words, _ in describe(cleaned)) or f"All {noun}"


def _words(name: str, value: Any) -> str:  # noqa: PLR0911, PLR0912 - one a field
    match name:
        case "status":
            return f"Status is {fields.joined(_STATUSES[code].lower() for code in value)}"
        case "on_hold":
            return "On hold" if value else "Not on hold"
        case "country":
            names = {c.code: c.name for c in countries.all()}
            return f"Country is {fields.joined(names.get(code, code) for code in value)}"
        case "currency":
            return f"Currency is {fields.joined(value)}"
        case "seller":
            found = list(searching.sellers_named(value)[:2])
            one = found[0] if len(found) == 1 else None
            return f"Seller is {f'{one.name}, {one.reference}' if one else f'“{fields.shortened(value)}”'}"
        case _ if name in _SPANS:
            word = "from" if name.endswith("_after") else "until"
            return f"{_SPANS[name]} {word} {_day(value)}"
        case "at":
            return f"As it stood {'at the end of ' if not isinstance(value, datetime) else ''}{_day(value)}"
        case "year":
            return f"Of the year {value}"
        case "matched":
            return "Matched" if value else "Not matched"
        case _ if name in _PLAIN:
            words = fields.joined(each.lower() for each in value) if isinstance(value, list) else value
            return f"{_PLAIN[name]} is {fields.shortened(words)}"
        case "amount_min" | "amount_max":
            return f"Amount {'from' if name == 'amount_min' else 'to'} {value:,f}"
        case "flag":
            return "Flagged" if value == ANY_FLAG else f"Flag is {flags.CODES.get(value, value).lower()}"
        case "batch":
            return f"Batch is B{value}"
        case "run":
            return f"Run is R{value}"
        case "batch_status":
            return f"Batch is {fields.joined(str(BatchStatus(code).label).lower() for code in value)}"
        case "funding":
            return f"Funding account is {value}"
        case "value_from" | "value_until" | "moved_from" | "moved_until" | "held_from" | "held_until":
            what, word = name.split("_")
            return f"{_DATED[what]} {word} {_day(value)}"
        case "pasted":
            return f"In the pasted list L{value}"
        case "undecided":
            return "Money to decide on" if value else "Money decided on"
        case "advice":
            return f"What to do: {Advice(value).label.lower()}"
        case "bank_reason":
            return f"Bank’s reason is {value}"
        case "stands_days":
            return f"Stands for more than {value} day{'' if value == 1 else 's'}"
        case _:
            terms = searching.terms_of(value)
            more = f" and {len(terms) - 3} more" if len(terms) > 3 else ""
            return f"Search: {fields.shortened(' '.join(terms[:3]))}{more}"


def _day(value: date | datetime) -> str:
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{formats.date_format(local, 'D j M Y, H:i')} {local:%Z}"
    return formats.date_format(value, "D j M Y")
