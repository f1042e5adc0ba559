"""Every page fits the window in the languages that are offered, whose words are longer than English ones."""

import os
from urllib.parse import urljoin

import pytest
from django.conf import settings
from playwright.sync_api import Page

from tests.browser import complaints, pages

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
EACH = bool(os.environ.get("EVERY_LANGUAGE"))
"""By hand, when styles have changed: every page in every language, not each in one of them."""


def speak(page: Page, language: str) -> None:
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": urljoin(page.url, "/")}]
    )


def look(page: Page, shown: pages.Page, language: str) -> list[str]:
    speak(page, language)
    answer = page.goto(shown.url)
    if answer is None or answer.status != shown.status:
        return [f"{shown.name}: {shown.url} answered {answer and answer.status}, not {shown.status}"]
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{shown.name} as {shown.role} in {language}: {line}" for line in complaints.overflow(page)]
    return found


@pytest.mark.parametrize("role", pages.ORDER)
def test_every_page_fits_in_the_languages_with_longer_words(role, visit, standing):
    """All pages in all languages open in tests/access/test_languages.py; a browser looks at each page once."""
    found, page = [], visit("/", user=standing.users[role])
    for number, shown in enumerate(pages.all_of(standing)):
        if shown.role == role:
            for language in OTHERS if EACH else OTHERS[number % len(OTHERS) :][:1]:
                found += look(page, shown, language)
    assert not found, "\n".join(found)
