"""The column of errors that a copy of a refused file has, headed in the language of who fetched it."""

import re
from collections.abc import Collection
from functools import cache
from itertools import count

from django.conf import settings
from django.utils.translation import override

from backoffice.words import labelled, later, recorded

_ERROR = later("error")


def heading(taken: Collection[str], encoding: str) -> str:
    """The reader's word, numbered where a copy before has left it among those ``taken``; the English one where the
    file's encoding has no letters for it.
    """
    word = str(_ERROR)
    if word.encode(encoding, errors="ignore").decode(encoding) != word:
        word = recorded(_ERROR)
    return next(name for name in (word if n == 1 else f"{word} {n}" for n in count(1)) if name not in taken)


def of_header(error: str) -> str:
    """The heading where the header itself is wrong."""
    return labelled(str(_ERROR), error)


def is_ours(column: str) -> bool:
    """Whether a copy of ours headed it so, in whichever language; ``column`` is without capitals."""
    return _headings().fullmatch(column) is not None


@cache
def _headings() -> re.Pattern[str]:
    words = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            words.add(re.escape(str(_ERROR).casefold()))
    return re.compile(rf"(?:{'|'.join(sorted(words))})(?: \d+)?(?:\s*[:：].*)?", re.DOTALL)
