"""Before a deed on a seller the page says in numbers what stops, or goes on."""

import html
import re
from datetime import timedelta

import pytest

from payouts.models import Hold
from payouts.operations import holds
from sellers import operations
from sellers.models import Seller
from tests import make, make_accounts, make_payouts
from tests.payouts import quick
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def test_the_payouts_the_sums_and_the_batches_that_lose_one_are_named():
    batch = make_payouts.proposed_batch([1200])
    seller = make_payouts.payouts_of(batch)[0].seller
    quick.payout(seller=seller, amount_minor=3000, now=make.NOW + timedelta(days=1))
    compliance = client("compliance")
    page = compliance.get(f"/sellers/{seller.reference}/act/hold/").content.decode()
    assert "Hold the seller: 2 payouts stop, €42.00" in page
    assert f"1 of these leaves its batch ({batch.reference}), €12.00 less" in page
    assert "a hold comes too late for it" in page and "suspension" not in page
    page = compliance.get(f"/sellers/{seller.reference}/act/suspend/").content.decode()
    assert "Suspend the seller: 2 payouts stop, €42.00" in page
    assert (
        f"1 of these is in a batch ({batch.reference}), €12.00: it is left out when the batch is sent" in page
    )
    assert "a suspension does not stop it" in page and "a hold comes" not in page
    assert not Hold.objects.exists()
    page = compliance.get(f"/sellers/{make.seller().reference}/act/hold/").content.decode()
    assert "0 payouts" in page and "payouts stop" not in page


NOW = make.NOW


def due(seller, amount_minor: int = 746_10) -> None:
    """Money that a run may pay, and an account to pay it to."""
    make_accounts.payable(seller)
    make.earning(make.ledger_account(seller), amount_minor=amount_minor)


def said(seller, name: str) -> str:
    page = client("compliance").get(f"/sellers/{seller.reference}/act/{name}/")
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.content.decode())).split())


def suspended(seller):
    operations.suspend(seller_id=seller.pk, reason="Documents", actor=make.person("compliance"), now=NOW)
    return seller


def held(seller) -> None:
    holds.hold_seller(
        seller_id=seller.pk, reason="dispute", note="Ask.", actor=make.person("compliance"), now=NOW
    )


def test_the_end_of_a_suspension_says_which_payouts_go_on_and_what_the_next_run_takes():
    payout = quick.payout(amount_minor=30_00)
    quick.payout(seller=payout.seller, amount_minor=12_00, now=NOW + timedelta(days=1))
    page = said(suspended(payout.seller), "lift")
    assert "2 payouts that are not sent yet go on: €42.00." in page
    assert "Lift the suspension: 2 payouts go on, €42.00" in page
    assert "Nothing is due that a run could pay." in page and "stopped by something else" not in page
    seller = make.seller()
    due(seller)
    page = said(suspended(seller), "lift")
    assert "No payout goes on by it." in page
    assert "€746.10 is due, and the run of" in page
    assert "Nothing changes: the seller is not suspended." in said(make.seller(), "lift")


def test_the_end_of_a_suspension_says_what_stops_the_money_still():
    payout = quick.payout(amount_minor=30_00)
    due(payout.seller)
    held(payout.seller)
    page = said(suspended(payout.seller), "lift")
    assert "1 payout that is not sent yet is stopped by something else, and stays so: €30.00." in page
    assert "go on:" not in page and "goes on:" not in page
    assert "Due now: €746.10. The seller is on hold" in page
    stranger = quick.payout(amount_minor=50_00).seller
    Seller.objects.filter(pk=stranger.pk).update(verified_at=None)
    due(stranger)
    page = said(suspended(stranger), "lift")
    assert "No payout goes on by it." in page and "and stays so: €50.00." in page
    assert "Due now: €746.10. Nothing is paid before the seller is verified" in page


def test_a_finding_about_somebody_not_verified_says_what_a_passed_one_lets_go_on():
    seller = quick.payout(amount_minor=30_00).seller
    one = quick.payout(seller=seller, amount_minor=12_00, now=NOW + timedelta(days=1))
    holds.hold(payout_ids=[one.pk], reason="dispute", note="Ask.", actor=make.person("compliance"), now=NOW)
    make.earning(make.ledger_account(seller), amount_minor=746_10, due_date=NOW.date())
    Seller.objects.filter(pk=seller.pk).update(verified_at=None)
    passed, failed = said(seller, "verify").split("If the check failed")
    assert "If we know who they are 1 payout that is not sent yet goes on: €30.00." in passed
    assert "1 payout that is not sent yet is stopped by something else, and stays so: €12.00." in passed
    assert "€746.10 is due, and the run of" in passed
    assert "Nothing changes: no money may go to the seller as it is." in failed


def test_a_finding_about_somebody_verified_says_what_a_failed_one_stops():
    batch = make_payouts.proposed_batch([12_00])
    seller = make_payouts.payouts_of(batch)[0].seller
    make.earning(make.ledger_account(seller), amount_minor=746_10)
    passed, failed = said(seller, "verify").split("If the check failed")
    assert "If we know who they are Nothing changes: the seller is verified already." in passed
    assert "1 payout that is not sent yet stops: €12.00." in failed
    assert f"1 of these is in a batch ({batch.reference}), €12.00: it is left out" in failed
    assert "Due now: €746.10. No run pays it before the seller is verified again." in failed


def test_a_finding_claims_nothing_that_a_hold_decides():
    payout = quick.payout(amount_minor=30_00)
    held(payout.seller)
    passed, failed = said(payout.seller, "verify").split("If the check failed")
    assert "payout" not in passed.split("If we know who they are")[1]
    assert "No payout stops by it" in failed and "€30.00" in failed.split("stopped by something else")[1]


def test_a_suspension_says_what_no_run_pays_then():
    seller = make.seller()
    due(seller)
    assert "Due now: €746.10. No run pays it while the seller is suspended." in said(seller, "suspend")
    assert "Due now" not in said(make.seller(), "suspend")
    stranger = make.seller(verified_at=None)
    due(stranger)
    assert "Due now" not in said(stranger, "suspend")


def test_a_note_says_nothing_of_money():
    page = said(quick.payout(amount_minor=30_00).seller, "note")
    assert "€30.00" not in page and "What will happen" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_is_told_who_may(method):
    answer = getattr(client("support"), method)(f"/sellers/{make.seller().reference}/act/suspend/")
    assert answer.status_code == 403
    said = (
        "Not allowed: somebody of support may not suspend a seller or lift a suspension; somebody of compliance may."
    )
    assert said in answer.content.decode()
