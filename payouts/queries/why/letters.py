"""What a seller is told, in their language: a closed list of texts that name no reason of ours.

The texts stand in `texts/`, a file for each language. A hold for a reason of ours, a check, an approval and a
suspension are told in the same words, so that no text gives one of them away; what is secret is told after the
approval in the words that stood there before. What the seller asked for, or has to send, is told as what it is.
"""

import pathlib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from backoffice import words
from payouts import countries
from payouts.queries.why.causes import QUIET, Cause, Explanation, Facts
from payouts.states import PayoutStatus
from sellers.ledger import written
from sellers.ledger.money import Money

TEXTS = pathlib.Path(__file__).parent / "texts"
_LOCALES = {"en": "en_GB", "fr": "fr_FR", "es": "es_ES", "ja": "ja_JP"}

# Each cause has one text; `checking` is for all that a seller is not to know, and for what takes its course.
SAID: Mapping[Cause, str] = {
    **dict.fromkeys((Cause.SUSPENDED, Cause.UNVERIFIED), "checking"),
    **dict.fromkeys((cause for cause in Cause if cause.startswith("held_")), "checking"),
    Cause.HELD_ACCOUNT_CHANGE: "new_details",
    Cause.HELD_ACCOUNT_REFUSED: "details",
    Cause.HELD_SELLER_REQUEST: "paused",
    Cause.HELD_DOCUMENTS: "documents",
    Cause.TO_REVIEW: "checking",
    Cause.TO_APPROVE: "checking",
    Cause.OVER_CAP: "checking",
    Cause.TO_BATCH: "preparing",
    Cause.BANK_REFUSED: "checking",
    Cause.BATCH_TO_APPROVE: "preparing",
    Cause.CUT_OFF_MISSED: "preparing",
    Cause.RAIL_STOPPED: "preparing",
    Cause.CAPPED: "preparing",
    Cause.COUNTRY_CLOSED: "checking",
    Cause.OTHER_CURRENCY: "checking",
    Cause.LEAVING: "leaving",
    Cause.UNKNOWN: "confirming",
    Cause.RECALL_ASKED: "confirming",
    Cause.KNOWN_OUTSIDE: "confirming",
    Cause.WITH_THE_BANK: "sent",
    Cause.LATE: "late",
    Cause.PAID: "paid",
    Cause.CANCELLED: "not_sent",
    Cause.DETAILS_REFUSED: "details",
    Cause.CAME_BACK: "came_back",
    Cause.NO_ACCOUNT: "no_details",
    Cause.ACCOUNT_TO_VERIFY: "new_details",
    Cause.ACCOUNT_WAITS: "new_details",
    Cause.NEGATIVE: "negative",
    Cause.NOT_DUE: "not_due",
    Cause.UNDER_MINIMUM: "under_minimum",
    Cause.NEXT_RUN: "next_run",
    Cause.NOTHING_OWED: "nothing_owed",
    Cause.ORDER_CANCELS_OUT: "order_cancels_out",
}
PLANNED: Mapping[str, str] = {"not_due": "not_due_undated", "next_run": "next_run_undated"}
"""What is said in place of a text that names the run's day, while nothing of the run is paid on any day."""
UNDATED: Mapping[str, str] = {"new_details": "checking", "leaving": "preparing"}
"""What is said in place of a text that promises a day, where there is none to promise."""
_PREPARED = frozenset({PayoutStatus.APPROVED, PayoutStatus.BATCHED})


@cache
def texts(language: str) -> Mapping[str, str]:
    """The texts in one of `languages.LANGUAGES`, by name."""
    found: dict[str, str] = tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))
    return found


def letter(
    *, explanations: Sequence[Explanation], language: str, name: str, country: str, order: str = ""
) -> str:
    """The text to send to this seller: a greeting, what was asked, a sentence or two for each cause."""
    ours = texts(language)
    parts = [ours["greeting"].format(name=name)]
    if order:
        parts.append(ours["order"].format(order=order))
    locale = _locale(language, country)
    parts += dict.fromkeys(_sentence(each, ours, locale) for each in explanations)
    return "\n\n".join([*parts, ours["closing"]])


def not_found(*, words: str, language: str) -> str:
    """The text to send to a person whose order, payout or name we do not know."""
    ours = texts(language)
    return "\n\n".join([ours["greeting_unnamed"], ours["not_found"].format(words=words), ours["closing"]])


def _sentence(explanation: Explanation, ours: Mapping[str, str], locale: str) -> str:
    facts, name = explanation.facts, SAID[explanation.cause]
    if explanation.cause in QUIET and explanation.status in _PREPARED:
        name = "preparing"  # as it was before: to be checked anew would tell them
    elif facts.until is None:
        name = UNDATED.get(name, name)
    elif facts.paid is None:
        name = PLANNED.get(name, name)
    return ours[name].format(
        it=_it(facts, ours, locale),
        reference=facts.sent_as or facts.reference,  # what their bank finds it by
        account=facts.account,
        money=_money(facts.money, locale),
        minimum=_money(facts.minimum, locale),
        missing=_money(facts.missing, locale),
        on=_day(facts.on, locale),
        until=_day(facts.until, locale),
    )


def _it(facts: Facts, ours: Mapping[str, str], locale: str) -> str:
    if not facts.reference:
        return ours["next_payout"]
    return ours["this_payout"].format(reference=facts.reference, money=_money(facts.money, locale))


def _locale(language: str, country: str) -> str:
    """The country's own way of writing dates and amounts where it has the language, else the language's."""
    own = countries.get(country).locale if countries.is_open(country) else ""
    return own if own.startswith(language) else _LOCALES[language]


def _money(money: Money | None, locale: str) -> str:
    return written.text(money, locale=locale) if money is not None else ""


def _day(day: date | None, locale: str) -> str:
    return words.day_in(day, "full", locale) if day is not None else ""
