"""A payout that the bank has and this database lost in a restore is told neither as unsent nor as waiting."""

import pytest

from payouts.models import OutsidePayment, Payout
from payouts.operations import givebacks, holds
from payouts.queries.why import letters, paragraphs
from payouts.queries.why.causes import Cause
from tests import make
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost() -> Payout:
    payout = quick.approved()
    OutsidePayment.objects.create(
        rail="sepa", key="B1F1", end_to_end_id=f"{payout.reference}A1", payout_reference=payout.reference,
        seller=payout.seller, amount_minor=payout.amount_minor, currency="EUR", told_by="journal", found_at=NOW,
    )  # fmt: skip
    return payout


def told(payout: Payout):
    """The paragraph; its letter says what every payout is told that nobody knows about."""
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    found = paragraphs.payout(payout=fresh, now=NOW)
    letter = letters.letter(explanations=[found], language="en", name="X", country="FR")
    assert found.cause is Cause.KNOWN_OUTSIDE
    assert f"confirm what became of your payout {payout.reference} of €100.00" in letter
    assert f"The bank was handed it as {payout.reference}A1 before this database was restored" in found.text
    return found


def test_a_payout_the_bank_has_does_not_wait_for_a_batch(lost):
    found = told(lost)
    assert "waits" not in found.text
    assert found.text.startswith(f"Payout {lost.reference} is not sent from here.")


def test_a_hold_on_it_is_told_besides(lost):
    holds.hold_seller(
        seller_id=lost.seller_id, reason="other", note="n", actor=make.person("compliance"), now=NOW
    )
    assert "Besides: the seller is on hold: " in told(lost).text


def test_a_cancelled_one_is_not_told_as_unsent_nor_its_money_as_due(lost):
    givebacks.cancel(payout_ids=[lost.pk], actor=make.person("approver"), reason="Restored.", now=NOW).only()
    assert "It is not paid again as it was" in told(lost).text
    holds.hold_seller(
        seller_id=lost.seller_id, reason="other", note="n", actor=make.person("compliance"), now=NOW
    )
    found = told(lost)
    assert "The seller is on hold" in found.text
    holds.release(
        hold_ids=[lost.seller.holds.get().pk], actor=make.person("compliance"), note="Found out.", now=NOW
    )
    givebacks.roll(payout_id=lost.pk, actor=make.person("analyst"), now=NOW)
    assert "The money is part of the next payout" in told(lost).text
