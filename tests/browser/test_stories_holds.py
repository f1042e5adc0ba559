"""Holds and batches in the browser: two people release what one suspected; the one changed account is caught."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from backoffice.audit.clock import database_now
from payouts.models import Batch, Hold, Payout
from payouts.operations import (
    approval,
    batching,
    collecting,
    givebacks,
    review,
    settlement,
    submission,
)
from payouts.rails.base import Report, ReportKind
from payouts.states import PayoutStatus
from sellers.models import Seller
from tests import make, make_accounts, make_payouts
from tests.browser import walks
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)
OVER = ("CANCELLED", "PAID", "FAILED", "RETURNED")
WIDTHS = pytest.mark.parametrize("width", [1280, 390])


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def approve(*payouts: Payout) -> list[int]:
    ids, now = [each.pk for each in payouts], database_now()
    assert not review.review(payout_ids=ids, actor=make.person("analyst"), now=now).refused
    assert not approval.approve(payout_ids=ids, actor=make.person("approver"), now=now).refused
    return ids


def propose(*payouts: Payout) -> Batch:
    make_payouts.funding()
    (one,), outcome = batching.propose(
        payout_ids=approve(*payouts), actor=make.person("treasurer"), now=database_now()
    )
    assert not outcome.refused
    return one


def in_every_state(seller: Seller) -> dict[str, Payout]:
    """A payout of this seller in each of the nine states."""
    days = [make.NOW - timedelta(days=back) for back in range(8, -1, -1)]
    pending = quick.payout(seller=seller, amount_minor=100_00, now=days[0])
    make_payouts.account(seller, currency="EUR", scheme="iban")
    sent, batched, approved, reviewed, cancelled, paid, failed, returned = (
        quick.payout(seller=seller, amount_minor=(number + 2) * 100_00, now=day)
        for number, day in enumerate(days[1:])
    )
    first = propose(sent, paid, failed, returned)
    batching.approve(batch_id=first.pk, actor=make.person("treasurer"), now=database_now())
    submission.submit(batch_id=first.pk, now=database_now())
    settled(paid, ReportKind.PAID)
    settled(failed, ReportKind.FAILED)
    settled(returned, ReportKind.PAID, ReportKind.RETURNED)
    givebacks.cancel(
        payout_ids=[cancelled.pk], actor=make.person("approver"), reason="Asked.", now=database_now()
    ).only()
    propose(batched)
    approve(approved)
    review.review(payout_ids=[reviewed.pk], actor=make.person("analyst"), now=database_now()).only()
    found = {"sent": sent, "batched": batched, "approved": approved, "reviewed": reviewed, "pending": pending,
             "cancelled": cancelled, "paid": paid, "failed": failed, "returned": returned}  # fmt: skip
    assert [walks.status(each) for each in found.values()] == [
        "SUBMITTED", "BATCHED", "APPROVED", "REVIEWED", "PENDING_REVIEW", *OVER,
    ]  # fmt: skip
    assert {*PayoutStatus.values} == {each.status for each in found.values()}
    return found


def settled(payout: Payout, *kinds: ReportKind) -> None:
    """The bank says these of the payout, one after the other."""
    for kind in kinds:
        report = Report(
            kind=kind, source_id=f"{kind}{payout.pk}", end_to_end_id=f"{payout.reference}A1", code="AC04"
        )
        settlement.apply(reports=[report], rail="sepa", now=database_now())


def tick(page: Page, name: str) -> None:
    page.get_by_role("row").filter(has_text=name).locator("[data-tick]").check()


@WIDTHS
def test_compliance_holds_a_seller_with_payouts_in_every_state_and_another_person_releases(
    visit, bank, width
):
    seller = make.seller(name="Reboot Lyon")
    found = in_every_state(seller)
    batch = Batch.objects.get(status="PROPOSED")

    compliance = visit(f"/sellers/{seller.reference}/", role="compliance", width=width)
    walks.press(compliance, "Hold the seller")
    expect(compliance.get_by_text("Something speaks for fraud")).to_be_visible()
    compliance.get_by_label("Reason", exact=True).select_option("fraud_suspected")
    compliance.get_by_label("Note for colleagues").fill("Forty orders to one address.")
    walks.press(compliance, "Hold the seller")
    walks.said(compliance, "Reboot Lyon is on hold.")

    assert [walks.status(each) for each in found.values()] == [
        "SUBMITTED", "APPROVED", "APPROVED", "REVIEWED", "PENDING_REVIEW", *OVER,
    ]  # fmt: skip
    batch.refresh_from_db()
    assert batch.item_count == 0
    approver = visit(f"/payouts/{found['reviewed'].reference}/", role="approver", width=width)
    expect(approver.get_by_text("the seller is on hold: Fraud suspected").first).to_be_visible()
    expect(approver.locator("main").get_by_role("button", name="Approve €500.00")).to_be_disabled()
    approver.goto(f"/payouts/{found['sent'].reference}/")
    expect(approver.locator("main").get_by_role("link", name="Ask the bank to recall")).to_be_visible()

    compliance.goto("/holds/?on=seller")
    expect(compliance.locator("#totals")).to_contain_text("1,300.00")
    expect(compliance.locator("#totals")).to_contain_text("0 seller-days")
    tick(compliance, "Reboot Lyon")
    walks.press(compliance, "Release 1 hold")
    compliance.get_by_label("What was found out").fill("A school bought for its pupils.")
    walks.confirm(compliance, "Ask to release 1 hold")
    walks.said(compliance, "1 hold still in force until another person confirms the release.")
    assert Hold.objects.get().is_open

    approver.goto(f"/why/?q={seller.reference}")
    expect(approver.locator("main").get_by_text("which another person has to confirm").first).to_be_visible()
    approver.goto("/holds/?show=asked")
    expect(approver.get_by_text("A school bought for its pupils.")).to_be_visible()
    tick(approver, "Reboot Lyon")
    walks.press(approver, "Release 1 hold")
    expect(approver.get_by_text("found out: A school bought for its pupils.")).to_be_visible()
    approver.get_by_label("What was found out").fill("The school answered the phone.")
    walks.confirm(approver, "Confirm the release of 1 hold")
    walks.said(approver, "1 hold released")
    assert not Hold.objects.get().is_open
    approver.goto(f"/payouts/{found['reviewed'].reference}/")
    expect(approver.locator("main").get_by_role("link", name="Approve €500.00")).to_be_visible()


@WIDTHS
def test_a_treasurer_catches_the_one_changed_account_and_takes_it_out(visit, bank, width):
    paid = make_payouts.submitted([900_00, 500_00, 10_00])
    sellers = [payout.seller for payout in make_payouts.payouts_of(paid)]
    make_accounts.payable(sellers[2])  # the smallest of them: nobody would look at it
    next_day = make.NOW + timedelta(days=1)
    batch = propose(
        *(
            quick.payout(seller=each, amount_minor=m, now=next_day)
            for each, m in zip(sellers, (900_00, 500_00, 10_00), strict=True)
        )
    )

    treasurer = visit(f"/batches/{batch.reference}/", role="treasurer", width=width)
    walks.press(treasurer, "Approve €1,410.00")
    suspicious = treasurer.get_by_role("table", name="Payees whose account is not the one that was paid last")
    expect(suspicious.locator("tbody tr")).to_have_count(1)
    expect(suspicious).to_contain_text(sellers[2].name)
    suspicious.get_by_role("link", name="Take out").click()
    treasurer.get_by_label("Reason").fill("The seller does not know of a new account.")
    walks.confirm(treasurer, "Take 1 payout of €10.00 out of their batch")
    walks.said(treasurer, "1 payout taken out")
    expect(treasurer.get_by_role("heading", level=1)).to_contain_text("Approve €1,400.00")
    walks.confirm(treasurer, "Approve €1,400.00 to 2 payees")
    walks.said(treasurer, f"{batch.reference} approved")

    treasurer.goto(f"/batches/{batch.reference}/")
    expect(treasurer.get_by_text("The seller does not know of a new account.").first).to_be_visible()
    batch.refresh_from_db()
    assert (batch.status, batch.item_count) == ("APPROVED", 2)
    assert walks.status(Payout.objects.get(seller=sellers[2], created_at=next_day)) == "APPROVED"


def test_what_is_shown_moves_while_the_bank_answers(visit, bank):
    batch = make_payouts.submitted([900_00, 500_00])
    first, second = make_payouts.payouts_of(batch)
    page = visit(f"/batches/{batch.reference}/", role="treasurer")
    row = page.get_by_role("row").filter(has_text=str(first.reference))
    expect(row).to_contain_text("Submitted")
    walks.mark(page)
    bank.sync()
    bank.advance(86_400 * 3)
    collecting.collect(rail="sepa", now=database_now())
    assert walks.status(first) == walks.status(second) == "PAID"
    expect(row).to_contain_text("Paid")
    expect(page.locator("#timeline")).to_contain_text("Settled")
    assert walks.same_page(page)


@WIDTHS
def test_an_analyst_pays_again_what_the_bank_sent_back_and_asks_for_new_details(visit, bank, width):
    batch = make_payouts.submitted([900_00, 500_00], holders=["Ada SIMRETURN", "Grace SIMFAIL"])
    bank.sync()
    bank.advance(86_400 * 3)
    collecting.collect(rail="sepa", now=database_now())
    assert set(make_payouts.statuses(batch)) <= {"RETURNED", "FAILED"}
    analyst = visit("/payouts/failed/", role="analyst", width=width)
    expect(analyst.locator("#totals")).to_contain_text("1,400.00")
    expect(analyst.get_by_role("link", name="New bank details").first).to_be_visible()
    for payout in make_payouts.payouts_of(batch):
        tick(analyst, payout.seller.name)
    walks.press(analyst, "Pay 2 payouts again")
    walks.confirm(analyst, "Pay 2 payouts again")
    walks.said(analyst, "2 payouts paid again as new payouts")
    expect(analyst.get_by_text("Nothing failed or came back")).to_be_visible()
