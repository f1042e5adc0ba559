"""Many rounds of two deeds at the same moment around a submission: whoever is first decides, the other is told."""

import dataclasses
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from backoffice.audit.errors import Conflict, Refused
from payouts.countries import schemes
from payouts.models import (
    Approval,
    Attempt,
    Batch,
    Hold,
    MissedCutOff,
    Payout,
    Recall,
    Resolution,
    Submission,
)
from payouts.operations import (
    accounts,
    approval,
    batching,
    creation,
    holds,
    recalls,
    review,
    settlement,
    submission,
    unknown,
)
from payouts.rails import base
from payouts.rails.sandbox.rail import Sandbox
from sellers.ledger.models import Entry
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.operations.test_races import due, made
from tests.races.crew import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 24


@pytest.fixture
def one_by_one(monkeypatch):
    """The sandbox takes one payout at a time, so that one batch is as many rounds as it has payouts."""
    monkeypatch.setattr(Sandbox, "capabilities", dataclasses.replace(Sandbox.capabilities, chunk_size=1))


def told(answers: list[Any]) -> list[Any]:
    """The answers, when nothing went wrong but what people are told."""
    wrong = [each for each in answers if isinstance(each, Exception) and not isinstance(each, Refused)]
    assert not wrong, wrong
    return answers


def sent_once(bank, batch: Batch) -> set[str]:
    """The references that the bank has, none of them twice."""
    judged = bank.bank.judgement()
    assert judged["repeated"] == []
    references = [each["end_to_end_id"] for each in judged["instructions"]]
    assert len(references) == len(set(references))
    return set(references)


def test_approvers_who_meet_on_payout_after_payout_fill_each_seat_once():
    ids = made(ROUNDS)
    review.review(payout_ids=ids, actor=make.person("analyst"), now=NOW)
    people = [make.person("approver") for _ in range(2)]

    def approve_all(actor):
        return [approval.approve(payout_ids=[pk], actor=actor, now=NOW) for pk in ids]

    first, second = told(together(*(lambda a=a: approve_all(a) for a in people)))
    for one, other in zip(first, second, strict=True):
        assert len(one.moved) + len(other.moved) == 1
        assert [r.code for r in (*one.refused, *other.refused)] != []
    assert Approval.objects.count() == ROUNDS


def test_two_treasurers_approve_batch_after_batch_once_and_the_second_is_told():
    batches = [make_payouts.proposed_batch([1000 + n]) for n in range(6)]
    people = [make.person("treasurer") for _ in range(2)]
    for batch in batches:
        answers = told(
            together(
                *(lambda a=a, b=batch: batching.approve(batch_id=b.pk, actor=a, now=NOW) for a in people)
            )
        )
        assert sorted(isinstance(each, Conflict) for each in answers) == [False, True]
        winner = people[[isinstance(each, Batch) for each in answers].index(True)]
        batch.refresh_from_db()
        assert batch.approved_by_id == winner.user_id


def test_workers_who_meet_on_payout_after_payout_send_each_once(bank, one_by_one):
    batch = make_payouts.approved_batch([100 + n for n in range(ROUNDS)], country="US")

    told(together(*[lambda: submission.submit(batch_id=batch.pk, now=NOW)] * 3))

    assert len(sent_once(bank, batch)) == ROUNDS
    assert set(Submission.objects.values_list("status", "deliveries")) == {("ACCEPTED", 1)}


def test_a_holder_and_a_worker_meet_on_payout_after_payout_and_never_both_win(bank, one_by_one):
    batch = make_payouts.approved_batch([100 + n for n in range(ROUNDS)], country="US")
    payouts = make_payouts.payouts_of(batch)
    holder = make.person("compliance")

    def hold_all():
        return [
            holds.hold(payout_ids=[p.pk], actor=holder, reason="dispute", note="Wait.", now=NOW)
            for p in reversed(payouts)
        ]

    outcomes, _ = told(together(hold_all, lambda: submission.submit(batch_id=batch.pk, now=NOW)))

    at_the_bank = sent_once(bank, batch)
    for payout, outcome in zip(reversed(payouts), outcomes, strict=True):
        held = Hold.objects.filter(payout=payout, released_at=None).exists()
        assert held == (outcome.moved == [payout.pk])
        assert (f"{payout.reference}A1" in at_the_bank) != held
        if not held:
            assert "a hold comes too late; ask the bank to recall it" in outcome.refused[0].reason


def change(payout: Payout, actor, now=NOW):
    return accounts.request(
        seller_id=payout.seller_id, currency="USD", holder_name="Another", country="US", actor=actor, now=now,
        fields=schemes.get("us_aba").simulated(payout.pk + 7_000, "US"),
    )  # fmt: skip


def test_an_account_change_and_a_worker_meet_on_payout_after_payout_and_never_both_win(bank, one_by_one):
    batch = make_payouts.approved_batch([100 + n for n in range(ROUNDS)], country="US")
    payouts = make_payouts.payouts_of(batch)
    analyst = make.person("analyst")

    changes, _ = told(
        together(
            lambda: [change(p, analyst) for p in reversed(payouts)],
            lambda: submission.submit(batch_id=batch.pk, now=NOW),
        )
    )

    assert len(changes) == ROUNDS
    at_the_bank = sent_once(bank, batch)
    for payout in payouts:
        approved_version = payout.payout_account_id
        payout.refresh_from_db()
        held = Hold.objects.filter(payout=payout, reason="account_change", released_at=None).exists()
        sent = f"{payout.reference}A1" in at_the_bank
        assert sent != held
        assert payout.status == ("SUBMITTED" if sent else "APPROVED")
        assert not Attempt.objects.filter(payout=payout).exclude(account_version_id=approved_version).exists()


def test_a_new_account_takes_effect_while_a_worker_sends_and_nothing_goes_to_either_unapproved(
    bank, one_by_one, settings
):
    """A change is asked for and verified before the run's payouts; its wait ends while they go out."""
    settings.ACCOUNT_WAIT_HOURS = 0
    batch = make_payouts.approved_batch([100 + n for n in range(ROUNDS)], country="US")
    payouts = make_payouts.payouts_of(batch)
    analyst, compliance = make.person("analyst"), make.person("compliance")

    def change_all():
        for payout in reversed(payouts):
            version = change(payout, analyst)
            accounts.decide(version_id=version.pk, verified=True, actor=compliance, note="Called.", now=NOW)

    told(together(change_all, lambda: submission.submit(batch_id=batch.pk, now=NOW)))

    at_the_bank = sent_once(bank, batch)
    for payout in payouts:
        approved_version = payout.payout_account_id
        payout.refresh_from_db()
        if f"{payout.reference}A1" in at_the_bank:
            assert payout.status == "SUBMITTED"
            assert payout.attempts.get().account_version_id == approved_version
        else:
            assert payout.status == "PENDING_REVIEW"
            assert payout.payout_account_id != approved_version
            assert not payout.attempts.exists()


def test_runs_that_meet_again_and_again_pay_each_balance_once():
    actor = make.person("analyst")
    paid = 0
    for turn in range(6):
        due(4)
        runs = told(
            together(
                *(
                    lambda k=f"rival-{turn}-{n}": creation.run(until=None, key=k, actor=actor, now=NOW)
                    for n in range(2)
                )
            )
        )
        paid += sum(run.payout_count for run in runs)
        assert paid == 4 * (turn + 1) == Payout.objects.count()
    reserved = Entry.objects.filter(book="reserved").values_list("amount_minor", flat=True)
    assert sum(reserved) == -10_000 * paid


def test_one_finding_is_decided_once_however_many_decide(bank, settings):
    settings.SIMBANK_URL = make_payouts.unused_url()
    make_payouts.submitted([100 + n for n in range(6)], country="US")
    outcomes: Counter[str] = Counter()
    for lost in Submission.objects.order_by("pk"):
        finding = unknown.propose(
            submission_id=lost.pk, verdict="sent", evidence="Seen.", paper=make_payouts.PAPER,
            actor=make.person("treasurer"), now=NOW,
        )  # fmt: skip
        one, other, third = (make.person("approver") for _ in range(3))
        told(
            together(
                lambda a=one, f=finding: unknown.confirm(resolution_id=f.pk, actor=a, now=NOW),
                lambda a=other, f=finding: unknown.confirm(resolution_id=f.pk, actor=a, now=NOW),
                lambda a=third, f=finding: unknown.dismiss(resolution_id=f.pk, actor=a, now=NOW),
            )
        )
        finding = Resolution.objects.get(pk=finding.pk)
        assert (finding.confirmed_at is None) != (finding.dismissed_at is None)
        lost.refresh_from_db()
        assert lost.status == ("ACCEPTED" if finding.confirmed_at else "UNKNOWN")
        outcomes[lost.status] += 1
    assert outcomes.total() == 6


def test_two_people_ask_for_the_same_recall_while_the_money_comes_back(bank):
    batch = make_payouts.submitted([100 + n for n in range(6)], country="US")
    people = [make.person("compliance"), make.person("treasurer")]
    for payout in make_payouts.payouts_of(batch):
        attempt = payout.attempts.get()
        report = base.Report(
            kind=base.ReportKind.RETURNED, source_id=f"r{attempt.pk}", end_to_end_id=attempt.end_to_end_id
        )
        told(
            together(
                *(
                    lambda a=a, p=payout: recalls.ask(
                        payout_id=p.pk, reason="Wrong.", channel="phone", actor=a, now=NOW
                    )
                    for a in people
                ),
                lambda r=report: settlement.apply(reports=[r], rail="sandbox", now=NOW),
            )
        )
        payout.refresh_from_db()
        assert payout.status == "RETURNED"
        assert Recall.objects.filter(attempt=attempt).count() <= 1


def test_a_batch_that_two_workers_find_late_asks_for_its_approval_once(bank):
    for amount in range(100, 106):
        batch = make_payouts.approved_batch([amount])
        late = batch.cut_off_at + timedelta(seconds=1)
        told(together(*[lambda b=batch, at=late: submission.submit(batch_id=b.pk, now=at)] * 2))
        batch.refresh_from_db()
        assert batch.status == "PROPOSED"
        assert MissedCutOff.objects.filter(batch=batch).count() == 1
