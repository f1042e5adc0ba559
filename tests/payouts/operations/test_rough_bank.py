"""The real operations at a bank where everything goes wrong on the way. Its log is the judge."""

from datetime import timedelta

import pytest

from backoffice.simbank import named
from payouts.models import Attempt, Submission
from payouts.operations import collecting, sweeping
from payouts.states import SubmissionStatus
from tests import make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def rough(request, tmp_path, settings):
    manners = named.profile("rough", seed=request.param, return_days=3)
    with make_payouts.bank(tmp_path, settings, manners=manners) as running:
        yield running


@pytest.mark.parametrize("rough", [1, 2], indirect=True)
def test_what_people_see_in_the_end_is_what_the_banks_log_says(rough):
    batches = [
        make_payouts.submitted([1000 + number for number in range(20)], country="US"),
        make_payouts.submitted([2000 + number for number in range(6)], country="FR"),
    ]
    for step in range(1, 25):
        rough.advance(30 if step < 20 else 86_400)
        now = NOW + timedelta(minutes=3 * step)
        sweeping.sweep(now=now)
        for rail in ("sandbox", "sepa"):
            collecting.collect(rail=rail, now=now)

    judged = rough.bank.judgement()
    assert (judged["repeated"], judged["waiting"], judged["untold"]) == ([], 0, 0)
    assert sum(judged["faults"].values()) > 10
    assert not Submission.objects.filter(status=SubmissionStatus.UNKNOWN).exists()
    at_the_bank = {
        record["end_to_end_id"]: (record["amount_minor"], record["status"].upper())
        for record in judged["instructions"]
    }
    here = {
        attempt.end_to_end_id: (attempt.payout.amount_minor, attempt.payout.status)
        for attempt in Attempt.objects.filter(payout__batch_items__batch__in=batches).select_related("payout")
    }
    assert here == at_the_bank
    assert len(here) == 26
