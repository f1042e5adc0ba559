"""Sentences with named holes, found again in a text that was written with them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backoffice.words import recorded as in_english

_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Pattern:
    """``words`` are the sentence's own, and ``holes`` the names of what stands between them."""

    english: str
    words: tuple[str, ...]
    holes: tuple[str, ...]

    def values(self, text: str, *, perhaps_empty: bool = False) -> dict[str, str] | None:
        """What is in its holes, the shortest first: nothing where it has none. None where it is another sentence. Reads
        the text once: a pattern with holes, tried in every way, took seconds for a text of two thousand letters.
        """
        if not self.holes:
            return {} if text == self.english else None
        least = 0 if perhaps_empty else 1
        first, *between, last = self.words
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return None
        at, end, found = len(first), len(text) - len(last), []
        for word in between:
            to = text.find(word, at + least, end)
            if to < 0:
                return None
            found.append(text[at:to])
            at = to + len(word)
        found.append(text[at:end])
        values = dict(zip(self.holes, found, strict=True))
        return values if perhaps_empty or all(values.values()) else None


def made(sentences: Iterable[str]) -> dict[str, Pattern]:
    """The most telling first: those with the most words of their own."""
    english = sorted(
        {in_english(each) for each in sentences}, key=lambda each: (-len(_HOLE.sub("", each)), each)
    )
    parts = {each: _HOLE.split(each) for each in english}  # words, the name of a hole, words, …
    return {each: Pattern(each, tuple(parts[each][::2]), tuple(parts[each][1::2])) for each in english}


def holes(english: str) -> list[str]:
    """The names of what is filled into a sentence."""
    return _HOLE.findall(english)
