"""The day that a paragraph names is the one in the seller's table: both name it, or neither does."""

from datetime import timedelta

import pytest

from payouts.models import Hold, HoldReason, Payout, RailSwitch
from payouts.models.hold import TWO_PEOPLE
from payouts.operations import accounts, batching, holds
from payouts.queries import explain
from payouts.queries.why import expected, paragraphs
from payouts.queries.why.causes import Cause
from tests import make, make_payouts
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def told(payout: Payout):
    """The paragraph, and the day of it in the table of the seller's page, which has to be that of the text."""
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    found = paragraphs.payout(payout=fresh, now=NOW)
    (row,) = expected.of_seller(seller=fresh.seller, told=[found], now=NOW)
    assert ("it is paid on" in found.text) is (row.on is not None)
    assert row.on is None or f"it is paid on {explain.day(row.on)}." in found.text
    return found, row.on


def held(payout: Payout, reason: str, until=None) -> None:
    holds.hold(
        payout_ids=[payout.pk], reason=reason, note="n", actor=make.person("approver"), now=NOW, until=until
    )


def refused(payout: Payout) -> None:
    """What the program does where the account sent money back."""
    Hold.objects.create(payout=payout, reason="account_refused", note="n", placed_at=NOW)


def details_given(payout: Payout):
    return accounts.request(
        seller_id=payout.seller_id, currency="EUR", fields={"iban": "FR14 2004 1010 0505 0001 3M02 606"},
        holder_name="X", country="FR", actor=make.person("analyst"), now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("hours", [72, 24])
def test_new_details_that_are_still_to_be_asked_for_wait_before_they_may_be_paid(settings, hours):
    settings.ACCOUNT_WAIT_HOURS = hours
    payout = quick.payout()
    refused(payout)
    found, on = told(payout)
    start = explain.clock(NOW + timedelta(hours=hours), "Europe/Paris")
    assert found.cause is Cause.HELD_ACCOUNT_REFUSED and on is None
    assert f"Details given now may be paid from {start}, not before." in found.text
    assert found.text.endswith("Until then it has no date.")


def test_new_details_that_were_given_have_the_day_after_their_wait():
    payout = make_payouts.approved([1200])[0]
    refused(payout)
    new = details_given(payout)
    _, on = told(payout)
    assert on is not None and on > new.effective_at.date()
    held(payout, "documents")
    assert told(payout)[1] is None  # of that one nobody knows


@pytest.mark.parametrize("reason", HoldReason.values)
def test_a_hold_that_somebody_has_to_end_has_no_day(reason):
    payout = quick.reviewed()
    held(payout, reason)
    assert told(payout)[1] is None


@pytest.mark.parametrize("reason", sorted(set(HoldReason.values) - set(TWO_PEOPLE)))
def test_a_hold_that_ends_by_itself_has_the_day_after_that(reason):
    payout, until = quick.reviewed(), NOW + timedelta(days=9)
    held(payout, reason, until)
    _, on = told(payout)
    assert on is not None and on > until.date()


def test_a_stopped_rail_has_no_day_and_what_takes_its_course_has_one():
    payout = quick.approved()
    assert told(payout)[1] is not None
    batch = quick.batch([payout])
    assert told(payout)[1] == batch.value_date
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    assert told(payout)[1] == batch.value_date
    RailSwitch.objects.create(rail="*", reason="The bank moves house.", stopped_at=NOW)
    assert told(payout)[1] is None
