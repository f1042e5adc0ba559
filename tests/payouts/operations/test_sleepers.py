"""A worker that is stopped and wakes up late sends nothing, and while it may wake nobody says that it never sent."""

from datetime import timedelta

import pytest

from backoffice.audit.errors import Refused
from payouts.models import Submission
from payouts.operations import answering, delivering, preparing, unknown
from payouts.operations._watch import Watch
from payouts.rails import base
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db


def one(batch) -> Submission:
    return Submission.objects.get(batch=batch)


class Jumping(Watch):
    """A worker that is stopped after it looked at its lease, and woken when that is over."""

    def __init__(self, *, looks: int) -> None:
        super().__init__(NOW)
        self.looks = looks

    def now(self):
        self.looks -= 1
        return NOW if self.looks >= 0 else NOW + timedelta(minutes=6)


@pytest.mark.parametrize(("country", "looks"), [("US", 1), ("FR", 1), ("FR", 3)])
def test_a_worker_that_wakes_after_its_lease_sends_nothing(bank, country, looks):
    batch = make_payouts.approved_batch([1200], country=country)
    prepared = preparing.prepare(batch_id=batch.pk, now=NOW)

    ((_, answer),) = delivering.deliver(leases=prepared.leases, watch=Jumping(looks=looks))

    assert answer.outcome is base.Outcome.UNKNOWN
    bank.sync()
    assert bank.bank.judgement()["count"] == 0


def test_never_sent_is_not_confirmed_while_a_worker_may_still_wake_up(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)
    submission = one(batch)
    answering.lease_died(submission=submission, now=NOW + timedelta(minutes=5))
    finding = unknown.propose(
        submission_id=submission.pk,
        verdict="never_sent",
        evidence="Asked the bank.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=NOW + timedelta(minutes=6),
    )

    approver = make.person("approver")
    with pytest.raises(Refused, match="may still wake up"):
        unknown.confirm(resolution_id=finding.pk, actor=approver, now=NOW + timedelta(minutes=14))
    unknown.confirm(resolution_id=finding.pk, actor=approver, now=NOW + timedelta(minutes=16))

    assert make_payouts.statuses(batch) == ["APPROVED"]
