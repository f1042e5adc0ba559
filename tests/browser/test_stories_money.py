"""From a file of earnings to the sellers' banks, in the browser, by everybody whose work it is."""

import pytest
from playwright.sync_api import expect

from backoffice.audit.clock import database_now
from payouts.models import Batch, Export, Payout
from payouts.operations import collecting, exporting, submission
from tests import make_payouts
from tests.browser import walks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


@pytest.fixture
def shops():
    make_payouts.funding()
    names = {"lyon": "Reboot Lyon", "brest": "Phare Reconditionné", "lille": "Beffroi Mobile"}
    return {key: walks.seller(key, name) for key, name in names.items()}


def test_earnings_are_imported_run_reviewed_approved_sent_and_paid_by_mouse(visit, bank, shops):
    analyst = visit("/", role="analyst")
    walks.place(analyst, "Imports")
    walks.press(analyst, "Import earnings")
    data = walks.earnings(lyon="1250.00", brest="80.40", lille="399.99")
    analyst.get_by_label("CSV file").set_input_files(
        {"name": "november.csv", "mimeType": "text/csv", "buffer": data}
    )
    walks.press(analyst, "Check the file")
    expect(analyst.get_by_role("table", name="Sums by kind and currency")).to_contain_text("1,730.39")
    walks.press(analyst, "Import 3 earnings")
    walks.said(analyst, "3 earnings imported.")

    walks.place(analyst, "Runs")
    walks.press(analyst, "Run payouts")
    walks.press(analyst, "Show what would happen")
    walks.confirm(analyst, "Make 3 payouts")
    walks.said(analyst, "3 payouts made")

    walks.place(analyst, "Review")
    expect(analyst.locator("#totals")).to_contain_text("1,730.39")
    for shop in ("Reboot Lyon", "Phare Reconditionné"):
        analyst.get_by_role("row").filter(has_text=shop).locator("[data-tick]").check()
    expect(analyst.locator(".selection")).to_contain_text("1,330.40")
    walks.press(analyst, "Mark 2 payouts reviewed")
    walks.confirm(analyst, "Mark 2 payouts reviewed")
    walks.said(analyst, "2 payouts reviewed")

    walks.place(analyst, "Payouts")
    analyst.get_by_role("row").filter(has_text="Phare Reconditionné").get_by_role("link").first.click()
    walks.press(analyst, "Hold")
    analyst.get_by_label("Reason", exact=True).select_option("documents")
    analyst.get_by_label("Note for colleagues").fill("Ask for the company extract.")
    walks.confirm(analyst, "Hold 1 payout of €80.40")
    walks.said(analyst, "1 payout put on hold")
    expect(analyst.get_by_text("Documents missing").first).to_be_visible()

    approver = visit("/payouts/approvals/", role="approver")
    approver.locator("[data-tick-all]").check()
    walks.press(approver, "Approve 2 payouts")
    refused = approver.get_by_role("table", name="Refused, by reason")
    expect(refused).to_contain_text("it is on hold: Documents missing")
    walks.confirm(approver, "Approve 1 payout of €1,250.00")
    walks.said(approver, "1 payout approved")

    proposer = visit("/", role="treasurer")
    walks.place(proposer, "Batches")
    walks.press(proposer, "Put 1 approved payout into batches")
    walks.confirm(proposer, "into batches")
    proposer.locator("tr[data-row] a").first.click()
    expect(proposer.get_by_text("Off for you: you proposed it.")).to_be_visible()
    expect(proposer.get_by_role("button", name="Approve €1,250.00")).to_be_disabled()

    treasurer = visit("/batches/", role="treasurer")
    treasurer.locator("tr[data-row] a").first.click()
    walks.press(treasurer, "Approve €1,250.00")
    expect(treasurer.get_by_text("the cut-off is")).to_be_visible()
    walks.confirm(treasurer, "Approve €1,250.00 to 1 seller")
    walks.said(treasurer, "approved. It is being handed to the bank.")
    progress = treasurer.locator("#progress")
    expect(progress).to_contain_text("0 of 1")
    walks.mark(treasurer)
    batch = Batch.objects.get()
    submission.submit(batch_id=batch.pk, now=database_now())
    expect(progress).to_contain_text("1 of 1")
    bank.sync()
    bank.advance(5 * 24 * 3600)
    collecting.collect(rail="sepa", now=database_now())
    expect(progress).to_contain_text("1 paid")
    expect(treasurer.locator("#standing")).to_contain_text("Settled")
    expect(treasurer.locator("#doings")).not_to_contain_text("Dissolve")
    assert walks.same_page(treasurer)
    assert bank.bank.judgement()["sums"] == {"EUR": 125_000}
    paid, held, waiting = [
        Payout.objects.get(seller__external_id=shop) for shop in ("lyon", "brest", "lille")
    ]
    assert (paid.status, held.status, waiting.status) == ("PAID", "REVIEWED", "PENDING_REVIEW")

    accountant = visit("/payouts/?status=PAID", role="accountant")
    walks.press(accountant, "Export these rows")
    accountant.get_by_label("CSV, for other programs").check()
    walks.press(accountant, "Export 1 payout")
    walks.said(accountant, "is being written")
    walks.mark(accountant)
    exporting.write(export_id=Export.objects.get().pk, now=database_now())
    with accountant.expect_download() as fetched:
        accountant.get_by_role("button", name="Download").first.click()
    assert walks.same_page(accountant)
    text = fetched.value.path().read_text(encoding="utf-8-sig")
    assert paid.reference in text and "1250.00" in text
    assert held.reference not in text and waiting.reference not in text


def test_a_failed_payout_is_reissued(visit, bank):
    walks.seller("fails", "Fermé SARL", holder="Fermé SIMFAIL")
    (made,) = walks.payouts(fails="64.00")
    submission.submit(batch_id=walks.batch([made]), now=database_now())
    bank.sync()
    bank.advance(60)
    collecting.collect(rail="sepa", now=database_now())
    assert walks.status(made) == "FAILED"

    analyst = visit("/", role="analyst")
    walks.place(analyst, "Failed & returned")
    row = analyst.get_by_role("row").filter(has_text="Fermé SARL")
    expect(row).to_contain_text("closed")
    row.get_by_role("link", name=str(made.reference), exact=True).click()
    analyst.get_by_role("link", name="Pay it again").click()
    analyst.get_by_role("button", name="Pay 1 payout of €64.00 again").click()
    walks.said(analyst, "1 payout paid again as new payouts")
    again = Payout.objects.get(reissue_of=made)
    analyst.goto(f"{'/'.join(analyst.url.split('/')[:3])}/payouts/{again.reference}/")
    expect(analyst.get_by_text(f"reissue of {made.reference}").first).to_be_visible()
    assert (again.status, again.amount_minor) == ("PENDING_REVIEW", 64_00)
    walks.place(analyst, "Failed & returned")
    expect(analyst.get_by_text("Nothing failed or came back")).to_be_visible()


def test_a_changed_bank_account_holds_what_is_not_sent_and_sends_it_back_to_review(visit, shops, settings):
    settings.ACCOUNT_WAIT_HOURS = 0  # the database's own clock guards the wait, so no test can turn it on
    (made,) = walks.payouts(lyon="250.00")
    walks.approve([made])
    analyst = visit(f"/sellers/{shops['lyon'].reference}/", role="analyst")
    walks.press(analyst, "Add or change an account")
    expect(
        analyst.get_by_text("1 payout of €250.00 not yet sent to Reboot Lyon will be on hold")
    ).to_be_visible()
    analyst.get_by_label("IBAN").fill("FR76 3000 6000 0112 3456 7890 188")
    walks.press(analyst, "Ask for this account")
    expect(analyst.locator("form .error").first).to_be_visible()
    analyst.get_by_label("IBAN").fill("FR76 3000 6000 0112 3456 7890 189")
    walks.press(analyst, "Ask for this account")
    walks.said(analyst, "Another person must verify it.")
    assert walks.IBAN not in analyst.content()
    analyst.goto(f"/payouts/{made.reference}/")
    expect(analyst.get_by_text("Bank account change to confirm").first).to_be_visible()
    assert walks.status(made) == "APPROVED"

    compliance = visit("/", role="compliance")
    walks.place(compliance, "Accounts to verify")
    compliance.locator("tr[data-row] a").first.click()
    walks.press(compliance, "Reject it")  # which needs no tick, but a reason
    expect(compliance.locator("form .error").first).to_contain_text("say why")
    compliance.get_by_label("How it was checked").fill("Called the number we know.")
    walks.press(compliance, "Verify this account")
    expect(compliance.get_by_label("I compared the holder and the number")).to_be_focused()
    compliance.keyboard.press("Space")
    walks.press(compliance, "Verify this account")
    walks.said(compliance, "of Reboot Lyon verified.")
    compliance.goto(f"/payouts/{made.reference}/")
    expect(compliance.get_by_text("To review").first).to_be_visible()
    assert walks.status(made) == "PENDING_REVIEW"
    assert not made.holds.filter(released_at__isnull=True).exists()


def test_who_looks_at_a_stale_page_is_told_what_changed(visit, shops):
    (made,) = walks.payouts(lyon="250.00")
    first, second = (visit(f"/payouts/{made.reference}/", role="analyst") for _ in range(2))
    walks.press(first, "Mark reviewed")
    second.get_by_role("link", name="Mark reviewed").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("Mark 1 payout of €250.00 reviewed")
    walks.confirm(first, "Mark 1 payout of €250.00 reviewed")
    walks.said(first, "1 payout reviewed")
    walks.confirm(second, "Mark 1 payout of €250.00 reviewed")
    walks.said(second, "it changed since you looked: it was to review and is awaiting approval now")
    assert made.reviews.count() == 1


def test_a_page_that_was_stale_before_the_button_is_told_as_well(visit, shops):
    (made,) = walks.payouts(lyon="250.00")
    first, second = (visit(f"/payouts/{made.reference}/", role="analyst") for _ in range(2))
    walks.press(first, "Mark reviewed")
    walks.confirm(first, "Mark 1 payout")
    walks.said(first, "1 payout reviewed")
    second.get_by_role("link", name="Mark reviewed").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("It changed in the meantime")
    expect(second.get_by_role("main")).to_contain_text("is awaiting approval now")
    assert made.reviews.count() == 1
