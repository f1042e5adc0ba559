"""The letters SEPA carries, and how others become them.

a-z A-Z 0-9 / - ? : ( ) . , ' + and space. Source: EPC217-08 (conversion of characters). Conversion comes
before truncation, because it can make a text longer (ß becomes ss).
"""

import re
import unicodedata

_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_PLAIN = re.compile(r"[A-Za-z0-9\-?:().,'+]+(?: [A-Za-z0-9\-?:().,'+]+)*")
"""Words of allowed letters, one space between them and no slash: `convert` leaves them as they are."""

_SINGLE = {
    "&": "+", "_": "-", "~": "-", "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "`": "'",
    '"': "'", ";": ",", "€": "E", "ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O",
    "ø": "o", "Ð": "D", "ð": "d", "Đ": "D", "đ": "d", "Þ": "TH", "þ": "th", "Ł": "L", "ł": "l", "Ħ": "H",
    "ħ": "h", "Ŧ": "T", "ŧ": "t", "ı": "i", "ĸ": "k", "Ŋ": "N", "ŋ": "n", "‘": "'", "’": "'", "‚": ",",
    "“": "'", "”": "'", "„": "'", "«": "'", "»": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
    "·": ".", "…": "...",
}  # fmt: skip
_GREEK = {
    "Α": "A", "Β": "V", "Γ": "G", "Δ": "D", "Ε": "E", "Ζ": "Z", "Η": "I", "Θ": "TH", "Ι": "I", "Κ": "K",
    "Λ": "L", "Μ": "M", "Ν": "N", "Ξ": "X", "Ο": "O", "Π": "P", "Ρ": "R", "Σ": "S", "ς": "s", "Τ": "T",
    "Υ": "Y", "Φ": "F", "Χ": "CH", "Ψ": "PS", "Ω": "O",
}  # fmt: skip
_CYRILLIC = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ж": "ZH", "З": "Z", "И": "I", "Й": "Y",
    "К": "K", "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U",
    "Ф": "F", "Х": "H", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHT", "Ъ": "A", "Ь": "Y", "Ю": "YU", "Я": "YA",
}  # fmt: skip


def _alphabets() -> dict[str, str]:
    table = dict(_SINGLE)
    for capital, latin in (_GREEK | _CYRILLIC).items():
        table[capital] = latin
        table.setdefault(capital.lower(), latin.lower())
    return table


_TABLE = _alphabets()


def convert(text: str, *, longest: int) -> str:
    """The text in SEPA letters, at most `longest` of them; what has no likeness becomes a dot, runs of space
    one space.

    Slashes neither start nor end it and never stand twice in a row, which banks refuse.
    """
    if _PLAIN.fullmatch(text):  # most names: nothing to convert, four times faster
        return text[:longest].rstrip()
    composed = unicodedata.normalize("NFKC", text)
    converted = "".join(map(_letter, composed))
    spaced = re.sub(r"\s+", " ", re.sub(r"/{2,}", "/", converted)).strip(" /")
    return spaced[:longest].rstrip(" /")


def _letter(letter: str) -> str:
    if letter in _ALLOWED:
        return letter
    if letter in _TABLE:
        return _TABLE[letter]
    if letter.isspace():
        return " "
    base = unicodedata.normalize("NFD", letter)
    stem = base[0]
    if unicodedata.combining(stem):
        return ""
    if stem in _ALLOWED:
        return stem
    return _TABLE.get(stem, ".")
