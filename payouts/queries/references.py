"""Whether what a filter names is there. A list may be empty; a program that names what is not should hear of it."""

from collections.abc import Collection
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from payouts.models import Batch, FundingAccount, PastedList, Payout, PayoutRun
from payouts.queries import filter_fields as fields
from payouts.queries import searching
from payouts.queries.filter_errors import labels
from payouts.queries.filters import BadFilter, ListFilter
from sellers.models import Seller

_NUMBERED: dict[str, tuple[type[Model], str]] = {
    "batch": (Batch, "B"),
    "run": (PayoutRun, "R"),
    "pasted": (PastedList, "L"),
}


def unknown(chosen: ListFilter, *, beside: Collection[str] = ()) -> dict[str, list[str]]:
    """A sentence for each field of a valid filter that names a seller, batch, run, list or account of ours that there
    is none of; without the fields ``beside``.
    """
    found = {name: _problem(name, value) for name, value in chosen.cleaned.items() if name not in beside}
    return {name: [words] for name, words in found.items() if words}


def check(chosen: ListFilter) -> None:
    """Raises `BadFilter` where `unknown` finds anything."""
    missing = unknown(chosen)
    if missing:
        raise BadFilter(missing, called=labels(type(chosen)))


def nowhere(*, payout: str = "", seller: str = "") -> dict[str, str]:
    """A sentence for each of these references, in any case, that names nothing; an empty one asks for nothing."""
    found = {}
    if payout and not Payout.objects.filter(reference=payout.upper()).exists():
        found["payout"] = _none(payout)
    if seller and not Seller.objects.filter(reference=seller.upper()).exists():
        found["seller"] = _none(seller)
    return found


def _problem(name: str, value: Any) -> str:
    if name in _NUMBERED:
        model, letter = _NUMBERED[name]
        known = model._default_manager.filter(pk=value).exists()
        return "" if known else _none(f"{letter}{value}")
    if name == "seller" and not searching.sellers_named(value).exists():
        return _("No seller has the reference, the id or the name “{value}”. Check it.").format(
            value=fields.shortened(value)
        )
    if name == "funding" and not FundingAccount.objects.filter(code=value).exists():
        return _none(value)
    return ""


def _none(reference: str) -> str:
    return _("There is no “{reference}”. Check the reference.").format(reference=fields.shortened(reference))
