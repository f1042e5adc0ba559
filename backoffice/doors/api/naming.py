"""Ids and references in addresses."""

import re

from django.http import Http404


def number(text: str, *, letter: str) -> int:
    """The id that "77" or "P77" names. Raises Http404 for what names nothing: a made-up id is just not there."""
    found = re.fullmatch(rf"{letter}?([0-9]{{1,18}})", text, re.ASCII | re.IGNORECASE)
    if found is None:
        raise Http404
    return int(found[1])
