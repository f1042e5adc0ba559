"""Every page of every role, at two widths, in two themes and two languages: axe-core finds nothing, nothing sticks out
of the window, is squeezed, broken or afloat, nothing comes from another host, and the browser has no complaint (script
errors, refusals by the Content-Security-Policy, drawings that it cannot read)."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.access.table import TABLE
from tests.browser import complaints, pages

pytestmark = pytest.mark.django_db(transaction=True)
VIEWS = (((1280, "light"), (390, "dark")), ((1280, "dark"), (390, "light")))
"""Of the page in English, and of the page in another language."""
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]


def look(page: Page, shown: pages.Page, other: str) -> list[str]:
    """What is wrong with the page in English and in the other language, each in two of the four views."""
    found = []
    for language, views in zip(("en", other), VIEWS, strict=True):
        speak(page, language)
        answer = page.goto(shown.url)
        if answer is None or answer.status != shown.status:
            return [f"{shown.name}: {shown.url} answered {answer and answer.status}, not {shown.status}"]
        page.wait_for_load_state("networkidle")
        for width, theme in views:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            lines = complaints.layout(page) + complaints.accessibility(page)
            found += [
                f"{shown.name} as {shown.role}, {width} px, {theme}, {language}: {line}" for line in lines
            ]
    return found


def speak(page: Page, language: str) -> None:
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": urljoin(page.url, "/")}
    page.context.add_cookies([cookie])


@pytest.mark.parametrize("role", pages.ORDER)
def test_nothing_is_wrong_with_any_page_in_any_view(role, visit, standing):
    """Each page is seen in English and in one of the other languages; all of them open in
    tests/access/test_languages.py.
    """
    page = visit("/", user=standing.users[role])
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    found = []
    for number, shown in enumerate(pages.all_of(standing)):
        if shown.role == role:
            found += look(page, shown, OTHERS[number % len(OTHERS)])
    assert not found, "\n".join(found)
    assert hosts <= {"localhost", "127.0.0.1"}


def test_the_list_of_pages_has_one_of_every_address_that_shows_a_page(standing):
    listed = {shown.name for shown in pages.all_of(standing)}
    assert {name for name, door in TABLE.items() if door.get == 200} - pages.NO_PAGES <= listed
