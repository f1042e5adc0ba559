"""An analyst looks at a run before it runs, runs it, leaves it and finds it again; support finds one payout of many."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from backoffice.audit.clock import database_now
from payouts.admin import run_new
from payouts.models import PayoutRun
from payouts.operations import creation, running
from sellers.models import Seller
from tests import make
from tests.browser import complaints, walks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def last_run(db) -> None:
    """A run that paid two shops; since then one of them has earned more, and one cannot be paid."""
    walks.seller("lyon", "Reboot Lyon")
    walks.seller("brest", "Phare Reconditionné")
    now = database_now()
    day, before = now.date(), now.date() - timedelta(days=5)
    for key, minor in (("lyon", 100_00), ("brest", 80_40)):
        account = make.ledger_account(Seller.objects.get(external_id=key))
        make.earning(account, amount_minor=minor, due_date=before)
    creation.run(until=before, country="FR", key="last", actor=make.person("analyst"), now=now)
    for key, minor in (("lyon", 250_00), ("nobank", 9_00)):
        seller = Seller.objects.filter(external_id=key).first() or make.seller(
            external_id=key, name="Sans Banque"
        )
        make.earning(
            make.ledger_account(seller), amount_minor=minor, due_date=day, order_ref=f"order-{key}-2"
        )


def previewed(page) -> None:
    walks.place(page, "Runs")
    walks.press(page, "Run payouts")
    page.get_by_label("Country").select_option("FR")
    walks.press(page, "Show what would happen")


def test_an_analyst_sees_what_is_different_and_runs(visit, last_run):
    page = visit("/", role="analyst")
    previewed(page)
    changes = page.get_by_role("table", name="The ten largest changes against the last run")
    expect(changes.get_by_role("row").filter(has_text="Phare Reconditionné")).to_contain_text(
        "nothing is due now"
    )
    expect(page.get_by_role("table", name="Refused, by reason")).to_contain_text("No usable bank account")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download every balance as CSV").click()
    assert "Reboot Lyon" in download.value.path().read_text(encoding="utf-8")
    assert not complaints.all_of(page)
    walks.confirm(page, "Make 1 payout")
    walks.said(page, "1 payout made, 1 balance left alone.")


def test_a_large_run_is_left_and_found_again_on_a_telephone(visit, last_run, monkeypatch):
    monkeypatch.setattr(run_new, "AT_ONCE", 0)
    page = visit("/runs/new/?country=FR", role="analyst", width=390)
    walks.confirm(page, "Make 1 payout")
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert not complaints.all_of(page)
    page.goto("/sellers/")
    page.goto("/runs/")
    page.get_by_role("row").filter(has_text="being made").get_by_role("link").first.click()
    running.work(run_id=PayoutRun.objects.latest("pk").pk, now=database_now())
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("1 payout")


def test_support_finds_a_payout_by_its_order_and_reads_when_the_next_one_comes(visit, last_run):
    lyon = Seller.objects.get(external_id="lyon")
    page = visit(f"/sellers/{lyon.reference}/", role="support")
    expected = page.get_by_role("table", name="Next payouts of this seller")
    expect(expected.get_by_role("row").filter(has_text="run of")).to_contain_text("250.00")
    page.locator("summary").filter(has_text="Search").click()
    page.get_by_label("Payout, order, batch or bank reference").fill("order-lyon-2")
    page.locator("details[open]").get_by_role("button", name="Filter").click()
    expect(page.locator("#payouts")).to_contain_text("No payout of this seller matches")
    assert page.locator("main form[method=post]:not(#verbs)").count() == 0
