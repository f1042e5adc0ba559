"""A reader finds words, amounts and days in the language of their choice, on a large screen and a small one."""

import re
from urllib.parse import urljoin

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests import make
from tests.browser import complaints
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = (
    "/payouts/?sort=waiting", "/payouts/review/?sort=waiting", "/payouts/approvals/?sort=-waiting",
    "/holds/?sort=since", "/payouts/failed/?sort=waiting", "/accounts/?sort=since", "/unknown/?sort=since",
    "/adjustments/?sort=since", "/recalls/?sort=since", "/reconciliation/breaks/?sort=since",
)  # fmt: skip
"""Lists that wait, sorted by since when."""
LINES = """head => {
  const lines = (rects) => new Set([...rects].map((rect) => Math.round(rect.top))).size;
  const words = document.createRange();
  words.selectNodeContents(head);
  return { with_arrow: lines(head.getClientRects()), of_words: lines(words.getClientRects()) };
}"""


def speak(page: Page, language: str) -> None:
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": urljoin(page.url, "/")}]
    )


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
    page.get_by_role("link", name="Retenir").first.click()
    expect(page.get_by_role("button", name=re.compile("Retenir 1 versement"))).to_be_visible()


def test_japanese_on_a_small_screen(visit):
    quick.payout(country="JP", currency="JPY", amount_minor=98_000, seller=make.seller(country="JP"))
    page = visit("/payouts/review/", role="analyst", width=390)
    speak(page, "ja")
    page.goto("/payouts/review/")
    expect(page.get_by_role("heading", name="確認")).to_be_visible()
    assert complaints.all_of(page) == []


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_head_of_a_sorted_column_keeps_its_arrow_and_takes_two_lines_at_most(visit, standing, language):
    page = visit("/", user=standing.users["auditor"])
    speak(page, language)
    for path in LISTS:
        page.goto(path)
        head = page.locator("th[aria-sort] a")
        expect(head).to_have_count(1)
        lines = head.evaluate(LINES)
        assert lines["with_arrow"] == lines["of_words"] <= 2, (path, language, lines)
