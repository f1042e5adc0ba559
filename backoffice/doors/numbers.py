"""Numbers as they arrive in addresses and forms."""

import re
from decimal import Decimal

from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from backoffice.words import locale

_BLANKS = re.compile("[ \u00a0\u2009\u202f]")


def whole(text: str | None) -> int | None:
    """The id or cursor that the text writes in ASCII digits, small enough for a bigint; None for all else.

    ``"²".isdigit()`` is true and ``int("²")`` raises; ten thousand digits are a number that no column holds.
    """
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def plain(text: str) -> str | None:
    """The number without a sign that the reader wrote, as machines write it; None for what is none.

    Read as the reader's language writes numbers, thousands at every third digit or nowhere; what that language does
    not know, as machines write it. "1.000" is a thousand to a Spanish reader and one to an English one, "1000.50" is
    the same to both.
    """
    group, mark = get_group_symbol(locale()), decimal_mark()
    written = text.strip()
    if group.isspace():
        written, group = _BLANKS.sub(" ", written), " "
    thousands = f"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+"
    if re.fullmatch(rf"(?:{thousands}|[0-9]+)(?:{re.escape(mark)}[0-9]+)?", written):
        return written.replace(group, "").replace(mark, ".")
    return written if re.fullmatch(r"[0-9]+\.[0-9]+", written) else None


def decimal_mark() -> str:
    """What the reader's language writes before decimals."""
    return get_decimal_symbol(locale())


def marked(text: str) -> tuple[str, str]:
    """An amount that the reader wrote and its decimal mark, to be parsed; what is none as it stands, with theirs."""
    found = plain(text)
    return (text, decimal_mark()) if found is None else (found, ".")


def example(value: Decimal) -> str:
    """An amount as the reader writes it: 5,000.50, in French 5 000,50."""
    return format_decimal(value, format="#,##0.00", locale=locale())
