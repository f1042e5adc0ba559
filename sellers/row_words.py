"""What is wrong with a row or a file, in the reader's language.

It is stored in English, whoever brought the file and whoever reads it. A page finds which sentence it was, translates
that, and fills in what was in it: what stands in the file stays as it stands. What it does not know stays as it is.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from django.utils.translation import get_language, gettext, ngettext, override

from backoffice.patterns import Pattern, made
from backoffice.words import either, labelled, number, quoted, sentences
from sellers import row_sentences
from sellers.ledger.words import noted

_CHANGED = noted(
    "Not applied: sellers changed since the preview. {why} Upload the file again and look at it anew."
)
_LONGEST = 4_000
_MOST = 4
"""Full stops of one sentence as it is kept here, and one for what stands in it."""
_END = re.compile(r"(?<=[.!?]) ")
_ENDS, _BEGINS = 8, 5
"""Letters by which a sentence is looked for."""
_NAMED = frozenset({"what", "delimiters", "best", "allowed"})
_ENCODINGS = frozenset({"UTF-8", "UTF-16", "Windows-1252"})
_OR = re.compile(r",? or |, ")
_QUOTED = re.compile("“([^”]*)”")
_NEXT = re.compile(r"(?<= there), (?=(?:seller|amount|occurred|due|order|description) )")


class _Book:
    """Sentences by how they end, else by how they begin: a million rows are said one by one."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self._ending: dict[str, list[Pattern]] = {}
        self._beginning: dict[str, list[Pattern]] = {}
        self._others: list[Pattern] = []
        for pattern in made(sentences).values():
            if len(ends := pattern.words[-1][-_ENDS:]) == _ENDS:
                self._ending.setdefault(ends, []).append(pattern)
            elif len(begins := pattern.words[0][:_BEGINS]) == _BEGINS:
                self._beginning.setdefault(begins, []).append(pattern)
            else:
                self._others.append(pattern)

    def perhaps(self, text: str) -> Iterator[Pattern]:
        """Those that the text may be."""
        yield from self._ending.get(text[-_ENDS:], ())
        yield from self._beginning.get(text[:_BEGINS], ())
        yield from self._others


def said(text: str) -> str:
    """The text, which the program stored, in the reader's language."""
    return _anew(get_language() or "en", text)


def misfits(count: int, first: str) -> str:
    """Why rows that were checked fit no more, with what is wrong with the first."""
    return _misfits(count).format(error_count=number(count), first=said(first))


def misfit(why: str) -> str:
    """The same of a row of sellers."""
    return gettext(_CHANGED).format(why=said(why))


def trouble(text: str) -> str:
    """Why an import did not go on, in the reader's language."""
    for pattern in _troubles():
        values = pattern.values(text)
        if values is None:
            continue
        if "first" in values:
            return misfits(int(re.sub(r"\D", "", values["error_count"]) or 0), values["first"])
        return misfit(values["why"]) if values else gettext(pattern.english)
    return text


def _misfits(count: int) -> str:
    return ngettext(
        "Nothing was imported: {error_count} row does not fit what the ledger has "
        "learned since the check: {first}",
        "Nothing was imported: {error_count} rows do not fit what the ledger has "
        "learned since the check. The first: {first}",
        count,
    )


@cache
def _troubles() -> tuple[Pattern, ...]:
    with override("en"):
        filled = (_misfits(1), _misfits(2), _CHANGED)
    return tuple(made((*row_sentences.TROUBLES, *filled)).values())


@lru_cache(maxsize=1024)
def _anew(language: str, text: str) -> str:
    """The language is the reader's, which is active: it is here for the cache."""
    if language.startswith("en") or len(text) > _LONGEST:
        return text
    told, whole = _several(text)
    return told if whole else _each(text) or told


def _each(text: str) -> str | None:
    """Sentence by sentence, each as short as it can be: what stands in it may have full stops, but no other sentence
    that is known. None where one is unknown.
    """
    parts = _END.split(text)
    told, at = [], 0
    for end in range(1, len(parts) + 1):
        found = _one(" ".join(parts[at:end]), short=False)
        if found is not None:
            told.append(found)
            at = end
    return sentences(*told) if at == len(parts) else None


def _several(text: str) -> tuple[str, bool]:
    """Sentence by sentence, none with a full stop inside what stands in it; and whether each was known."""
    parts = _END.split(text)
    told, at, whole = [], 0, True
    while at < len(parts):
        for end in range(min(len(parts), at + _MOST), at, -1):
            found = _one(" ".join(parts[at:end]), short=True)
            if found is not None:
                break
        told.append(parts[at] if found is None else found)
        whole = whole and found is not None
        at = end
    return sentences(*told), whole


def _one(text: str, *, short: bool) -> str | None:
    """The text as one sentence, perhaps after the column that it is of; None where it is none that is known.

    ``short``: neither the column nor what stands in it may itself end a sentence.
    """
    found = _filled(text, _sentences(), short)
    if found is None:
        column, colon, rest = text.partition(": ")
        sure = colon and not (short and _END.search(column))
        told = _filled(rest, _amounts(), short) if sure else None
        found = labelled(column, told) if told is not None else None
    return found


def _filled(text: str, book: _Book, short: bool) -> str | None:
    for pattern in book.perhaps(text):
        values = pattern.values(text)
        if values is None or (short and any(_END.search(value) for value in values.values())):
            continue
        return gettext(pattern.english).format(
            **{name: _value(name, value) for name, value in _whole(values).items()}
        )
    return None


def _whole(values: dict[str, str]) -> dict[str, str]:
    """A word of ours with a blank in it, “due date”, is not cut there where a day stands behind it."""
    if "what" not in values or "found" not in values:
        return values
    what, _blank, found = f"{values['what']} {values['found']}".rpartition(" ")
    return values | {"what": what, "found": found}


def _value(name: str, value: str) -> str:
    """What stands in a sentence: words of ours in the reader's language, what is of the file as it is."""
    if name in _NAMED:
        word = row_sentences.WORDS.get(value)
        return _filled(value, _decimals(), False) or value if word is None else str(word)
    if name == "known" and _ENCODINGS.issuperset(listed := _OR.split(value)):
        return either(listed)
    if name == "quoted":
        return _QUOTED.sub(lambda found: quoted(found[1]), value)
    if name == "differs":
        told = [_differing(each) for each in _NEXT.split(value)]
        return value if None in told else ", ".join(map(str, told))
    return value


def _differing(text: str) -> str | None:
    for pattern in _differs().perhaps(text):
        values = pattern.values(text, perhaps_empty=True)
        if values is not None:
            return gettext(pattern.english).format(**values)
    return None


@cache
def _sentences() -> _Book:
    return _Book(row_sentences.SENTENCES)


@cache
def _amounts() -> _Book:
    return _Book(row_sentences.AMOUNTS)


@cache
def _decimals() -> _Book:
    return _Book((row_sentences.DECIMALS,))


@cache
def _differs() -> _Book:
    return _Book(row_sentences.DIFFERS)
