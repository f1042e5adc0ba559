"""Several workers and people at once, on committed data: whoever is first decides, and nothing goes out twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from payouts.models import Attempt, Submission
from payouts.operations import answering, holds, preparing, settlement, submission, sweeping
from payouts.rails import base
from payouts.states import BatchStatus
from sellers.ledger.models import Transaction
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.races.crew import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("country", ["FR", "US"])
def test_two_workers_submit_the_same_batch_together(bank, country):
    batch = make_payouts.approved_batch([100 + n for n in range(12)], country=country)

    results = together(*[lambda: submission.submit(batch_id=batch.pk, now=NOW)] * 3)

    assert results == [None] * 3
    bank.sync()
    judged = bank.bank.judgement()
    assert (judged["count"], judged["repeated"]) == (12, [])
    assert make_payouts.statuses(batch) == ["SUBMITTED"] * 12
    assert Submission.objects.count() == (1 if country == "FR" else 12)
    assert Transaction.objects.filter(kind="submitted").count() == 12
    batch.refresh_from_db()
    assert batch.status == BatchStatus.SUBMITTED


def test_a_hold_and_a_submission_race_and_never_both_win(bank):
    batches = [make_payouts.approved_batch([100 + n, 700], country="US") for n in range(6)]
    holder = make.person("compliance")

    for batch in batches:
        payout = make_payouts.payouts_of(batch)[0]

        def hold(payout=payout):
            return holds.hold(payout_ids=[payout.pk], actor=holder, reason="dispute", note="Wait.", now=NOW)

        outcome, sent = together(hold, lambda batch=batch: submission.submit(batch_id=batch.pk, now=NOW))

        assert sent is None
        payout.refresh_from_db()
        held = payout.holds.filter(released_at=None).exists()
        assert held == (payout.pk in outcome.moved)
        assert (payout.status == "SUBMITTED") != held
        at_the_bank = {each["end_to_end_id"] for each in bank.bank.judgement()["instructions"]}
        assert (f"{payout.reference}A1" in at_the_bank) != held


def test_a_hold_on_the_seller_and_a_submission_race_and_never_both_win(bank):
    batches = [make_payouts.approved_batch([100 + n], country="US") for n in range(6)]
    holder = make.person("compliance")

    for batch in batches:
        (payout,) = make_payouts.payouts_of(batch)

        def hold(payout=payout):
            return holds.hold_seller(
                seller_id=payout.seller_id, actor=holder, reason="dispute", note="Wait.", now=NOW
            )

        results = together(hold, lambda batch=batch: submission.submit(batch_id=batch.pk, now=NOW))

        assert not [error for error in results if isinstance(error, Exception)]
        payout.refresh_from_db()
        sent = Attempt.objects.filter(payout=payout).exists()
        assert (payout.status == "SUBMITTED") == sent


def test_two_sweepers_and_a_worker_find_out_about_the_same_submissions(bank):
    batch = make_payouts.approved_batch([100 + n for n in range(5)], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)  # and the worker dies before its first call
    late = NOW + timedelta(minutes=6)

    results = together(
        lambda: sweeping.sweep(now=late),
        lambda: sweeping.sweep(now=late),
        lambda: submission.submit(batch_id=batch.pk, now=late),
    )

    assert results == [None] * 3
    judged = bank.bank.judgement()
    assert (judged["count"], judged["repeated"]) == (5, [])
    assert set(Submission.objects.values_list("status", "deliveries")) == {("ACCEPTED", 2)}


def test_the_same_return_told_twice_at_once_gives_the_money_back_once(bank):
    batch = make_payouts.submitted([1200], country="US")
    reference = Attempt.objects.get().end_to_end_id

    def told(source: str) -> Callable[[], int]:
        report = base.Report(
            kind=base.ReportKind.RETURNED, source_id=source, end_to_end_id=reference, code="AC04"
        )
        return lambda: settlement.apply(reports=[report], rail="sandbox", now=NOW)

    results = together(told("one"), told("two"), told("one"), told("three"))

    assert sorted(results) == [0, 1, 1, 1]
    assert make_payouts.statuses(batch) == ["RETURNED"]
    assert Transaction.objects.filter(kind="given_back").count() == 1


def test_a_report_and_the_answer_to_the_call_arrive_together(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    report = base.Report(
        kind=base.ReportKind.PAID, source_id="event", end_to_end_id=Attempt.objects.get().end_to_end_id
    )
    answer = base.Answer(outcome=base.Outcome.ACCEPTED, code="accepted", text="Fine.", bank_reference="SB1")
    given = [answering.Given(lease.submission_id, lease.fence, answer)]

    together(
        lambda: settlement.apply(reports=[report], rail="sandbox", now=NOW),
        lambda: answering.record(given=given, now=NOW),
    )

    assert make_payouts.statuses(batch) == ["PAID"]
    assert Submission.objects.get().status == "ACCEPTED"
    batch.refresh_from_db()
    assert batch.status == BatchStatus.SETTLED
