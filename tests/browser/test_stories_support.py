"""Support answers "Why isn't it paid?" for ten causes, and sends the seller what they may know."""

import datetime
import re

import pytest
from playwright.sync_api import Page, expect

from backoffice.audit.clock import database_now
from payouts.models import Payout
from payouts.operations import batching, givebacks, holds
from sellers import operations as sellers
from sellers.models import Seller
from tests import make, make_payouts
from tests.browser import walks
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = ("compliance", "fraud", "suspended", "on hold", "Case 7", "analyst", "approval")


def shop(key: str, *, cents: int = 0, days: int = -1, account: bool = True, **values) -> str:
    """A shop with an order of this amount that no run has taken; its marketplace id."""
    made = make.seller(external_id=key, name=f"Shop {key}", **values)
    if account:
        make_payouts.account(made, currency="EUR", scheme="iban")
    if cents:
        due = (database_now() + datetime.timedelta(days=days)).date()
        make.earning(make.ledger_account(made), amount_minor=cents, due_date=due, order_ref=f"order-{key}")
    return key


def stopped(payout: Payout, reason: str) -> None:
    holds.hold(
        payout_ids=[payout.pk],
        reason=reason,
        note="Case 7",
        actor=make.person("approver"),
        now=database_now(),
    )


@pytest.fixture
def asked(db) -> dict[str, tuple[str, str, str]]:
    """What support asks, what blocks it, and what the seller is told (in English)."""
    make_payouts.funding()
    for key in ("review", "held", "approve", "cancel", "batch"):
        walks.seller(key, f"Shop {key}")
    amounts = dict.fromkeys(("review", "held", "approve", "cancel", "batch"), "80.40")
    review, held, approve, cancelled, batched = walks.payouts(**amounts)
    stopped(held, "fraud_suspected")
    walks.approve([approve])
    batching.propose(payout_ids=walks.approve([batched]), actor=make.person("treasurer"), now=database_now())
    givebacks.cancel(
        payout_ids=[cancelled.pk], actor=make.person("approver"), reason="Sold twice.", now=database_now()
    )
    barred = shop("barred", cents=80_40)
    made = Seller.objects.get(external_id=barred)
    sellers.suspend(seller_id=made.pk, reason="Case 7", actor=make.person("compliance"), now=database_now())
    checking, preparing = "still checking your payout", "We are preparing your payout"
    return {
        "to review": (str(review.reference), "waits for an analyst", checking),
        "held": (str(held.reference), "it is on hold: Fraud suspected", checking),
        "to batch": (str(approve.reference), "waits to be put into a batch", preparing),
        "in a batch": (str(batched.reference), "waits for a treasurer's approval", preparing),
        "cancelled": (
            str(cancelled.reference),
            "Sold twice”. The money is with us",
            "did not send your payout",
        ),
        "suspended": (barred, "while the seller is suspended", "still checking your next payout"),
        "not due": (f"order-{shop('later', cents=900, days=9)}", "not due yet", "€9.00 becomes due on"),
        "minimum": (shop("little", cents=40), "€0.60 is missing", "€0.60 is still missing"),
        "negative": (shop("minus", cents=-500), "netted against it", "Your balance is −€5.00"),
        "no account": (
            shop("nobank", cents=500, account=False),
            "no usable bank account",
            "check your bank details",
        ),
    }


def ask(page: Page, words: str) -> None:
    page.get_by_label("Payout, seller, order, batch or bank reference").fill(words)
    page.get_by_role("button", name="Ask").click()


@pytest.mark.parametrize("width", [1280, 390])
def test_support_answers_why_it_is_not_paid_for_ten_causes(visit, asked, width):
    page = visit("/", role="support", width=width)
    walks.place(page, "Why isn’t it paid?")
    assert len(asked) == 10
    for cause, (words, inside, outside) in asked.items():
        ask(page, words)
        expect(page.locator(".answer")).to_contain_text(inside)
        page.get_by_role("navigation", name="Language").get_by_role("link", name="English").click()
        letter = page.get_by_role("textbox", name="What you may send, in English")
        expect(letter).to_have_value(re.compile(re.escape(outside)))
        said = letter.input_value()
        assert not [secret for secret in SECRETS if secret in said], (cause, said)
        assert page.locator("main form[method=post]").count() == 0


def test_a_link_shows_the_same_in_another_language_and_the_text_can_be_copied(visit, asked):
    words = asked["held"][0]
    page = visit(f"/why/?q={words}&lang=ja", role="support", width=390)
    expect(page.locator("#letter")).to_have_attribute("lang", "ja")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the text for the seller").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Shop held 様")
    assert f"お支払い {words}" in copied


def test_a_name_of_several_shops_is_chosen_from_without_a_script(visit, asked):
    page = visit("/why/", role="support", javascript=False)
    ask(page, "shop ba")
    page.get_by_role("link", name="Shop barred").click()
    expect(page.locator(".answer")).to_contain_text("suspended")


def test_a_batch_says_where_it_stands_and_leads_to_its_page_and_its_payouts(visit):
    payouts = [quick.approved(), quick.approved()]
    batch = quick.batch(payouts)
    page = visit("/why/", role="support", width=390)
    ask(page, str(batch.reference))
    expect(page.locator(".answer")).to_contain_text("waits for a treasurer other than")
    page.get_by_role("link", name=f"Payout {payouts[1].reference}").click()
    expect(page.locator(".answer")).to_contain_text(f"is in batch {batch.reference}")
    page.go_back()
    page.get_by_role("link", name=str(batch.reference), exact=True).click()
    expect(page).to_have_url(re.compile(rf"/batches/{batch.reference}/$"))
