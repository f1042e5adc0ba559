"""What is ticked on one page of a list stays ticked on the others, is counted and added up, and is done together."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from backoffice.doors import keyset
from payouts.models import Hold, Payout
from payouts.operations import holds
from payouts.states import PayoutStatus
from tests import make
from tests.browser import complaints, walks
from tests.browser.conftest import session
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def pages_of_two(monkeypatch):
    monkeypatch.setitem(keyset.page.__kwdefaults__, "size", 2)


@pytest.fixture
def five():
    """What has waited longest stands first: 5.00, 4.00 | 3.00, 2.00 | 1.00."""
    return [quick.payout(amount_minor=minor) for minor in (500, 400, 300, 200, 100)]


def tick(page: Page, place: int) -> None:
    page.locator("tr [data-tick]").nth(place).check()


def turn(page: Page, way: str) -> None:
    page.get_by_role("link", name=f"{way} page").click()
    expect(page.locator("#totals")).to_contain_text("payouts")


def bar(page: Page, count: int, total: str, elsewhere: str = "") -> None:
    selection = page.locator(".selection")
    expect(selection.locator("[data-count]")).to_have_text(f"{count} selected")
    expect(selection.locator("[data-sums]")).to_have_text(re.compile(rf"^{re.escape(total)}\s?EUR\s?$"))
    place = selection.locator("[data-elsewhere-count]")
    if elsewhere:
        expect(place).to_have_text(elsewhere)
        expect(place).to_be_visible()
    else:
        expect(place).to_be_hidden()


def reviewed() -> set[int]:
    return set(Payout.objects.filter(status=PayoutStatus.REVIEWED).values_list("amount_minor", flat=True))


@pytest.mark.parametrize("width", [1280, 390])
def test_ticks_of_several_pages_are_counted_added_up_and_done_together(visit, five, width):
    page = visit("/payouts/review/", role="analyst", width=width)
    tick(page, 0)
    turn(page, "Next")
    bar(page, 1, "5.00", "1 on another page")
    tick(page, 1)
    turn(page, "Next")
    bar(page, 2, "7.00", "2 on other pages")
    tick(page, 0)
    assert complaints.all_of(page) == []
    turn(page, "Previous")
    bar(page, 3, "8.00", "2 on other pages")
    assert [box.is_checked() for box in page.locator("tr [data-tick]").all()] == [False, True]

    page.get_by_role("button", name="Mark 3 payouts reviewed").click()
    expect(page.locator(".preview").first).to_contain_text("8.00")
    page.get_by_role("link", name="Cancel").click()  # nothing was done: nothing is let go
    bar(page, 3, "8.00", "2 on other pages")
    page.get_by_role("button", name="Mark 3 payouts reviewed").click()
    page.locator("#confirm button[type=submit]").click()
    walks.said(page, "3 payouts reviewed.")
    assert reviewed() == {500, 200, 100}
    expect(page.locator(".selection")).to_be_hidden()
    page.goto("/payouts/review/")
    expect(page.locator("tr [data-tick]:checked")).to_have_count(0)
    expect(page.locator(".selection")).to_be_hidden()


def test_those_of_other_pages_can_be_let_go_and_all_can_be_cleared(visit, five):
    page = visit("/payouts/review/", role="analyst")
    tick(page, 0)
    turn(page, "Next")
    tick(page, 0)
    bar(page, 2, "8.00", "1 on another page")
    page.get_by_role("button", name="Untick those").click()
    bar(page, 1, "3.00")
    turn(page, "Previous")
    bar(page, 1, "3.00", "1 on another page")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".selection")).to_be_hidden()
    turn(page, "Next")
    expect(page.locator("tr [data-tick]:checked")).to_have_count(0)


def test_another_filter_begins_anew_and_another_order_does_not(visit, five):
    page = visit("/payouts/review/?country=FR", role="analyst")
    tick(page, 0)
    page.get_by_role("columnheader").get_by_role("link", name="Amount").click()
    page.get_by_role("columnheader").get_by_role("link", name="Amount").click()
    bar(page, 1, "5.00", "1 on another page")
    for address in ("/payouts/review/?country=FR&amount_min=2", "/payouts/review/?country=FR"):
        page.goto(address)
        expect(page.locator("#totals")).to_contain_text("payouts")
        expect(page.locator(".selection")).to_be_hidden()


def test_all_that_match_stay_chosen_on_the_next_page(visit, five):
    page = visit("/payouts/review/", role="analyst")
    page.get_by_role("button", name="Select all 5 that match").click()
    turn(page, "Next")
    bar(page, 5, "15.00")
    page.locator("tr [data-tick]").nth(0).uncheck()
    bar(page, 1, "2.00")
    turn(page, "Previous")
    bar(page, 1, "2.00", "1 on another page")


def test_the_key_of_all_that_match_selects_them_all_and_again_nothing(visit, five):
    page = visit("/payouts/review/", role="analyst")
    expect(page.locator("[data-select-matching]")).to_be_visible()
    page.keyboard.press("X")
    bar(page, 5, "15.00")
    page.keyboard.press("X")
    expect(page.locator(".selection")).to_be_hidden()


def test_before_it_is_known_how_many_match_the_key_selects_nothing(visit, five):
    waiting = []
    page = visit("/holds/", role="analyst")
    page.route("**/payouts/totals/**", lambda route: waiting.append(route))
    page.goto(page.url.replace("/holds/", "/payouts/review/"))
    page.keyboard.press("X")
    expect(page.locator(".selection")).to_be_hidden()
    waiting[0].continue_()
    expect(page.locator("[data-select-matching]")).to_be_visible()
    page.keyboard.press("X")
    bar(page, 5, "15.00")


@pytest.mark.parametrize("address", ["/payouts/review/?amount_min=4", "/holds/?country=FR"])
def test_the_same_key_selects_the_page_where_it_holds_all_that_match_or_only_its_rows_are_taken(
    visit, five, address
):
    for payout in five[:2]:
        holds.hold(payout_ids=[payout.pk], reason="documents", note="Ask.", actor=make.person("analyst"), now=make.NOW)
    page = visit(address, role="analyst" if "review" in address else "approver")
    expect(page.locator("#totals")).to_contain_text("9.00")
    expect(page.locator("[data-select-matching]:visible")).to_have_count(0)
    page.keyboard.press("X")
    bar(page, 2, "9.00")
    assert page.locator("[name=all_matching]").input_value() == ""  # these rows, whatever matches later
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Select all that match, else all on this page")
    page.keyboard.press("X")  # behind the help nothing is pressed
    page.keyboard.press("Escape")
    bar(page, 2, "9.00")
    page.keyboard.press("X")
    expect(page.locator(".selection")).to_be_hidden()


def test_a_row_that_is_done_on_its_own_page_is_ticked_no_more(visit, five):
    page = visit("/payouts/review/", role="analyst")
    tick(page, 0)
    tick(page, 1)
    page.locator("tr[data-row] a").first.click()
    expect(page.locator("[data-walk]")).to_contain_text("1 of 2 selected")
    page.keyboard.press("r")
    page.locator("#confirm button[type=submit]").click()
    walks.said(page, "1 payout reviewed.")
    page.goto("/payouts/review/")
    bar(page, 1, "4.00")


def test_a_verb_that_asks_once_more_lets_nothing_go(visit, five):
    page = visit("/payouts/review/", role="analyst")
    tick(page, 0)
    turn(page, "Next")
    page.keyboard.press("h")
    page.get_by_label("Reason").select_option("documents")
    page.locator("#confirm textarea").fill(" ")
    page.locator("#confirm button[type=submit]").click()
    expect(page.locator("#confirm .error").first).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    bar(page, 1, "5.00", "1 on another page")


def test_what_changed_meanwhile_is_still_ticked(visit, five):
    page = visit("/payouts/review/", role="analyst")
    tick(page, 0)
    page.keyboard.press("r")
    expect(page.locator("#confirm")).to_be_visible()
    holds.hold(
        payout_ids=[five[0].pk], reason="documents", note="Ask.", actor=make.person("analyst"), now=make.NOW
    )
    page.locator("#confirm button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It changed in the meantime")
    page.goto("/payouts/review/")
    bar(page, 1, "5.00")


def drop(page: Page) -> None:
    page.route("**/act/review/**", lambda route: route.abort())


def fail(page: Page) -> None:
    body = '<link rel="icon" href="data:,"><h1>Broken</h1>'
    page.route("**/act/review/**", lambda route: route.fulfill(status=500, content_type="text/html", body=body))


def log_out_elsewhere(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


@pytest.mark.parametrize("trouble", [drop, fail, log_out_elsewhere])
def test_what_the_server_did_not_do_is_still_ticked(visit, live_server, five, trouble):
    user = make.user("analyst", is_staff=True)
    page = visit("/payouts/review/", user=user, broken="/act/review/")
    tick(page, 0)
    page.keyboard.press("r")
    expect(page.locator("#confirm")).to_be_visible()
    trouble(page)
    with page.expect_event("requestfailed" if trouble is drop else "load"):
        page.locator("#confirm button[type=submit]").click()
    page.unroute("**/act/review/**")
    page.context.add_cookies([session(user, live_server.url)])
    page.goto("/payouts/failed/")
    page.goto("/payouts/review/")
    bar(page, 1, "5.00")
    assert reviewed() == set()


def test_what_one_person_ticked_is_gone_once_another_is_logged_in(visit, live_server, five):
    page = visit("/payouts/review/", role="analyst")
    tick(page, 0)
    log_out_elsewhere(page)
    page.goto("/payouts/review/")
    kept = "Object.keys(sessionStorage).filter(name => name.startsWith('ticked:')).length"
    assert page.evaluate(kept) == 1  # nobody is known yet: it may be the same person who logs in
    page.context.add_cookies([session(make.user("analyst", is_staff=True), live_server.url)])
    page.goto("/payouts/review/")
    assert page.evaluate(kept) == 0


def test_nothing_stays_after_the_log_out_and_nothing_personal_is_kept(visit, five):
    page = visit("/payouts/review/", role="analyst")
    tick(page, 0)
    kept = page.evaluate("JSON.stringify(Object.entries(sessionStorage).filter(([name]) => /^ticked:/.test(name)))")
    assert str(five[0].pk) in kept
    assert five[0].seller.name not in kept and five[0].reference not in kept
    page.locator("details.mine summary").click()
    page.get_by_role("button", name="Log out").click()
    left = "Object.keys(sessionStorage).filter(name => name.startsWith('ticked:')).length"
    assert page.evaluate(left) == 0


def test_holds_of_several_pages_are_released_together(visit, five):
    for payout in five:
        holds.hold(payout_ids=[payout.pk], reason="documents", note="Ask.", actor=make.person("analyst"), now=make.NOW)
    page = visit("/holds/", role="approver")
    tick(page, 0)
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("#totals")).to_contain_text("holds")
    tick(page, 1)
    bar(page, 2, "7.00", "1 on another page")
    page.get_by_role("button", name="Release 2 holds").click()
    page.locator("#confirm textarea").fill("It came.")
    page.locator("#confirm button[type=submit]").click()
    walks.said(page, "2 holds released.")
    assert Hold.objects.filter(released_at__isnull=True).count() == 3
    expect(page.locator(".selection")).to_be_hidden()
