"""No page leads its reader where they may not go: every link of what a role may open is followed as that role."""

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponse

from backoffice import roles
from payouts.operations import incidents
from payouts.queries.unknown import ABOUT_A_SUBMISSION
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


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_link_of_a_role_s_pages_opens_for_it(role, troubled):
    client = login(troubled.users[role])
    seen: dict[str, str] = {}
    for name, door in TABLE.items():
        if door.opens and not roles.ROLES[role] & set(door.opens):
            continue
        here = address(name, door, troubled)
        page = ask(client, "get", here, door.query(troubled))
        if page.status_code == 200 and not page.streaming and page["Content-Type"].startswith("text/html"):
            for url in links(page, here):
                seen.setdefault(url.partition("?")[0], f"{here} leads to {url}")
    wrong = [
        f"{said}: {status}"
        for url, said in seen.items()
        if (status := client.get(said.rpartition(" ")[2]).status_code) in (403, 404)
    ]
    assert not wrong, "\n".join(wrong)
