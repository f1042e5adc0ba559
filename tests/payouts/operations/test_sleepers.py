"""A worker that is stopped and wakes up late sends nothing, and while it may wake nobody says that it never sent."""

from datetime import timedelta

import psycopg
import pytest

from backoffice.audit.errors import Refused
from backoffice.settings import env
from payouts.models import Submission
from payouts.operations import answering, delivering, preparing, unknown
from payouts.operations._watch import Watch
from payouts.queries import unknown as desk
from payouts.rails import base
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import line_to_the_bank as lines

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=40)


@pytest.fixture
def line(bank, settings):
    with lines.line(bank.url, settings) as running:
        yield running


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


def test_nothing_is_sent_again_that_could_arrive_after_the_bank_has_forgotten_the_key(bank, line):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")

    row = one(batch)
    last = (
        row.delivered_at + timedelta(hours=24) - timedelta(minutes=15)
    )  # a lease, and ten minutes on the way
    assert "may have forgotten" in desk.why_not_again(submission=row, now=last)
    assert desk.why_not_again(submission=row, now=last - timedelta(seconds=1)) == ""


@pytest.mark.parametrize("fault", [lines.DROP_BEFORE, lines.ERROR_AFTER])
def test_nobody_says_never_while_what_was_handed_over_may_still_arrive(bank, line, fault):
    line.posts, line.gets = [fault], [lines.DROP_BEFORE] * 9
    batch = make_payouts.submitted([1200], country="US")
    values = {
        "submission_id": one(batch).pk,
        "verdict": "never_sent",
        "evidence": "Nobody there knows it.",
        "paper": make_payouts.PAPER,
    }
    finding = unknown.propose(**values, actor=make.person("treasurer"), now=SOON)

    with pytest.raises(Refused, match="may still be on its way"):
        unknown.confirm(
            resolution_id=finding.pk, actor=make.person("approver"), now=NOW + timedelta(minutes=14)
        )

    assert make_payouts.statuses(batch) == ["SUBMITTED"]


@pytest.mark.parametrize("why", [delivering.STOPPED, delivering.UNWRITTEN, delivering.TOO_LATE])
def test_what_a_worker_did_not_hand_over_is_not_waited_for(bank, why):
    batch = make_payouts.approved_batch([1200], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    given = answering.Given(lease.submission_id, lease.fence, why)
    answering.record(given=[given], now=NOW)
    values = {
        "submission_id": lease.submission_id,
        "verdict": "never_sent",
        "evidence": "It was stopped.",
        "paper": make_payouts.PAPER,
    }
    finding = unknown.propose(**values, actor=make.person("treasurer"), now=SOON)

    unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=SOON)

    assert make_payouts.statuses(batch) == ["APPROVED"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_frozen_inside_a_transaction_keeps_its_locks_for_a_lease_and_no_longer(
    database, monkeypatch
):
    payout = make_payouts.approved([1200])[0]
    monkeypatch.setenv("SUBMISSION_LEASE_SECONDS", "1")
    options = env.database(database.app)["OPTIONS"]["options"]
    lock = "SELECT 1 FROM payouts_payout WHERE id = %s FOR UPDATE"
    with psycopg.connect(database.app, options=options) as frozen, psycopg.connect(database.app) as other:
        frozen.execute(lock, [payout.pk])
        other.execute("SET lock_timeout = '60s'")
        assert other.execute(lock, [payout.pk]).fetchone() == (1,)
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            frozen.execute("SELECT 1")
