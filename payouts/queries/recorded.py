"""What the program wrote down in English, in the reader's language, rails by their names. The rows stay as they are,
and old ones count too.

Incidents, holds, what a hand-over came to, why a payout moved: the program says them once, for everybody and for ever.
A page finds which sentence it was, translates that, and fills in what was in it. What it does not know stays as it is:
people's own words, and the bank's. The API and exports say what is stored.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from django.utils.translation import get_language, gettext

from backoffice.audit import holders, rights
from backoffice.patterns import Pattern, made
from backoffice.words import labelled, sentences
from payouts.models import HoldReason, Resolution
from payouts.queries import invariants, rail_words, recorded_rails, recorded_words, statement_words
from payouts.rails import reasons, registry

SENTENCES = (*recorded_words.SENTENCES, *recorded_rails.SENTENCES, *statement_words.SENTENCES)

# These values hold no blanks: a sentence that begins with one must not match all that ends like it.
_ONE_WORD = frozenset({"batch", "document", "file", "host", "key", "method", "rail", "reference"})
# What people wrote stays as they wrote it, also where they wrote what the program would have.
_PEOPLES = frozenset({"evidence", "note", "name", "actor"})
ONLY_KNOWN = frozenset(
    {"On hold: {reason}", "Seller on hold: {reason}", "Not sent: {reason}.", "{one}, {other}", "see {right}"}
)
"""So short that anybody may begin a sentence so: only with a value that the program knows."""
_KINDS = {
    "accepted": "Accepted",
    "rejected": "Rejected",
    "paid": "Paid",
    "failed": "Failed",
    "returned": "Returned",
}
_OF_SETTINGS = "“{rail}”"
"""So sentences name a rail to whoever sets its address, who writes its code."""
_DEEPEST = 4
_LONGEST = 2_000
_TELLING = 26
"""Letters of its own that a sentence has, to be looked for where people and banks write, too."""
_NOBODY_ELSES = frozenset({"Left for the bank as {file}."})
"""Shorter ones that hold the name of a file of ours."""
_END = re.compile(r"(?<=[.!?]) ")
_WITH_CODE = re.compile(r".*[.] .*\([A-Z]{2}[A-Z0-9]{2}\)", re.DOTALL)
_LABEL = re.compile(r"([^:.]{1,60}): (.+)", re.DOTALL)


def said(text: str) -> str:
    """The text, which the program wrote, in the reader's language; unchanged where it is no sentence of its."""
    return _anew(get_language() or "en", str.__str__(text), True)


def perhaps(text: str) -> str:
    """The same for a text that a person or the bank may have written: only what they would not say by accident."""
    return _anew(get_language() or "en", str.__str__(text), False)


def by(author: object, text: str) -> str:
    """The text as it stands where somebody wrote it; what the program wrote, which is nobody, as `said`."""
    return text if author is not None else said(text)


@lru_cache(maxsize=1024)
def _anew(language: str, text: str, ours: bool) -> str:
    """The language is the reader's, which is active: it is here for the cache. So is that the text is no safe one: the
    cache takes the two for each other.
    """
    if not text or len(text) > _LONGEST or (language.startswith("en") and not _rails().search(text)):
        return text
    sure = ours or _WITH_CODE.fullmatch(text)
    found = _known(text, _ours(), 0) if sure else _whole(text, _telling(), 0)
    return text if found is None else found


def _known(text: str, patterns: Mapping[str, Pattern], depth: int) -> str | None:
    """The text as one sentence, several, or a label and what is said of it; None where nothing of it is known."""
    if depth > _DEEPEST:
        return None
    found = _whole(text, patterns, depth)
    if found is None:
        found = _several(text, patterns, depth)
    return _labelled(text, patterns, depth) if found is None else found


def _labelled(text: str, patterns: Mapping[str, Pattern], depth: int) -> str | None:
    """The text as a label and what is said of it."""
    parts = _LABEL.fullmatch(text)
    if parts is None:
        return None
    label = _whole(parts[1], patterns, depth) or (parts[1] if " " not in parts[1] else None)
    told = _known(parts[2], patterns, depth + 1)
    return labelled(label, told) if label is not None and told is not None else None


def _whole(text: str, patterns: Mapping[str, Pattern], depth: int, *, short: bool = False) -> str | None:
    """The text as one sentence. ``short``: what stands in its holes must not itself end a sentence."""
    plain = patterns.get(text)
    if plain is not None:
        return gettext(plain.english)
    for pattern in patterns.values():
        values = pattern.values(text)
        if values is None or any(name in _ONE_WORD and " " in value for name, value in values.items()):
            continue
        if short and any(_END.search(value) for value in values.values()):
            continue
        told = {name: _value(name, value, depth) for name, value in values.items()}
        if "rail" in values and _OF_SETTINGS not in pattern.english:
            told["rail"] = rail_words.called(values["rail"])
        if pattern.english in ONLY_KNOWN and None in told.values():
            continue
        filled = {name: values[name] if value is None else value for name, value in told.items()}
        return gettext(pattern.english).format(**filled)
    return None


def _value(name: str, value: str, depth: int) -> str | None:
    if name in _PEOPLES:
        return None
    if name == "kind" and value in _KINDS:
        return gettext(_KINDS[value]).lower()
    if name in _ONE_WORD:
        return None
    return _known(value, _inside(), depth + 1)


def _several(text: str, patterns: Mapping[str, Pattern], depth: int) -> str | None:
    """Sentences one after the other, each known or not; None where none is."""
    parts = _END.split(text)
    told, at, any_known = [], 0, False
    while at < len(parts):
        for end in range(min(len(parts), at + 4), at, -1):
            one = " ".join(parts[at:end])
            found = _whole(one, patterns, depth, short=True) if one != text else None
            if found is None and end == at + 1 and one != text:
                found = _labelled(one, patterns, depth)
            if found is not None:
                told.append(found)
                any_known = True
                break
        else:
            end = at + 1
            told.append(parts[at])
        at = end
    return sentences(*told) if any_known else None


@cache
def _rails() -> re.Pattern[str]:
    """The code of a rail: in English, too, it is read by its name."""
    return re.compile(rf"\b({'|'.join(map(re.escape, registry.names()))})\b")


@cache
def _telling() -> dict[str, Pattern]:
    """Those with so many words of their own that nobody else says them by accident; and short ones that stand before
    words of ours alone.
    """
    return {
        english: each
        for english, each in made(SENTENCES).items()
        if len("".join(each.words)) >= _TELLING or english in _NOBODY_ELSES | ONLY_KNOWN
    }


@cache
def _ours() -> dict[str, Pattern]:
    """And why a bank refuses: also the words of people and banks, so only where the program wrote."""
    return made((*SENTENCES, *reasons.SENTENCES))


@cache
def _inside() -> dict[str, Pattern]:
    """And what stands in a sentence: what must hold, why something is held, what two people found, who may do what."""
    words = [*HoldReason.labels, *Resolution.Verdict.labels, *(each.sentence for each in invariants.ALL)]
    words += [*(somebody for _role, somebody in holders.ROLES.values()), *rights.RIGHTS.values()]
    return made((*SENTENCES, *reasons.SENTENCES, *recorded_words.PARTS, *words))
