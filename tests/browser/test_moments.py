"""A key or a press at the wrong moment: a part renews itself or has not come, an answer stays away, a key is held."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from backoffice.audit.clock import database_now
from backoffice.doors import keyset
from payouts.models import Job
from payouts.operations import deeds, exporting, jobs
from tests import make
from tests.browser import walks
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job(visit, monkeypatch) -> Page:
    """The page of a job that waits for its worker and asks every two seconds how far it is."""
    old = deeds.DEEDS["review"]
    monkeypatch.setitem(deeds.DEEDS, "review", deeds.Deed(old.permission, old.act, at_once=1, portion=2))
    for _ in range(2):
        quick.payout()
    page = visit("/payouts/review/", role="analyst")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Mark 2 payouts reviewed").click()
    walks.confirm(page, "Mark 2 payouts reviewed")
    expect(page.get_by_role("progressbar")).to_be_visible()
    return page


def renewed(page: Page) -> None:
    """The part has come anew, which a mark on the old one shows."""
    page.evaluate("document.querySelector('#progress').dataset.old = '1'")
    expect(page.locator("#progress[data-old]")).to_have_count(0)


def test_a_part_that_renews_itself_leaves_the_focus_where_it_is(job):
    tab = job.get_by_role("link", name="Not done")
    tab.focus()
    renewed(job)
    expect(tab).to_be_focused()


def test_the_focus_goes_to_no_other_verb_that_came_in_the_place_of_the_one_it_was_on(
    visit, settings, tmp_path
):
    settings.EXPORT_DIR = str(tmp_path)
    user = make.user("accountant", is_staff=True)
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=database_now())
    page = visit("/exports/", user=user)
    part = page.locator(f"#export-{made.pk}")
    part.get_by_role("button", name="Cancel").focus()
    exporting.write(export_id=made.pk, now=database_now())
    expect(part.get_by_role("button", name="Download")).to_be_visible()
    expect(part).to_be_focused()
    page.keyboard.press("Tab")
    expect(part.get_by_role("button", name="Download")).to_be_focused()


def test_the_focus_stays_on_a_part_that_renews_itself_once_it_is_there(job):
    job.evaluate("document.querySelector('#progress').setAttribute('tabindex', '-1')")
    job.locator("#progress").focus()
    renewed(job)
    expect(job.locator("#progress")).to_be_focused()


def done() -> None:
    jobs.work(job_id=Job.objects.get().pk, now=database_now())


def press(page: Page, button: Literal["left", "right"] = "left") -> None:
    """On a tab that comes anew with the progress, while something else has the focus, which the press takes from it."""
    page.locator("header a").first.focus()
    box = page.get_by_role("link", name="Not done").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down(button=button)


def asked_twice(page: Page) -> None:
    for _ in range(2):
        with page.expect_response("**/progress/**"):
            pass


def test_a_press_ends_where_it_began_though_the_part_would_be_renewed_meanwhile(job):
    press(job)
    asked_twice(job)
    job.mouse.up()
    expect(job).to_have_url(re.compile("show=refused"))
    renewed(job)


def test_a_press_ends_where_it_began_though_all_is_over_and_the_page_would_be_fetched_anew_meanwhile(job):
    press(job)
    done()
    asked_twice(job)
    expect(job.get_by_role("progressbar")).to_be_visible()
    job.mouse.up()
    expect(job).to_have_url(re.compile("show=refused"))


def test_what_is_over_is_fetched_anew_once_a_press_elsewhere_has_ended(job):
    job.mouse.move(2, 2)
    job.mouse.down()
    done()
    asked_twice(job)
    job.mouse.up()
    expect(job.get_by_role("progressbar")).to_have_count(0)


def test_a_press_that_opens_a_menu_holds_nothing_back(job):
    press(job, "right")
    renewed(job)


def test_a_press_whose_end_is_never_told_holds_nothing_back_for_long(job):
    job.clock.install()
    press(job)
    asked_twice(job)
    job.clock.fast_forward(10_000)
    renewed(job)


def test_a_file_is_fetched_again_without_the_page_being_loaded_again(visit, settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    quick.payout()
    user = make.user("accountant", is_staff=True)
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=database_now())
    exporting.write(export_id=made.pk, now=database_now())
    page = visit("/exports/", user=user)
    button = page.locator(f"#export-{made.pk}").get_by_role("button")
    with page.expect_download():
        button.click()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    with page.expect_download():
        button.click()


def test_what_was_sent_before_the_page_was_shown_is_not_sent_again(visit):
    quick.payout()
    page = visit("/payouts/review/", role="analyst")
    page.get_by_label("Select all on this page").check()
    page.keyboard.press("r")
    expect(page.locator("#confirm")).to_be_visible()
    sent = []

    def no_answer(route):
        sent.append(route.request.url)
        route.fulfill(status=204)  # the page stays, as while the answer is awaited

    page.route("**/act/**", no_answer)
    page.keyboard.press("Enter")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")
    expect(page.locator("#confirm[data-sent]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert len(sent) == 1
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.locator("#confirm[data-sent]")).to_have_count(0)


def test_a_form_is_sent_though_nobody_says_whether_its_person_is_still_logged_in(visit):
    seller = make.seller()
    page = visit(f"/sellers/{seller.reference}/account/", role="analyst")
    page.get_by_label("Holder, as the bank has it").fill("Reboot Lyon SAS")
    page.get_by_label("IBAN").fill(walks.IBAN)
    asked = []
    page.route("**/session/**", lambda route: asked.append(route))
    page.get_by_role("button", name="Ask for this account").click()
    walks.said(page, "Another person must verify it.")
    assert asked


def test_nothing_is_done_with_all_that_match_before_it_is_known_how_many_they_are(visit, monkeypatch):
    monkeypatch.setitem(keyset.page.__kwdefaults__, "size", 2)
    for _ in range(3):
        quick.payout()
    page = visit("/payouts/review/", role="analyst")
    page.get_by_role("button", name="Select all 3 that match").click()
    waiting = []
    page.route("**/payouts/totals/**", lambda route: waiting.append(route))
    with page.expect_request("**/payouts/totals/**"):
        page.get_by_role("link", name="Next page").click()
    expect(page.locator("tr [data-tick]")).to_be_checked()
    expect(page.locator(".selection")).to_be_hidden()
    waiting[0].continue_()
    expect(page.locator(".selection [data-count]")).to_have_text("3 selected")


def test_a_key_that_is_held_down_ticks_a_row_once(visit):
    quick.payout()
    page = visit("/payouts/review/", role="analyst")
    page.keyboard.press("j")
    for _ in range(2):  # without an up between them the second is a repetition
        page.keyboard.down("x")
    expect(page.locator("tr [data-tick]")).to_be_checked()
