"""The bodies of the longest tables: `{% table_rows "payouts.html" rows=rows … %}` (ADR 41).

Jinja2 templates in `templates/rows`, since Django's took half the time of such a page. They know the kept parts
(`_once`), `tick` and the formats of Django's templates by their names, and no words: what is translated comes along
from the page. A filter is given what the row has, never a constant: Jinja works that out once, in the language of the
first reader.
"""

from functools import cache
from typing import Any

import jinja2
from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from backoffice.templatetags import _once, backoffice_format, backoffice_parts

register = template.Library()


@register.simple_tag
def table_rows(name: str, **values: Any) -> SafeString:
    """The rows of this table. What the template asks for and nobody gives raises `jinja2.UndefinedError`."""
    return SafeString(_environment().get_template(name).render(values))


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(settings.BASE_DIR / "templates" / "rows"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.DEBUG,
    )
    made.globals |= _once.PARTS | {"tick": backoffice_parts.tick}
    made.filters |= backoffice_parts.register.filters | backoffice_format.register.filters
    return made
