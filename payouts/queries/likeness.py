"""How like two writings are: references with slips of the hand, names in a bank's words, and words of a fee. Pure."""

import re
import unicodedata
from itertools import pairwise

_REFERENCE = re.compile(r"P[0-9]{1,9}(?:A[0-9]{1,4})?")
_BARE = re.compile(r"[0-9]{1,9}A[0-9]{1,4}")
_MISREAD = str.maketrans("OIL", "011")
_CHARGES = re.compile(
    r"\b(?:fees?|charges?|commissions?|frais|gebuhr(?:en)?|entgelt|comision(?:es)?|spese|tarifa)\b|手数料"
)
_COMMON = frozenset({"sas", "sarl", "gmbh", "ltd", "llc", "inc", "spa", "srl", "the", "and"})


def words(text: str) -> list[str]:
    """Upper case, without the marks around them."""
    return [word for each in text.upper().split() if (word := each.strip(".,;:()[]“”\"'/-·"))]


def references(text: str) -> dict[str, str]:
    """Every reference of ours that the text may hold: as it should be written, and as it is.

    The two are equal where the text names it exactly. Slips that are seen through: O for 0, I or L for 1, a missing P
    before a payment's number, and blanks or marks inside.
    """
    said = words(text)
    found = {word: word for word in said if _REFERENCE.fullmatch(word)}
    pairs = [f"{one} {two}" for one, two in pairwise(said)]
    for word in [*said, *pairs]:
        form = _mended(word)
        if form:
            found.setdefault(form, word)
    return found


def _mended(word: str) -> str:
    letters = "".join(each for each in word if each.isascii() and each.isalnum())
    form = letters[:1] + letters[1:].translate(_MISREAD)
    if _BARE.fullmatch(form):
        form = f"P{form}"
    return form if _REFERENCE.fullmatch(form) else ""


def names(text: str, name: str) -> bool:
    """Whether the text speaks of this name: it stands there whole, or half of its telling words do."""
    plain, wanted = _plain(text), _plain(name)
    if len(wanted) >= 2 and wanted in plain:
        return True
    said = set(re.findall(r"\w+", plain))
    telling = {word for word in re.findall(r"\w+", wanted) if len(word) >= 3} - _COMMON
    return bool(telling) and 2 * len(telling & said) >= len(telling)


def speaks_of_charges(text: str) -> bool:
    return _CHARGES.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """Folded: no accents, no case, so that a bank that has neither says the same."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).strip()
