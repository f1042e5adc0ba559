"""The bank statement closes the loop, in the browser: a line without a match is explained by two people."""

import pytest
from playwright.sync_api import expect

from backoffice.audit.clock import database_now
from payouts.models import StatementLine
from payouts.operations import collecting, submission
from sellers.ledger.models import Book, Entry
from tests import make_payouts
from tests.browser import walks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def a_day_with_a_fee_and_a_debit_without_its_reference(bank) -> None:
    walks.seller("lyon", "Lyon Électronique", holder="Lyon Electronique SIMFEE")
    (made,) = walks.payouts(lyon="1250.00")
    submission.submit(batch_id=walks.batch([made]), now=database_now())
    bank.sync()
    account = make_payouts.funding().identifier
    bank.bank.move(
        channel="file", account=account, currency="EUR", amount_minor=40_000, text="VIR STRIPE 8841"
    )
    bank.advance(2 * 86_400)
    collecting.collect(rail="sepa", now=database_now())


def test_one_person_proposes_what_a_line_is_and_another_confirms_it(visit, bank):
    a_day_with_a_fee_and_a_debit_without_its_reference(bank)

    first = visit("/", role="treasurer")
    walks.place(first, "Reconciliation")
    first.get_by_role("link", name="Lines without a match").first.click()
    fee = first.get_by_role("row").filter(has_text="Account fee")
    expect(fee).to_contain_text("Bank charges")
    expect(fee).to_contain_text("its words speak of a fee")
    fee.get_by_role("link").first.click()
    first.get_by_role("link", name="Propose Bank charges").click()
    expect(first.get_by_label("Bank charges")).to_be_checked()
    first.get_by_label("How you know").fill("Our contract, page 3.")
    walks.press(first, "Propose what €7.50 is")
    walks.said(first, "Your proposal stands")
    expect(first.get_by_role("button", name="Confirm the proposal")).to_be_disabled()
    expect(first.get_by_text("it is your own proposal").first).to_be_visible()

    second = visit("/reconciliation/breaks/?show=proposed", role="treasurer", width=390)
    second.get_by_role("row").filter(has_text="Account fee").get_by_role("link").first.click()
    expect(second.get_by_text("Our contract, page 3.").first).to_be_visible()
    second.keyboard.press("a")
    walks.confirm(second, "Confirm: bank charges")
    walks.said(second, "confirmed and booked")

    line = StatementLine.objects.get(amount_minor=-750)
    assert (line.kind, line.resolution.verdict) == ("charges", "charges")
    charges = Entry.objects.filter(book=Book.BANK_CHARGES).values_list("amount_minor", flat=True)
    assert list(charges) == [750]

    auditor = visit("/reconciliation/breaks/", role="auditor")
    expect(auditor.get_by_role("row").filter(has_text="VIR STRIPE")).to_be_visible()
    expect(auditor.get_by_text("Account fee")).to_have_count(0)
