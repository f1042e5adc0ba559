"""A hold for risk whose release one person asked for: the second person is named, and the seller learns nothing."""

import pytest

from payouts.models import Payout
from payouts.operations import holds
from payouts.queries.why import paragraphs
from payouts.queries.why.causes import Cause
from tests import make
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def told(payout: Payout):
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    return paragraphs.payout(payout=fresh, now=NOW)


@pytest.mark.parametrize(
    ("asker", "next_one"), [("approver", "compliance"), ("compliance", "an approver or compliance")]
)
def test_once_a_release_is_asked_for_the_second_person_acts(asker, next_one):
    payout, person = quick.payout(), make.person(asker)
    holds.hold(
        payout_ids=[payout.pk], reason="fraud_suspected", note="n", actor=make.person("analyst"), now=NOW
    )
    assert "a second person confirms; tell the seller nothing" in told(payout).text
    holds.release(hold_ids=[payout.holds.get().pk], actor=person, note="It is fine.", now=NOW)
    found = told(payout)
    assert found.actor == next_one and found.cause is Cause.HELD_FRAUD_SUSPECTED
    assert f"{person.name} asked for its release, which another person has to confirm." in found.text
