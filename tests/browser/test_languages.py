"""Pages in the languages that are offered: nothing sticks out of the window, and a reader finds their words."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests import make
from tests.access import world
from tests.browser import complaints, pages
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]


@pytest.fixture
def standing(tmp_path, settings):
    with world.world(tmp_path, settings) as made:
        yield made


def speak(page: Page, language: str) -> None:
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": page.url.partition("?")[0]}]
    )


def look(page: Page, shown: pages.Page, language: str) -> list[str]:
    answer = page.goto(shown.url)
    if answer is None or answer.status != shown.status:
        return [f"{shown.name}: {shown.url} answered {answer and answer.status}, not {shown.status}"]
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found += [
            f"{shown.name} ({shown.url}) as {shown.role} in {language}, {width} px: {line}"
            for line in complaints.overflow(page)
        ]
    return found


def test_every_page_fits_each_in_one_of_the_languages(visit, standing):
    """All pages in all languages open in tests/access/test_languages.py; a browser looks at each page once."""
    found = []
    for role in pages.ORDER:
        page = visit("/", user=standing.users[role])
        for number, shown in enumerate(pages.all_of(standing)):
            if shown.role == role:
                language = OTHERS[number % len(OTHERS)]
                speak(page, language)
                found += look(page, shown, language)
    assert not found, "\n".join(found)


def test_a_reader_chooses_french_and_reads_words_amounts_and_days_in_it(visit):
    payout = quick.payout(amount_minor=4_521_000)
    page = visit("/", role="analyst")
    page.locator(".mine > summary").click()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto(f"/payouts/{payout.reference}/")
    expect(page.get_by_role("link", name="Accueil").first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(re.compile("45\\s210,00"))
    expect(page.get_by_role("main")).to_contain_text("nov.")
    assert complaints.all_of(page) == []
    page.get_by_role("link", name="Bloquer").first.click()
    expect(page.get_by_role("button", name=re.compile("Bloquer 1 versement"))).to_be_visible()


def test_japanese_on_a_small_screen(visit):
    quick.payout(country="JP", currency="JPY", amount_minor=98_000, seller=make.seller(country="JP"))
    page = visit("/review/", role="analyst", width=390)
    speak(page, "ja")
    page.goto("/review/")
    expect(page.get_by_role("heading", name="確認")).to_be_visible()
    assert complaints.all_of(page) == []
