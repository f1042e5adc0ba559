"""Whatever else is the matter, what stops everything of the seller decides what they are told."""

import re

import pytest

from payouts.models import Payout
from payouts.operations import givebacks, holds, settlement
from payouts.queries.why import letters, paragraphs
from payouts.queries.why.causes import Cause
from payouts.rails import base
from sellers import operations as sellers
from sellers.models import Seller
from tests import make, make_payouts
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(tmp_path, settings) -> Payout:
    """A payout that came back because its account is closed."""
    with make_payouts.bank(tmp_path, settings):
        (payout,) = make_payouts.payouts_of(make_payouts.submitted([1200], country="US"))
        reference = payout.attempts.get().end_to_end_id
        kind = base.ReportKind.RETURNED
        report = base.Report(kind=kind, source_id="s1", end_to_end_id=reference, code="AC04")
        settlement.apply(reports=[report], rail="sandbox", now=NOW)
    return payout


def told(payout: Payout):
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    return paragraphs.payout(payout=fresh, now=NOW)


def held(seller, *reasons: str) -> None:
    for reason in reasons:
        holds.hold_seller(
            seller_id=seller.pk, reason=reason, note="n", actor=make.person("compliance"), now=NOW
        )


def letter(found) -> str:
    return letters.letter(explanations=[found], language="en", name="X", country="US")


def test_new_details_are_not_asked_for_while_the_seller_is_suspended(returned):
    assert told(returned).cause is Cause.DETAILS_REFUSED
    sellers.suspend(seller_id=returned.seller_id, reason="Case 7", actor=make.person("compliance"), now=NOW)
    found = told(returned)
    assert (found.cause, found.actor) == (Cause.SUSPENDED, "compliance, the seller, then an analyst")
    assert "the account is closed" in found.text
    assert "Nothing is paid while the seller is suspended" in found.text
    assert f"still checking your payout {returned.reference} of $12.00" in letter(found)


def test_new_details_are_not_asked_for_while_a_fraud_hold_stops_the_seller(returned):
    held(returned.seller, "fraud_suspected")
    assert told(returned).cause is Cause.HELD_FRAUD_SUSPECTED
    assert "details" not in letter(told(returned))


@pytest.mark.parametrize(
    ("later", "actors"),
    [
        ("fraud_suspected", "the seller, then compliance"),
        ("compliance", "the seller, then compliance"),
        ("other", "the seller, then compliance"),
    ],
)
def test_of_several_holds_on_the_seller_the_one_they_may_not_know_decides(later, actors):
    seller = make.seller()
    held(seller, "account_refused")
    (alone,) = paragraphs.seller(seller=seller, now=NOW)
    assert alone.cause is Cause.HELD_ACCOUNT_REFUSED
    held(seller, later)
    (found,) = paragraphs.seller(seller=seller, now=NOW)
    assert found.cause == f"held_{later}"
    assert "The bank account sent money back; " in found.text
    assert found.actor == actors  # compliance is not named twice
    assert "details" not in letter(found)


def unverified(seller) -> None:
    Seller.objects.filter(pk=seller.pk).update(verified_at=None)


def test_who_is_only_not_verified_yet_gives_new_details_in_the_meantime_and_is_promised_no_day(returned):
    unverified(returned.seller)
    found = told(returned)
    assert (found.cause, found.actor) == (Cause.DETAILS_REFUSED, "compliance, the seller, then an analyst")
    assert "Nothing is paid before the seller is verified" in found.text
    said = letter(found)
    assert "Please check your bank details in your seller account and enter them anew." in said
    assert "nothing you need to do" not in said
    assert not re.search(r"20\d\d", said)


def test_so_they_do_while_the_payout_waits_on_its_hold():
    payout = quick.payout()
    make_hold(payout, "account_refused")
    alone = letter(told(payout))
    unverified(payout.seller)
    found = told(payout)
    assert (found.cause, found.actor) == (Cause.HELD_ACCOUNT_REFUSED, "the seller, then compliance")
    assert "the seller is not verified" in found.text and "Until then it has no date" in found.text
    assert letter(found) == alone  # what they read does not depend on what we know of them
    make_hold(payout, "fraud_suspected")
    assert "details" not in letter(told(payout))


def make_hold(payout: Payout, reason: str) -> None:
    holds.hold(payout_ids=[payout.pk], reason=reason, note="n", actor=make.person("compliance"), now=NOW)


def test_a_hold_on_a_seller_who_is_not_verified_is_told_besides():
    seller = make.seller(verified_at=None)
    held(seller, "account_refused")
    (found,) = paragraphs.seller(seller=seller, now=NOW)
    assert (found.cause, found.actor) == (Cause.HELD_ACCOUNT_REFUSED, "the seller, then compliance")
    assert "before the seller is verified" in found.text and "The bank account sent money back" in found.text
    held(seller, "compliance")
    (found,) = paragraphs.seller(seller=seller, now=NOW)
    assert "details" not in letter(found)


def test_who_is_not_verified_and_gave_no_bank_account_is_asked_for_one():
    seller = make.seller(verified_at=None)
    make.earning(account=make.ledger_account(seller), amount_minor=50_00)
    (found,) = paragraphs.seller(seller=seller, now=NOW)
    assert (found.cause, found.actor) == (Cause.NO_ACCOUNT, "the seller, compliance")
    assert "before the seller is verified" in found.text and "ask the seller for one" in found.text
    assert "We have no bank details to which we can pay your next payout." in letter(found)
    sellers.suspend(seller_id=seller.pk, reason="Case 7", actor=make.person("compliance"), now=NOW)
    seller.refresh_from_db()
    (found,) = paragraphs.seller(seller=seller, now=NOW)
    assert "details" not in letter(found)


@pytest.mark.parametrize("ask", ["documents", "seller_request", "account_refused"])
@pytest.mark.parametrize("secret", ["fraud_suspected", "compliance"])
def test_beside_a_secret_hold_the_seller_is_asked_for_nothing_and_told_nothing(ask, secret):
    payout = quick.payout()
    make_hold(payout, ask)
    alone = letter(told(payout))
    assert "still checking" not in alone
    make_hold(payout, secret)
    said = letter(told(payout))
    assert "still checking" in said and "document" not in said and "asked" not in said
    bare = quick.payout()
    make_hold(bare, secret)
    assert said == letter(told(bare)).replace(str(bare.reference), str(payout.reference))


@pytest.mark.parametrize("ask", ["documents", "seller_request", "account_refused"])
def test_what_only_the_seller_can_give_is_asked_for_beside_what_is_no_secret(ask):
    payout = quick.payout()
    make_hold(payout, ask)
    alone = letter(told(payout))
    make_hold(payout, "amount_unusual")
    unverified(payout.seller)
    assert told(payout).cause == f"held_{ask}" and letter(told(payout)) == alone


def test_all_that_stops_a_seller_is_told_and_the_suspension_decides_what_they_are_told():
    seller = make.seller(verified_at=None)
    held(seller, "documents")
    sellers.suspend(seller_id=seller.pk, reason="Case 7", actor=make.person("compliance"), now=NOW)
    seller.refresh_from_db()
    (found,) = paragraphs.seller(seller=seller, now=NOW)
    assert found.cause is Cause.SUSPENDED
    for words in (
        "while the seller is suspended",
        "before the seller is verified",
        "on hold: Documents missing",
    ):
        assert words in found.text
    assert "document" not in letter(found)


@pytest.mark.parametrize("bar", ["documents", "seller_request", "account_refused"])
def test_a_secret_hold_on_money_that_came_back_wins_over_what_else_stops_its_seller(bar):
    payout = quick.payout()
    make_hold(payout, "fraud_suspected")
    givebacks.cancel(payout_ids=[payout.pk], actor=make.person("approver"), reason="No.", now=NOW).only()
    held(payout.seller, bar)
    found = told(payout)
    assert found.cause is Cause.HELD_FRAUD_SUSPECTED
    assert "still checking" in letter(found)


def test_of_several_holds_none_lets_the_payout_go_on_alone():
    payout = quick.payout()
    make_hold(payout, "documents")
    alone = told(payout)
    assert "Then it goes on from where it stands: an analyst" in alone.text
    assert "Then each goes on from where it stands." in alone.shared
    make_hold(payout, "dispute")
    both = told(payout)
    assert (
        "The payout does not go on before all of that is over; then from where it stands: an analyst"
        in both.text
    )
    assert "Then it goes on" not in both.text
    assert "None of them goes on before all of that is over" in both.shared
