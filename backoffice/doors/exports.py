"""From a list to a file of exactly its rows."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.doors import pages
from payouts.exports import kinds


def verb(request: HttpRequest, kind: str, given: Mapping[str, Any]) -> list[dict[str, str]]:
    """The way to an export of this kind by this filter, of which what is empty is left out; none for whom it would be
    refused.
    """
    held = pages.permissions(request)
    if "payouts.request_export" not in held or not kinds.get(kind).is_open_to(held):
        return []
    query = {"kind": kind} | {name: value for name, value in given.items() if value}
    return [
        {"label": _("Export these rows"), "url": f"{reverse('admin:payouts_export_new')}?{urlencode(query)}"}
    ]
