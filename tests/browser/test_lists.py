"""An analyst works through a list by keyboard; the confirmation shows what will happen before it does."""

import re

import pytest
from playwright.sync_api import expect

from backoffice.doors import keyset
from payouts.models import HoldReason, Payout
from payouts.operations import holds
from payouts.states import PayoutStatus
from sellers.models import Seller
from tests import make
from tests.browser import complaints
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three():
    return [quick.payout(amount_minor=minor) for minor in (100_000, 20_050, 3_000)]


def statuses() -> set[str]:
    return set(Payout.objects.values_list("status", flat=True))


def test_an_analyst_selects_by_keyboard_sees_the_totals_and_marks_them_reviewed(visit, three):
    page = visit("/payouts/review/", role="analyst")
    expect(page.locator("#totals")).to_contain_text("1,230.50")
    for key in "jxjxjx":
        page.keyboard.press(key)
    expect(page.locator(".selection")).to_contain_text("3 selected")
    expect(page.locator(".selection")).to_contain_text("1,230.50")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3")
    expect(page.locator(".preview").first).to_contain_text("1,230.50")
    assert complaints.all_of(page) == []
    assert statuses() == {PayoutStatus.PENDING_REVIEW}
    page.locator("#confirm button[type=submit]").click()
    expect(page.get_by_role("status").first).to_contain_text("3")
    assert statuses() == {PayoutStatus.REVIEWED}


def test_the_confirmation_says_what_will_be_refused_and_why_and_does_the_rest(visit):
    fine, held = quick.reviewed(), quick.reviewed()
    actor = make.person("compliance")
    holds.hold(
        payout_ids=[held.pk],
        actor=actor,
        reason=HoldReason.DOCUMENTS,
        note="The extract is missing.",
        now=make.NOW,
    )
    page = visit("/payouts/approvals/", role="approver")
    page.locator("[data-tick-all]").check()
    page.keyboard.press("a")
    expect(page.get_by_text("What will be refused")).to_be_visible()
    expect(page.get_by_role("table", name="Refused, by reason")).to_contain_text(held.reference)
    page.locator("#confirm button[type=submit]").click()
    fine.refresh_from_db()
    held.refresh_from_db()
    assert (fine.status, held.status) == (PayoutStatus.APPROVED, PayoutStatus.REVIEWED)


@pytest.mark.parametrize("width", [1280, 390])
def test_what_was_refused_in_the_end_is_named_and_led_to(visit, three, width):
    page = visit("/payouts/review/", role="analyst", width=width)
    for tick in page.locator("tr [data-tick]").all():
        tick.check()
    page.keyboard.press("r")
    expect(page.locator("#confirm")).to_be_visible()
    actor = make.person("analyst")
    holds.hold(payout_ids=[three[1].pk], actor=actor, reason=HoldReason.DOCUMENTS, note="Ask.", now=make.NOW)
    page.locator("#confirm button[type=submit]").click()
    said = page.get_by_role("status").first
    expect(said).to_contain_text("2 payouts reviewed, 1 refused: it was put on hold")
    assert complaints.all_of(page) == []
    said.get_by_role("link", name=three[1].reference).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("200.50")


def test_a_note_that_is_missing_is_asked_for_and_the_selection_is_kept(visit, three):
    page = visit("/payouts/review/", role="analyst")
    page.locator("[data-tick]").first.check()
    page.keyboard.press("h")
    expect(page.get_by_label("Reason")).to_have_value("")  # it is chosen, not left as it was
    page.get_by_label("Reason").select_option("documents")
    page.locator("#confirm textarea").fill(" ")
    page.locator("#confirm button[type=submit]").click()
    expect(page.locator("#confirm .error").first).to_be_visible()
    expect(page.locator("#confirm input[name=seen]")).to_have_value(re.compile(r"^\d+=\S+$"))
    expect(page.get_by_role("button", name="Hold 1 payout")).to_be_visible()


def test_next_and_previous_walk_the_selection_and_escape_goes_back_to_the_list(visit, three):
    page = visit("/payouts/review/?country=FR", role="analyst")
    page.locator("[data-tick]").nth(0).check()
    page.locator("[data-tick]").nth(2).check()
    first = page.locator("tr[data-row] a").nth(0)
    first.click()
    expect(page.locator("[data-walk]")).to_contain_text("1 of 2 selected")
    page.keyboard.press("n")
    expect(page.locator("[data-walk]")).to_contain_text("2 of 2 selected")
    page.keyboard.press("p")
    expect(page.locator("[data-walk]")).to_contain_text("1 of 2 selected")
    page.keyboard.press("Escape")
    page.wait_for_url("**/payouts/review/?country=FR")


def test_next_goes_on_past_the_page_through_everything_that_matches(visit, three, monkeypatch):
    monkeypatch.setitem(keyset.page.__kwdefaults__, "size", 2)
    page = visit("/payouts/review/?country=FR", role="analyst")
    page.get_by_role("button", name="Select all 3 that match").click()
    page.locator("tr[data-row] a").nth(1).click()
    walk = page.locator("[data-walk]")
    expect(walk).to_contain_text("2 of 3 selected")
    page.keyboard.press("n")
    expect(walk).to_contain_text("3 of 3 selected")
    assert str(three[2].reference) in page.url
    page.keyboard.press("p")
    expect(walk).to_contain_text("2 of 3 selected")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("#totals")).to_contain_text("3 payouts")
    page.locator("tr[data-row] a").first.click()
    expect(walk).to_contain_text("3 of 3 selected")  # all that match stay chosen on every page
    page.keyboard.press("p")
    expect(walk).to_contain_text("2 of 3 selected")
    assert complaints.all_of(page) == []


def test_a_filter_panel_opens_closes_on_escape_and_becomes_a_chip_that_can_be_taken_away(visit, three):
    page = visit("/payouts/review/", role="analyst")
    page.locator("summary.chip", has_text="Country").click()
    page.keyboard.press("Escape")
    expect(page.locator("details.filter[open]")).to_have_count(0)
    page.locator("summary.chip", has_text="Country").click()
    page.locator("details.filter[open]").get_by_label("France").check()
    page.locator("details.filter[open] button").click()
    expect(page.locator(".chip.on.set")).to_contain_text("Country is France")
    page.get_by_role("link", name="Take away: Country is France").click()
    expect(page.locator(".chip.on.set")).to_have_count(0)


def test_a_second_click_sends_nothing_twice(visit, three):
    page = visit("/payouts/review/", role="analyst")
    page.locator("[data-tick-all]").check()
    page.keyboard.press("r")
    expect(page.locator("#confirm")).to_be_visible()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("#confirm button[type=submit]").dblclick()
    expect(page.get_by_role("status").first).to_be_visible()
    assert len(sent) == 1


def test_without_a_script_a_ticked_row_is_confirmed_and_reviewed(visit, three):
    page = visit("/payouts/review/", role="analyst", javascript=False)
    page.locator("input[name=ids]").first.check()
    page.get_by_role("button", name="Mark reviewed").click()
    page.locator("#confirm button[type=submit]").click()
    assert Payout.objects.filter(status=PayoutStatus.REVIEWED).count() == 1


def test_on_a_narrow_screen_the_selection_and_its_verbs_are_in_reach(visit, three):
    page = visit("/payouts/review/", role="analyst", width=390)
    page.locator("[data-tick]").first.check()
    button = page.get_by_role("button", name="Mark 1 payout reviewed")
    expect(button).to_be_in_viewport()
    assert complaints.overflow(page) == []


def test_several_countries_are_ticked_by_keyboard_and_read_as_one_filter(visit, three):
    for country in ("ES", "DE"):
        quick.payout(seller=make.seller(country=country), country=country)
    page = visit("/payouts/review/", role="analyst")
    page.locator("summary.chip", has_text="Country").focus()
    page.keyboard.press("Enter")
    boxes = page.get_by_role("group", name="Country")
    expect(boxes.get_by_role("checkbox", name="Spain")).to_be_visible()
    assert complaints.all_of(page) == []
    for name in ("France", "Spain"):
        boxes.get_by_role("checkbox", name=name).focus()
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    chip = page.get_by_role("group", name="Filters").get_by_role("link", name="Country is")
    expect(chip).to_contain_text(re.compile("Country is (France or Spain|Spain or France)"))
    expect(page.locator("[data-row]")).to_have_count(4)
    chip.click()
    expect(page.locator("[data-row]")).to_have_count(5)
    page.locator("summary.chip", has_text="Country").click()
    page.locator("details.filter[open] button").click()  # nothing ticked: no filter
    expect(page.locator("[data-row]")).to_have_count(5)
    expect(page.locator(".chip.on.set")).to_have_count(0)


def test_no_filter_panel_sticks_out_of_the_window(visit):
    quick.payout()
    page = visit("/payouts/", role="auditor", width=1100)
    chips = page.locator("details.filter:not(.narrow) > summary")
    for chip in chips.all():
        chip.click()
        expect(page.locator("details.filter[open] > form")).to_be_visible()
        page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
        )  # it is placed
        assert complaints.overflow(page) == []
    assert page.locator("details.filter.edge").count() > 0  # some hang from their right edge


def test_a_list_is_sorted_on_a_telephone_too_where_it_has_no_heads(visit, three):
    page = visit("/payouts/review/", role="analyst", width=390)
    chip = page.locator("details.filter summary", has_text="Sort")
    chip.click()
    ways = page.locator("details.filter[open] .ways")
    ways.get_by_role("link", name="Amount").click()
    expect(chip).to_contain_text("Sort: Amount")
    amounts = page.locator("[data-row] .f-much")
    expect(amounts.first).to_contain_text("1,000.00")
    chip.click()
    assert complaints.all_of(page) == []
    ways.get_by_role("link", name="Amount").click()
    expect(amounts.first).to_contain_text("30.00")
    assert page.url.endswith("?sort=amount")

    page.set_viewport_size({"width": 1280, "height": 900})
    expect(chip).to_be_hidden()


def test_totals_that_do_not_come_say_so_and_can_be_asked_for_again(visit, three):
    page = visit("/", role="analyst", broken="/payouts/totals/")
    page.route("**/payouts/totals/**", lambda route: route.fulfill(status=503, body="later"))
    page.goto("/payouts/review/")
    totals = page.locator("#totals")
    expect(totals).to_contain_text("Not added up: the program did not answer.")
    expect(totals).to_contain_text("not known")
    assert complaints.overflow(page) == []
    page.unroute("**/payouts/totals/**")
    page.get_by_role("button", name="Ask again").press("Enter")
    expect(totals).to_contain_text("1,230.50")
    expect(totals).not_to_contain_text("Not added up")
    expect(totals).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_filter_that_is_set_is_changed_where_it_stands_and_the_others_stay(visit, three, width):
    page = visit("/payouts/?status=PAID&country=FR&sort=-amount", role="auditor", width=width)
    page.locator("summary", has_text="Status is paid").click()
    opened = page.locator("details.filter[open]")
    expect(opened.get_by_label("Paid")).to_be_checked()
    opened.get_by_label("To review").check()
    assert complaints.all_of(page) == []
    opened.get_by_role("button", name="Filter").click()
    expect(page.locator("summary", has_text="Status is to review or paid")).to_be_visible()
    assert "country=FR" in page.url and "sort=-amount" in page.url
    page.get_by_role("link", name="Take away: Status is to review or paid").click()
    assert "status" not in page.url and "country=FR" in page.url


def test_of_ticked_holds_each_payout_is_added_up_once(visit):
    payout = quick.payout(amount_minor=5_00)
    for reason in ("documents", "dispute"):
        holds.hold(
            payout_ids=[payout.pk], actor=make.person("analyst"), reason=reason, note="Look.", now=make.NOW
        )
    place = {"actor": make.person("compliance"), "reason": "other", "note": "All.", "now": make.NOW}
    holds.hold_seller(seller_id=payout.seller_id, **place)
    page = visit("/holds/", role="compliance")
    page.locator("[data-tick-all]").check()
    bar = page.locator(".selection")
    expect(bar).to_contain_text("3 selected")
    expect(bar.locator("[data-sums]")).to_have_text("5.00 EUR")


def test_the_longest_reason_of_a_hold_pushes_no_amount_out_of_the_table(visit):
    """Without a payout before it there is no sparkline, which is wider: so the window is a little narrower."""
    made = quick.payout(amount_minor=123_456_789)
    Seller.objects.filter(pk=made.seller_id).update(name="Zweitgerät Mobil und Tablet Großhandel GmbH")
    holds.hold(
        payout_ids=[made.pk],
        reason=HoldReason.ACCOUNT_REFUSED,
        note="Ask for new bank details.",
        actor=make.person("compliance"),
        now=make.NOW,
    )
    page = visit("/payouts/review/", role="analyst", width=1220)
    expect(page.get_by_text("On hold: money came back")).to_be_visible()
    assert complaints.cut_off(page) == []


@pytest.mark.parametrize("path", ["/payouts/review/", "/payouts/"])
def test_on_a_telephone_no_pill_of_a_payout_floats_between_its_facts_and_its_change(visit, path):
    made = quick.payout()
    Seller.objects.filter(pk=made.seller_id).update(suspended_at=make.NOW)
    page = visit(path, role="analyst", width=390)
    # As for a seller with a past: no "First payout", and how far the amount is from the usual one.
    page.locator(".flag").evaluate_all("flags => flags.forEach((flag) => flag.remove())")
    page.locator(".delta, td.num:not(.f-much):empty").first.evaluate("cell => cell.textContent = '+126%'")
    expect(page.get_by_text("Seller suspended")).to_be_visible()
    expect(page.get_by_text("+126%")).to_be_visible()
    for width in (390, 460):
        page.set_viewport_size({"width": width, "height": 900})
        assert complaints.afloat(page) == []


def test_in_a_window_narrower_than_a_list_the_list_scrolls_and_the_page_does_not(visit, three):
    page = visit("/payouts/", role="analyst", width=800)
    expect(page.get_by_role("heading", name="Payouts")).to_be_visible()
    assert complaints.overflow(page) == []
    held = page.locator(".scroll").first.evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert held[0] > held[1]
