"""The money of a dead payout: who has to act before it is paid again, and what the seller is told of it."""

from datetime import timedelta

import pytest

from payouts.models import Payout
from payouts.operations import accounts, givebacks, holds, settlement
from payouts.queries import explain
from payouts.queries.why import letters, paragraphs
from payouts.queries.why.causes import Cause
from payouts.rails import base
from tests import make, make_payouts
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(tmp_path, settings) -> Payout:
    """A payout in euros that came back because its account is closed."""
    with make_payouts.bank(tmp_path, settings):
        (payout,) = make_payouts.payouts_of(make_payouts.submitted([1200]))
        for kind in (base.ReportKind.PAID, base.ReportKind.RETURNED):
            end_to_end_id = payout.attempts.get().end_to_end_id
            report = base.Report(kind=kind, source_id=kind, end_to_end_id=end_to_end_id, code="AC04")
            settlement.apply(reports=[report], rail="sepa", now=NOW)
    return Payout.objects.get(pk=payout.pk)


def told(payout: Payout, *, now=NOW):
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    return paragraphs.payout(payout=fresh, now=now)


def letter(found) -> str:
    return letters.letter(explanations=[found], language="en", name="X", country="FR")


def asked_for(payout: Payout):
    """New details of the payout's seller, that compliance has to verify."""
    return accounts.request(
        seller_id=payout.seller_id, currency="EUR", fields={"iban": "FR14 2004 1010 0505 0001 3M02 606"},
        holder_name="X", country="FR", actor=make.person("analyst"), now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("reason", ["fraud_suspected", "compliance"])
def test_a_hold_on_a_dead_payout_is_released_first_and_the_seller_learns_nothing(reason):
    payout = quick.payout()
    holds.hold(payout_ids=[payout.pk], reason=reason, note="n", actor=make.person("analyst"), now=NOW)
    givebacks.cancel(payout_ids=[payout.pk], actor=make.person("approver"), reason="No.", now=NOW).only()
    found = told(payout)
    assert (found.cause, found.actor) == (f"held_{reason}", "compliance, then an analyst")
    assert "The payout itself is on hold: " in found.text
    assert (
        "stays until every hold for fraud or compliance is released; then an analyst pays it again"
        in found.text
    )
    assert "nobody decided" not in found.text
    assert f"We are still checking your payout {payout.reference}" in letter(found)
    holds.release(hold_ids=[payout.holds.get().pk], actor=make.person("compliance"), note="Fine.", now=NOW)
    assert told(payout).actor == "an approver or compliance, then an analyst"


def test_a_hold_on_the_seller_comes_before_the_analyst_too(returned):
    holds.hold_seller(
        seller_id=returned.seller_id, reason="other", note="n", actor=make.person("analyst"), now=NOW
    )
    compliance = make.person("compliance")
    holds.hold_seller(
        seller_id=returned.seller_id, reason="fraud_suspected", note="n", actor=compliance, now=NOW
    )
    found = told(returned)
    assert found.actor == "compliance, then an analyst"  # who releases it, too
    assert (
        "stays until every hold for fraud or compliance is released" in found.text
        and "new bank details" not in found.text
    )


def test_new_details_that_were_given_are_not_asked_for(returned):
    assert told(returned).cause is Cause.DETAILS_REFUSED
    asked = asked_for(returned)
    found = told(returned)
    assert (found.cause, found.actor) == (Cause.ACCOUNT_TO_VERIFY, "compliance, then an analyst")
    assert "Ask the seller" not in found.text
    start = explain.clock(asked.effective_at, "Europe/Paris")
    assert (
        f"Compliance verifies the new account {asked.masked}, which may be paid from {start}." in found.text
    )
    assert "\n\nYou gave us new bank details. We pay your payout" in letter(found)
    accounts.decide(version_id=asked.pk, verified=True, actor=make.person("compliance"), note="", now=NOW)
    found = told(returned)
    assert (found.cause, found.actor) == (Cause.ACCOUNT_WAITS, "an analyst")
    assert f"is verified and in effect from {start}; then an analyst pays it again" in found.text
    after = asked.effective_at + timedelta(minutes=1)
    accounts.take_effect(now=after)
    found = told(returned, now=after)
    assert f"The new bank account {asked.masked} is in effect, and nobody decided yet" in found.text
    assert found.actor == "an analyst"


def test_paid_again_it_waits_for_the_details_that_were_given(returned):
    givebacks.reissue(payout_id=returned.pk, actor=make.person("analyst"), now=NOW)
    found = told(returned)
    assert (found.cause, found.actor) == (Cause.HELD_ACCOUNT_REFUSED, "the seller, then compliance")
    asked = asked_for(returned)
    found = told(returned)
    assert (found.cause, found.actor) == (Cause.HELD_ACCOUNT_CHANGE, "compliance")
    assert "Ask the seller for new bank details" not in found.text
    assert "The new bank details are given already" in found.text
    assert found.text.count(f"Compliance verifies the new account {asked.masked}") == 1
    assert "\n\nYou gave us new bank details. We pay your payout" in letter(found)
