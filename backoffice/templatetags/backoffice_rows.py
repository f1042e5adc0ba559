"""The bodies of the longest tables: `{% table_rows "payouts.html" rows=rows … %}` (ADR 41)."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from backoffice.templatetags import _jinja

register = template.Library()


@register.simple_tag
def table_rows(name: str, **values: Any) -> SafeString:
    """The rows of this table. What the template asks for and nobody gives raises `jinja2.UndefinedError`."""
    return _jinja.rendered(name, **values)
