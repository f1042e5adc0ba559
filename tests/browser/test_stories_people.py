"""The same work by keyboard alone, support's answer to a seller, and a telephone's width."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.audit.clock import database_now
from payouts.models import Hold
from payouts.operations import holds
from tests import make, make_payouts
from tests.browser import walks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three():
    """Payouts to review of three shops, oldest first as the list shows them."""
    make_payouts.funding()
    for key, name in (("lyon", "Reboot Lyon"), ("brest", "Phare Reconditionné"), ("lille", "Beffroi Mobile")):
        walks.seller(key, name)
    return sorted(walks.payouts(lyon="1250.00", brest="80.40", lille="399.99"), key=lambda p: p.pk)


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def confirm_by_keyboard(page: Page, *, answers: str = "") -> None:
    """On the page that asks once more: Tab to the fields, type, Tab to the verb, Enter."""
    expect(page.locator("#confirm")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.tagName + (document.activeElement.type || '')")
        if focused == "TEXTAREAtextarea" and answers:
            page.keyboard.type(answers)
        inside = page.evaluate("!!document.activeElement.closest('#confirm')")
        if inside and focused.startswith("SELECT"):
            page.keyboard.press("ArrowDown")
        if inside and focused == "BUTTONsubmit":
            page.keyboard.press("Enter")
            return
    pytest.fail("Tab does not lead to the verb")


def test_payouts_are_reviewed_held_and_approved_by_keyboard_alone(visit, three):
    _, second, third = three
    page = visit("/payouts/review/", role="analyst")
    keys(page, "j", "x", "j", "x", "j", "k", "r")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mark 2 payouts reviewed")
    keys(page, "Escape")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review")
    assert {walks.status(each) for each in three} == {"PENDING_REVIEW"}
    expect(page.locator(".selection")).to_contain_text("2 selected")  # what was asked for and not done stays ticked
    keys(page, "r")
    confirm_by_keyboard(page)
    walks.said(page, "2 payouts reviewed")
    assert [walks.status(each) for each in three] == ["REVIEWED", "REVIEWED", "PENDING_REVIEW"]

    keys(page, "j", "Enter")
    page.wait_for_url(f"**/payouts/{third.reference}/**")
    keys(page, "h")
    confirm_by_keyboard(page, answers="Ask the seller for the invoice.")
    walks.said(page, "1 payout put on hold")
    assert Hold.objects.get().payout_id == third.pk
    keys(page, "Escape")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Review")  # the list that it was opened from

    approver = visit("/payouts/approvals/", role="approver")
    keys(approver, "j", "x", "a")
    confirm_by_keyboard(approver)
    walks.said(approver, "1 payout approved")
    keys(approver, "j", "Enter")
    approver.wait_for_url(f"**/payouts/{second.reference}/**")
    keys(approver, "a")
    confirm_by_keyboard(approver)
    walks.said(approver, "1 payout approved")
    assert [walks.status(each) for each in three] == ["APPROVED", "APPROVED", "PENDING_REVIEW"]


def test_support_finds_a_seller_by_name_sees_why_it_is_not_paid_and_can_change_no_money(visit, three):
    made = next(each for each in three if each.amount_minor == 80_40)
    holds.hold(
        payout_ids=[made.pk],
        reason="documents",
        note="Ask for the company extract.",
        actor=make.person("analyst"),
        now=database_now(),
    )
    page = visit("/", role="support")
    page.keyboard.press("/")
    shop = made.seller
    page.keyboard.type("phare recond")
    page.keyboard.press("Enter")
    found = page.get_by_role("table", name="Sellers").get_by_role("row").filter(has_text=shop.name)
    found.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phare Reconditionné")
    expect(page.get_by_role("heading", name="Why isn’t it paid?")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("on hold")
    expect(page.get_by_text("Ask for the company extract.").first).to_be_visible()
    assert offered(page) == ["Add a note", "Statement"]
    page.get_by_role("link", name=made.reference).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("80.40")
    expect(page.locator(".answer")).to_contain_text("on hold")
    assert offered(page) == ["Statement", "Write the note"]
    for url in ("/payouts/review/", "/payouts/approvals/", "/payouts/", "/holds/", "/batches/", "/sellers/"):
        page.goto(url)
        assert offered(page) == [], url
        expect(page.locator("[data-tick]")).to_have_count(0)


def offered(page: Page) -> list[str]:
    """The verbs a page offers: what looks like a button, and every form that writes."""
    page.wait_for_load_state("networkidle")
    live = ":not([disabled]):visible"
    found = page.locator(f"main .btn{live}, main form[method=post] button{live}").all_inner_texts()
    plain = ("Copy", "Close", "Search", "Apply", "Show", "Next", "Previous", "Add up all", "Keys", "Add this filter")
    return [text.split("\n")[0].strip() for text in found if not text.strip().startswith(plain)]


def test_at_the_width_of_a_telephone_a_row_keeps_reference_seller_amount_and_the_totals(visit, three):
    page = visit("/payouts/review/", role="analyst", width=390)
    expect(page.locator("#totals")).to_contain_text("1,730.39")
    expect(page.locator("#totals")).to_be_visible()
    for made in three:
        row = page.locator("tr[data-row]").filter(has_text=made.reference)
        for fact in (made.reference, made.seller.name, f"{made.amount_minor / 100:,.2f}", "FR"):
            expect(row.get_by_text(fact).first).to_be_visible()
            box = row.get_by_text(fact).first.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390, (fact, box)
    row = page.locator("tr[data-row]").first
    row.locator("[data-tick]").check()
    expect(page.locator(".selection")).to_be_visible()
    walks.press(page, "Mark 1 payout reviewed")
    walks.confirm(page, "Mark 1 payout")
    walks.said(page, "1 payout reviewed")
