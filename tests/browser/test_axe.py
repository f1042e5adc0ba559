"""Every page of every role at two widths in two themes: axe-core finds nothing, nothing sticks out of the window,
nothing comes from another host, and the browser has no complaint (script errors, Content-Security-Policy)."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.access.table import TABLE
from tests.browser import complaints, pages

pytestmark = pytest.mark.django_db(transaction=True)
VIEWS = [(width, theme) for width in (1280, 390) for theme in ("light", "dark")]


def look(page: Page, shown: pages.Page) -> list[str]:
    """What is wrong with the page in any of the views."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    answer = page.goto(shown.url)
    if answer is None or answer.status != shown.status:
        return [f"{shown.name}: {shown.url} answered {answer and answer.status}, not {shown.status}"]
    page.wait_for_load_state("networkidle")
    found = []
    for width, theme in VIEWS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        lines = complaints.accessibility(page) + complaints.overflow(page)
        found += [f"{shown.name} as {shown.role}, {width} px, {theme}: {line}" for line in lines]
    return found


@pytest.mark.parametrize("role", pages.ORDER)
def test_axe_finds_nothing_on_any_page_in_any_view(role, visit, standing):
    page = visit("/", user=standing.users[role])
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    found = [line for shown in pages.all_of(standing) if shown.role == role for line in look(page, shown)]
    assert not found, "\n".join(found)
    assert hosts <= {"localhost", "127.0.0.1"}


def test_the_list_of_pages_has_one_of_every_address_that_shows_a_page(standing):
    listed = {shown.name for shown in pages.all_of(standing)}
    assert {name for name, door in TABLE.items() if door.get == 200} - pages.NO_PAGES <= listed
