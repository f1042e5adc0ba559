"""A payout that was taken out of its batch: colleagues read when, by whom and why, the seller does not."""

import pytest

from payouts.models import Payout
from payouts.operations import batching, holds
from payouts.queries.why import letters, paragraphs
from payouts.queries.why.causes import Cause
from tests import make
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def told(payout: Payout):
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    return paragraphs.payout(payout=fresh, now=NOW)


def test_what_was_taken_out_of_its_batch_says_when_by_whom_and_why_until_it_is_in_another():
    payout, treasurer = quick.approved(), make.person("treasurer")
    batch = quick.batch([payout])
    assert "taken out" not in told(payout).text
    batching.take_out(payout_ids=[payout.pk], actor=treasurer, reason="Seller asks to wait.", now=NOW)
    out = (
        f"It was taken out of batch {batch.reference} ({treasurer.name}, Tue 24 Nov, 10:00 Paris):"
        " Seller asks to wait."
    )
    found = told(payout)
    assert found.cause is Cause.TO_BATCH and found.text.endswith(out)
    said = letters.letter(explanations=[found], language="en", name="X", country="FR")
    assert "batch" not in said and "asks to wait" not in said
    holds.hold(payout_ids=[payout.pk], reason="other", note="n", actor=make.person("analyst"), now=NOW)
    assert told(payout).text.endswith(out)
    holds.release(hold_ids=[payout.holds.get().pk], actor=make.person("approver"), note="n", now=NOW)
    payout.refresh_from_db()
    again = quick.batch([payout])
    assert "taken out" not in told(payout).text
    holds.hold(payout_ids=[payout.pk], reason="other", note="n", actor=make.person("analyst"), now=NOW)
    assert f"taken out of batch {again.reference} (" in told(payout).text
    assert told(payout).text.endswith("On hold: Other, see the note.")
