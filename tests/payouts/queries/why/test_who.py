"""Who acts and who acted: by the permission that a role holds, and by a person's full name."""

import pytest
from django.contrib.auth.models import Group, Permission

from backoffice.audit import actors
from payouts.models import Payout
from payouts.operations import givebacks
from payouts.queries.why import paragraphs
from payouts.queries.why.causes import Cause
from tests import make
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def told(payout: Payout):
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    return paragraphs.payout(payout=fresh, now=NOW)


def test_whoever_may_propose_a_batch_is_named():
    make.person("analyst"), make.person("treasurer")
    found = told(quick.approved())
    assert (found.cause, found.actor) == (Cause.TO_BATCH, "an analyst or a treasurer")
    Permission.objects.get(codename="propose_batch").group_set.remove(Group.objects.get(name="analyst"))
    assert told(quick.approved()).actor == "a treasurer"


def test_cancelled_says_by_whom_and_why_in_that_persons_words():
    payout, approver = quick.payout(), make.user("approver", first_name="Ada", last_name="Lovelace")
    by = actors.person(approver)
    givebacks.cancel(payout_ids=[payout.pk], actor=by, reason="Sold twice: nothing is owed.", now=NOW)
    found = told(payout)
    assert found.cause is Cause.CANCELLED
    assert (
        f"Payout {payout.reference} was cancelled on Tuesday 24 November by Ada Lovelace, who wrote: “Sold twice: "
        "nothing is owed”. The money is with us"
    ) in found.text
