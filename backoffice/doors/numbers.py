"""Numbers as they arrive in addresses and forms."""


def whole(text: str | None) -> int | None:
    """The id or cursor that the text writes in ASCII digits, small enough for a bigint; None for all else.

    ``"²".isdigit()`` is true and ``int("²")`` raises; ten thousand digits are a number that no column holds.
    """
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
