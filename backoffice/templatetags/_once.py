"""Small parts that say the same for the same arguments: rendered once for each language, and kept."""

import inspect
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django import template
from django.template import loader
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST = 5_000
"""Kept of each part, some hundred bytes each; the longest unused goes first."""
Make = Callable[..., dict[str, Any]]
PARTS: dict[str, Callable[..., SafeString]] = {}
"""Each of them as a function, by its name: for what is no template of Django's (`_jinja`)."""


def part(register: template.Library, name: str) -> Callable[[Make], Make]:
    """As an inclusion tag of the template ``name``, for what depends on nothing but its arguments and the language.

    A table shows the same few pills and flags in every row, and a template for each took a third of its page. Text
    that is safe and text that is not are never taken for each other.
    """

    def decorate(make: Make) -> Make:
        @lru_cache(maxsize=MOST, typed=True)
        def rendered(_language: str | None, *args: Any) -> SafeString:
            # A line's end behind a part would stand, underlined, inside a link around it.
            return SafeString(loader.render_to_string(name, make(*args)).strip())

        signature = inspect.signature(make)

        @wraps(make)
        def tag(*args: Any, **named: Any) -> SafeString:
            if named:
                given = signature.bind(*args, **named)
                given.apply_defaults()  # else what is named behind a gap is left out
                args = given.args
            return rendered(get_language(), *map(_fixed, args))

        PARTS[make.__name__] = register.simple_tag(tag, name=make.__name__)
        return make

    return decorate


def _fixed(value: Any) -> Any:
    """What can be looked up: a lazy text as it reads now, a list as it stands."""
    if isinstance(value, Promise):
        return str(value)
    return tuple(value) if isinstance(value, list) else value
