"""An analyst and the queue: 200 payouts before a cut-off, by keyboard and by touch; nothing typed is lost."""

import pytest
from django.contrib.sessions.models import Session
from django.db.models import Count
from playwright.sync_api import Page, expect

from backoffice.audit.clock import database_now
from payouts.models import Hold, Payout, PayoutNote, Review
from payouts.operations import creation, holds
from sellers.ledger.models import EarningKind
from sellers.ledger.operations import earnings
from tests import make, make_accounts
from tests.browser import complaints, walks
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = 200


@pytest.fixture
def queue() -> None:
    """As many payouts to review as an analyst has in a bad hour."""
    for number in range(QUEUE):
        account = make.ledger_account(make.seller(name=f"Shop {number:03}"))
        earnings.credit(
            account_id=account.pk,
            kind=EarningKind.SALE,
            amount_minor=10_000 + number,
            source="queue",
            external_id=f"q{number}",
            occurred_date=make.TODAY,
            due_date=make.TODAY,
            now=make.NOW,
        )
        make_accounts.payable(account.seller)
    creation.run(until=None, country="FR", key="queue", actor=make.person("analyst"), now=make.NOW)
    assert Payout.objects.filter(status="PENDING_REVIEW").count() == QUEUE


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def by_status() -> dict[str, int]:
    return dict(Payout.objects.values_list("status").annotate(Count("pk")).order_by())


def test_an_analyst_clears_a_queue_of_200_by_keyboard_alone(visit, queue):
    page = visit("/", role="analyst")
    press(page, "j Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")
    expect(page.locator("#totals")).to_contain_text("200 payouts")

    press(page, "j Enter")  # the first, looked at closely
    expect(page.locator("[data-walk]")).to_contain_text("1 of 200 in the list")
    first = page.url
    press(page, "r")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mark 1 payout of €100.00 reviewed")
    press(page, "Enter")
    walks.said(page, "1 payout reviewed.")
    assert page.url == first

    press(page, "n")  # the second is odd: it is held, with a word for colleagues
    expect(page.locator("[data-walk]")).to_contain_text("2 of 200 in the list")
    press(page, "h")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hold 1 payout")
    page.get_by_label("Reason").focus()
    page.keyboard.press("ArrowDown")  # none is chosen beforehand
    page.get_by_label("Note for colleagues").focus()
    page.keyboard.type("Ask for the invoice.")
    press(page, "Escape Enter")
    walks.said(page, "1 payout put on hold.")

    press(page, "p")
    expect(page.locator("[data-walk]")).to_contain_text("1 of 200 in the list")
    press(page, "Escape")  # back where they came from
    expect(page.locator("#totals")).to_contain_text("199 payouts")
    press(page, "?")
    expect(page.get_by_role("dialog")).to_contain_text("Select all that match")
    press(page, "Escape X")
    expect(page.locator(".selection")).to_contain_text("199 selected")
    press(page, "r")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mark 199 payouts reviewed")
    assert complaints.all_of(page) == []
    press(page, "Enter")
    walks.said(page, "199 payouts reviewed.")
    expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    assert by_status() == {"REVIEWED": QUEUE}
    assert Review.objects.count() == QUEUE and Hold.objects.get().note == "Ask for the invoice."


def test_the_same_queue_by_touch_on_a_small_screen(visit, queue):
    page = visit("/", role="analyst", width=390, touch=True)
    page.get_by_role("button", name="Menu").tap()
    page.locator("#work").get_by_role("link", name="Review").tap()
    row = page.locator("tr[data-row]").first
    row.locator(".f-tick").tap()
    expect(page.locator(".selection")).to_contain_text("1 selected")
    page.locator(".selection").get_by_role("button", name="Hold 1 payout").tap()
    page.get_by_label("Reason").select_option("documents")
    page.get_by_label("Note for colleagues").fill("Ask for the invoice.")
    assert complaints.overflow(page) == []
    page.get_by_role("button", name="Hold 1 payout").tap()
    walks.said(page, "1 payout put on hold.")
    page.get_by_role("button", name="Select all 200 that match").tap()
    expect(page.locator(".selection")).to_contain_text("200 selected")
    assert complaints.all_of(page) == []
    page.get_by_role("button", name="Mark 200 payouts reviewed").tap()
    page.get_by_role("button", name="Mark 200 payouts reviewed").tap()
    walks.said(page, "200 payouts reviewed.")
    assert by_status() == {"REVIEWED": QUEUE}


def log_in_again(page: Page, user) -> None:
    page.get_by_label("User name").fill(user.username)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Log in").click()


def test_a_note_outlives_the_session_it_was_typed_in_and_is_written_once(visit):
    made, other = quick.payout(), quick.payout()
    user = make.user("analyst", is_staff=True)
    page = visit(f"/payouts/{made.reference}/", user=user)
    note = page.get_by_label("Note for colleagues")
    note.fill("The shop called: new address from Monday.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Write the note").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert not PayoutNote.objects.exists()
    log_in_again(page, user)
    expect(page).to_have_url(f"{page.url.split('/payouts')[0]}/payouts/{made.reference}/")
    expect(note).to_have_value("The shop called: new address from Monday.")
    expect(page.get_by_text("is back. It was not sent.")).to_be_visible()
    assert complaints.all_of(page) == []
    page.get_by_role("button", name="Write the note").dblclick()
    walks.said(page, "Note written.")
    expect(note).to_have_value("")
    page.goto(f"/payouts/{other.reference}/")
    expect(note).to_have_value("")
    assert PayoutNote.objects.get().text == "The shop called: new address from Monday."


def test_a_hold_of_chosen_rows_is_asked_for_again_after_the_log_in_with_its_note(visit):
    made = [quick.payout(), quick.payout()]
    user = make.user("analyst", is_staff=True)
    page = visit("/payouts/review/", user=user)
    press(page, "j x j x h")
    page.get_by_label("Note for colleagues").fill("Both shops share a shelf.")
    page.get_by_label("Reason").select_option("fraud_suspected")
    Session.objects.all().delete()
    page.get_by_role("button", name="Hold 2 payouts").click()
    log_in_again(page, user)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hold 2 payouts")
    expect(page.get_by_label("Note for colleagues")).to_have_value("Both shops share a shelf.")
    expect(page.get_by_label("Reason")).to_have_value("fraud_suspected")
    assert not Hold.objects.exists()
    page.get_by_role("button", name="Hold 2 payouts").click()
    walks.said(page, "2 payouts put on hold.")
    assert set(Hold.objects.values_list("payout", "note")) == {
        (p.pk, "Both shops share a shelf.") for p in made
    }


def test_what_one_person_typed_is_not_shown_to_the_next_at_the_same_screen(visit):
    made = quick.payout()
    first, second = make.user("analyst", is_staff=True), make.user("support", is_staff=True)
    page = visit(f"/payouts/{made.reference}/", user=first)
    page.get_by_label("Note for colleagues").fill("For my eyes.")
    page.locator(".mine > summary").click()
    page.get_by_role("button", name="Log out").click()
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('typed:'))") == []
    page.goto(f"/payouts/{made.reference}/")
    log_in_again(page, second)
    expect(page.get_by_label("Note for colleagues")).to_have_value("")


def test_what_was_typed_about_one_thing_is_not_offered_for_another(visit):
    payouts = [quick.payout(), quick.payout()]
    actor, now = make.person("compliance"), database_now()
    holds.hold(payout_ids=[p.pk for p in payouts], reason="fraud_suspected", note="x", actor=actor, now=now)
    one, other = (f"/holds/release/?ids={hold.pk}&back=/holds/" for hold in Hold.objects.order_by("pk"))
    page = visit(one, role="approver")
    finding = page.locator("#confirm textarea")
    finding.fill("The invoice came.")
    page.goto(page.url.replace(one, other))
    expect(finding).to_have_value("")
    page.goto(page.url.replace(other, one))
    expect(finding).to_have_value("The invoice came.")

    page = visit("/exports/new/?kind=batches", role="accountant")
    name = page.get_by_label("Keep these columns as a template named")
    name.fill("Short")
    page.goto(page.url.replace("batches", "balances"))
    expect(name).to_have_value("")


def test_the_back_button_after_a_deed_does_it_no_second_time(visit):
    made = quick.payout()
    page = visit(f"/payouts/{made.reference}/", role="analyst")
    press(page, "r")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mark 1 payout")
    press(page, "Enter")
    walks.said(page, "1 payout reviewed.")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("It changed in the meantime")
    assert made.reviews.count() == 1


def test_a_view_is_saved_shared_and_opened_by_another_and_a_pasted_list_names_what_is_unknown(visit):
    french = quick.payout()
    quick.payout(country="US", currency="USD")
    page = visit("/payouts/review/?country=FR", user=make.user("analyst", is_staff=True, first_name="Ada"))
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("France")
    page.get_by_label("Share it").check()
    walks.press(page, "Save the view")
    walks.said(page, "“France” saved and shared with everybody who sees this list.")

    other = visit("/payouts/review/", role="support", width=390)
    other.get_by_role("link", name="France (Ada)").click()
    expect(other.locator("tr[data-row]")).to_have_count(1)
    assert complaints.all_of(other) == []
    other.get_by_role("link", name="Everything").click()
    references = [str(french.reference), *(f"X-{number}" for number in range(8))]
    other.get_by_label("Search this list").fill(" ".join(references))
    other.get_by_role("button", name="Search", exact=True).click()
    expect(other.get_by_text("1 of 9 references are known.")).to_be_visible()
    expect(other.get_by_text("X-0, X-1")).to_be_visible()
    expect(other.locator("tr[data-row]")).to_have_count(1)
    assert complaints.all_of(other) == []


def test_a_pasted_list_is_still_in_the_box_after_the_log_in(visit):
    made = quick.payout()
    user = make.user("analyst", is_staff=True)
    page = visit("/payouts/review/", user=user)
    box = page.locator("#box")
    box.fill(f"{made.reference} P999 ORD-1")
    Session.objects.all().delete()
    page.get_by_role("button", name="Search").first.click()
    log_in_again(page, user)
    expect(box).to_have_value(f"{made.reference} P999 ORD-1")
    page.get_by_role("button", name="Search").first.click()
    expect(page.get_by_text("Not known here:")).to_be_visible()
    expect(page.get_by_text("It was not sent")).to_have_count(0)
