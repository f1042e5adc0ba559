"""Jinja2 for what repeats on a page (ADR 41): rows of the longest tables, filters, places of the navigation.

Its templates, in `templates/jinja`, know the kept parts (`_once`), `tick` and the formats of Django's templates as
filters, and no words: what is translated comes along from the page. A filter is given what the row has, never a
constant: Jinja works that out once, in the language of the first reader.
"""

from functools import cache
from typing import Any

import jinja2
from django.conf import settings
from django.utils.safestring import SafeString


def rendered(name: str, **values: Any) -> SafeString:
    """This template, filled in. What it asks for and nobody gives raises `jinja2.UndefinedError`."""
    return SafeString(_environment().get_template(name).render(values))


@cache
def _environment() -> jinja2.Environment:
    from backoffice.templatetags import (  # whose tags are rendered by it
        _once,
        backoffice_format,
        backoffice_parts,
    )

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(settings.BASE_DIR / "templates" / "jinja"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.DEBUG,
    )
    # As filters: a function that is called costs a look at what it is, each time.
    made.filters |= backoffice_parts.register.filters | backoffice_format.register.filters
    made.filters |= _once.PARTS | {"tick": backoffice_parts.tick}
    return made
