"""No page leads its reader where they may not go: every link of what a role may open is followed as that role."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from backoffice import roles
from payouts.models import Batch, Payout
from payouts.operations import incidents
from payouts.queries.unknown import ABOUT_A_SUBMISSION
from sellers.models import Seller
from tests import make
from tests.access.table import TABLE
from tests.access.test_pages import address, ask, login


def links(page: HttpResponse, here: str) -> Iterator[str]:
    """Each address that the page leads to or fetches, without its place on that page."""
    for url in re.findall(r'(?:href|hx-get)="([^"#][^"]*)', page.content.decode()):
        found = urlsplit(urljoin(here, html.unescape(url)))
        if not found.netloc and not found.path.startswith("/static/"):
            yield found._replace(fragment="").geturl()


@pytest.fixture
def troubled(standing, undone):
    """The world with an incident about a payout, and one about a submission of which nobody knows what became."""
    values = {"text": "Look at it.", "rail": "sepa", "now": make.NOW}
    incidents.open_one(code="paid_twice", key="twice", payout_id=standing.pending.pk, **values)
    code = sorted(ABOUT_A_SUBMISSION)[0]
    incidents.open_one(code=code, key=f"{code}:{standing.lost.pk}", **values)
    return standing


def dead_ends(client: Client, pages: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """Where these pages lead to what is refused or not there; each address once, whatever its parameters."""
    seen: dict[str, tuple[str, str]] = {}
    for here, query in pages:
        page = ask(client, "get", here, query)
        if page.status_code == 200 and not page.streaming and page["Content-Type"].startswith("text/html"):
            for url in links(page, here):
                seen.setdefault(url.partition("?")[0], (here, url))
    asked = ((here, url, client.get(url).status_code) for here, url in seen.values())
    return [f"{here} leads to {url}: {status}" for here, url, status in asked if status in (403, 404)]


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_link_of_a_role_s_pages_opens_for_it(role, troubled):
    held = roles.ROLES[role]
    opened = ((name, door) for name, door in TABLE.items() if not door.opens or held & set(door.opens))
    pages = [(address(name, door, troubled), door.query(troubled)) for name, door in opened]
    assert dead_ends(login(troubled.users[role]), pages) == []


def test_whatever_a_seller_asks_about_support_is_led_to_nothing_that_does_not_open(troubled):
    names = [
        *Payout.objects.values_list("reference", flat=True),
        *Seller.objects.values_list("reference", flat=True),
    ]
    pages = [(reverse(f"admin:{page}"), {"q": name}) for page in ("payouts_why", "search") for name in names]
    for of, page in ((Payout, "payouts_payout"), (Batch, "payouts_batch"), (Seller, "sellers_seller")):
        references = of.objects.values_list("reference", flat=True)
        pages += [(reverse(f"admin:{page}_detail", args=[reference]), {}) for reference in references]
    assert len(pages) > 50
    assert dead_ends(login(troubled.users["support"]), pages) == []
