"""Our accounts on the page of reconciliation fit the window: the bank's word is read beside our books at a glance."""

import pytest
from playwright.sync_api import expect

from sellers.ledger.models import Book
from sellers.ledger.operations import posting
from tests import make, make_payouts
from tests.browser import complaints
from tests.browser.test_axe import speak
from tests.payouts import camt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MARKETS = ("FR", "GB", "BR", "JP", "US")
LANGUAGES = ("en", "fr", "es", "ja")


@pytest.fixture
def accounts() -> None:
    """Accounts with large balances and lines that match nothing."""
    for country in MARKETS:
        funding = make_payouts.funding(country)
        line = camt.Line(-9_999_999_00, text="Fee", reference=funding.currency)
        body = camt.statement([line], account=funding.identifier, opening_minor=87_654_321_00)
        if not funding.identifier.startswith("FR"):
            body = body.replace(b"<IBAN>", b"<Othr><Id>").replace(b"</IBAN>", b"</Id></Othr>")
        body = body.replace(b"EUR", funding.currency.encode())
        if funding.currency == "JPY":
            body = body.replace(b".00<", b"<")
        camt.read(body=body, rail=funding.rail, name=funding.code, now=make.NOW)
    off = posting.Leg(Book.CASH, 1_234_56, "EUR", funding_code="SEPA-EUR")
    legs = (off, posting.Leg(Book.SUSPENSE, -1_234_56, "EUR"))
    posting.post(postings=[posting.Posting(key="x", kind="bank_line", legs=legs)], now=make.NOW)


@pytest.mark.parametrize("width", [1280, 1200, 1024, 390])
def test_our_accounts_fit_the_window_in_every_language(visit, accounts, width):
    page = visit("/", role="treasurer", width=width)
    for language in LANGUAGES:
        speak(page, language)
        page.goto("/reconciliation/")
        section = page.locator("#our-accounts")
        expect(section.locator("[data-adding]")).to_have_count(0)
        expect(section.locator("tbody tr")).to_have_count(len(MARKETS))
        assert complaints.overflow(page) == [], language
        assert section.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, language


def test_in_a_window_narrower_than_they_are_they_scroll_and_the_page_does_not(visit, accounts):
    page = visit("/reconciliation/", role="treasurer", width=800)
    section = page.locator("#our-accounts")
    expect(section.locator("[data-adding]")).to_have_count(0)
    assert complaints.overflow(page) == []
    assert section.evaluate("e => e.scrollWidth - e.clientWidth") > 0
