"""A session that ended: a form that no tab may keep, or no address carries, stands as it was and is sent later."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from payouts.models import AccountVersion, Hold
from sellers.ledger.models import ImportFile
from tests import make
from tests.browser import complaints, walks
from tests.browser.test_stories_review import log_in_again
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)
ENDED = "Your session has ended. Nothing was sent"


def in_another_tab(page: Page, user) -> None:
    """Logs in where the message leads, while the page stands as it is."""
    expect(page.get_by_role("alert").filter(has_text=ENDED)).to_be_visible()
    assert complaints.all_of(page) == []
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in a new tab").click()
    tab = opened.value
    log_in_again(tab, user)
    expect(tab.get_by_role("heading", name="Log in")).to_have_count(0)
    tab.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_bank_account_is_sent_after_the_log_in_and_no_tab_ever_kept_it(visit, width):
    seller, user = make.seller(), make.user("analyst", is_staff=True)
    page = visit(f"/sellers/{seller.reference}/account/", user=user, width=width)
    page.get_by_label("Holder, as the bank has it").fill("Reboot Lyon SAS")
    page.get_by_label("IBAN").fill(walks.IBAN)
    Session.objects.all().delete()
    page.get_by_role("button", name="Ask for this account").click()
    in_another_tab(page, user)
    expect(page.get_by_label("IBAN")).to_have_value(walks.IBAN)
    kept = page.evaluate("JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)])")
    assert walks.IBAN not in kept and "IBAN" not in kept
    page.get_by_role("button", name="Ask for this account").dblclick()
    walks.said(page, "Another person must verify it.")
    assert AccountVersion.objects.get(slot__seller=seller).holder_name == "Reboot Lyon SAS"


def test_a_chosen_file_is_sent_after_the_log_in(visit):
    user = make.user("analyst", is_staff=True)
    page = visit("/imports/earnings/new/", user=user)
    make.seller(external_id="shop-1")
    page.locator("input[type=file]").set_input_files(
        {"name": "november.csv", "mimeType": "text/csv", "buffer": walks.earnings(**{"shop-1": "12.00"})}
    )
    Session.objects.all().delete()
    page.locator("main form button[type=submit]").click()
    in_another_tab(page, user)
    assert not ImportFile.objects.exists()
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("main")).to_contain_text("november.csv")
    assert ImportFile.objects.get().name == "november.csv"


def test_more_rows_than_an_address_carries_stay_chosen_over_a_log_in(visit):
    made = [quick.payout() for _ in range(60)]
    user = make.user("analyst", is_staff=True)
    page = visit("/payouts/review/", user=user)
    page.get_by_role("button", name="Select all 60 that match").click()
    page.get_by_role("button", name="Hold 60 payouts").click()
    page.get_by_label("Reason").select_option("documents")
    page.get_by_label("Note for colleagues").fill("All of them share a shelf.")
    Session.objects.all().delete()
    late = quick.payout()
    page.get_by_role("button", name="Hold 60 payouts").click()
    in_another_tab(page, user)
    assert not Hold.objects.exists()
    page.get_by_role("button", name="Hold 60 payouts").dblclick()
    walks.said(page, "60 payouts put on hold.")
    assert set(Hold.objects.values_list("payout", "note")) == {
        (p.pk, "All of them share a shelf.") for p in made
    }
    assert not late.holds.exists()


def test_what_one_person_typed_is_not_sent_in_the_name_of_another(visit):
    seller, other = make.seller(), make.user("compliance", is_staff=True)
    page = visit(f"/sellers/{seller.reference}/account/", role="analyst")
    page.get_by_label("IBAN").fill(walks.IBAN)
    Session.objects.all().delete()
    page.get_by_role("button", name="Ask for this account").click()
    in_another_tab(page, other)
    page.get_by_role("button", name="Ask for this account").click()
    expect(page.get_by_role("alert")).to_contain_text("somebody else is logged in here now")
    assert not AccountVersion.objects.exists()
