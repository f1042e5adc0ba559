"""The desk of unknown submissions and a recall, worked in the browser by the people whose work they are."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from backoffice.audit.clock import database_now
from payouts.models import Recall, Resolution, Submission
from payouts.operations import sweeping
from tests import make_payouts
from tests.browser import walks
from tests.payouts import line_to_the_bank as lines

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = {"name": "answer.eml", "mimeType": "message/rfc822", "buffer": make_payouts.PAPER.body}


@pytest.fixture
def line(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as bank, lines.line(bank.url, settings) as running:
        yield running


@pytest.fixture
def lost(line) -> Submission:
    """Handed over minutes ago; the answer was lost on its way back, and the bank cannot be asked."""
    line.posts, line.gets = [lines.DROP_AFTER], [lines.DROP_BEFORE] * 100
    now = database_now() - timedelta(minutes=40)
    make_payouts.submitted([12_00], country="US", now=now)
    submission = Submission.objects.get()
    sweeping.sweep(now=database_now())
    return submission


def test_two_people_find_out_what_became_of_it_with_a_paper(visit, lost):
    treasurer = visit("/", role="treasurer")
    treasurer.get_by_role("link", name=f"See {lost.key} on the desk").click()
    expect(treasurer.get_by_role("heading", name="What may be done")).to_be_visible()
    walks.press(treasurer, "Look up now")
    walks.said(treasurer, "is still unknown")
    walks.press(treasurer, "Say what became of it")
    treasurer.get_by_label("The bank has it").check()
    treasurer.get_by_label("Evidence").fill("Ms Roy at the bank, 10:40: they carry it out.")
    treasurer.get_by_label("What shows it").set_input_files(PAPER)
    walks.press(treasurer, "Propose this finding")
    walks.said(treasurer, "Your finding stands")
    expect(treasurer.get_by_text("Off for you: it is your own finding")).to_be_visible()

    approver = visit("/unknown/", role="approver")
    approver.get_by_role("link", name=lost.key).click()
    with approver.expect_download() as fetched:
        approver.get_by_role("link", name="answer.eml").first.click()
    assert fetched.value.suggested_filename == "answer.eml"
    walks.press(approver, "Confirm: the bank has it")
    walks.confirm(approver, "Confirm: the bank has it")
    walks.said(approver, f"{lost.key} is accepted now")
    lost.refresh_from_db()
    assert lost.status == "ACCEPTED"
    assert Resolution.objects.get().attached.body_bytes == len(make_payouts.PAPER.body)


def test_a_hold_that_comes_too_late_becomes_a_recall_and_the_bank_refuses(visit, line):
    batch = make_payouts.submitted([12_00], country="US", now=database_now())
    (payout,) = make_payouts.payouts_of(batch)
    compliance = visit(f"/payouts/{payout.reference}/", role="compliance")
    compliance.keyboard.press("h")
    expect(compliance.get_by_role("heading", level=1)).to_contain_text("Ask the bank to recall $12.00")
    compliance.get_by_label("How you asked the bank").select_option("phone")
    compliance.get_by_label("What the bank is told").fill("Paid to a closed shop; spoke with Mr Ito.")
    walks.press(compliance, "Ask the bank to recall $12.00")
    walks.said(compliance, "is on record")
    expect(compliance.locator("#recalls")).to_contain_text("Mr Ito")

    treasurer = visit("/", role="treasurer")
    walks.place(treasurer, "Recalls")
    walks.press(treasurer, "Record the answer")
    treasurer.get_by_label("The bank refuses").check()
    at = database_now().astimezone(ZoneInfo("Europe/Paris")).strftime("%Y-%m-%dT%H:%M")
    treasurer.get_by_label("When it answered").fill(at)
    treasurer.get_by_label("Who at the bank said what").fill("Mr Ito: it is credited.")
    walks.press(treasurer, "Record the answer")
    walks.said(treasurer, "answer is on record")
    assert Recall.objects.get().state == "refused"
    payout.refresh_from_db()
    assert payout.status == "SUBMITTED"
