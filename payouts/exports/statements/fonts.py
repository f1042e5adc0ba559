"""Which font writes which letter in a PDF, and how wide that is.

Vera, which reportlab ships, is embedded and writes the Latin letters it has. Japanese is written by HeiseiKakuGo-W5,
one of the fonts that every PDF reader brings or replaces by its own: nothing is embedded.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD, JAPANESE = "Vera", "VeraBd", "HeiseiKakuGo-W5"
GETA = "\N{GETA MARK}"
"""What Japanese printers set where they have no type for a character."""
_SPACES = {
    "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}",
    "\N{THIN SPACE}": " ",
    "\t": " ",
    "\n": " ",
    "\r": " ",
}


@cache
def load() -> frozenset[int]:
    """The fonts are known to reportlab; answers the code points that Vera writes."""
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFont(UnicodeCIDFont(JAPANESE))
    return frozenset(pdfmetrics.getFont(PLAIN).face.charToGlyph) & frozenset(
        pdfmetrics.getFont(BOLD).face.charToGlyph
    )


@lru_cache(maxsize=20_000)
def _setting(letter: str) -> tuple[bool, str]:
    """Whether the letter is set in the Japanese font, and what is set for it."""
    letter = _SPACES.get(letter, letter)
    if ord(letter) in load():
        return False, letter
    if _in_japanese_sets(letter):
        return True, letter
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) in load())
    return (False, bare) if bare else (True, GETA)


def _in_japanese_sets(letter: str) -> bool:
    """Whether Windows' Japanese set has it: JIS X 0208 with the letters of names that IBM and NEC added."""
    try:
        return bool(letter.encode("cp932")) and ord(letter) >= 0x80
    except UnicodeEncodeError:
        return False


def runs(text: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """The text as (font, letters), each run as long as one font writes it; composed as names are typed."""
    latin = BOLD if bold else PLAIN
    font, letters = "", ""
    for letter in unicodedata.normalize("NFC", text):
        japanese, shown = _setting(letter)
        wanted = JAPANESE if japanese else latin
        if wanted != font and letters:
            yield font, letters
            letters = ""
        font, letters = wanted, letters + shown
    if letters:
        yield font, letters


@lru_cache(maxsize=5_000)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is, in points."""
    return float(sum(pdfmetrics.stringWidth(part, font, size) for font, part in runs(text, bold=bold)))


@lru_cache(maxsize=5_000)
def wrapped(text: str, size: float, room: float, *, most: int, bold: bool = False) -> Sequence[str]:
    """The text in at most ``most`` lines of ``room`` points, broken at spaces where there are any; the rest is cut."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        fits = _fitting(rest, size, room, bold)
        if fits == len(rest):
            lines.append(rest)
            return lines
        if len(lines) == most - 1:
            lines.append(rest[: max(_fitting(rest, size, room - size, bold), 1)] + "…")
            return lines
        space = rest.rfind(" ", 1, fits + 1)
        end = space if space > 0 else fits
        lines.append(rest[:end])
        rest = rest[end:].lstrip()
    return lines or [""]


def _fitting(text: str, size: float, room: float, bold: bool) -> int:
    """How many of the first letters fit; at least one, so that every text comes to an end."""
    if width(text, size, bold=bold) <= room:
        return len(text)
    low, high = 1, min(len(text), int(room / size * 6) + 1)  # no letter is narrower than a sixth of its size
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle], size, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    return low
