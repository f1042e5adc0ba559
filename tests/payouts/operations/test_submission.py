"""Submitting an approved batch to the real simulated bank, over both rails."""

import dataclasses
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.audit.errors import NotAllowed, Refused
from backoffice.audit.models import Event
from payouts.exports import rows
from payouts.exports.payouts import PAYOUTS
from payouts.models import Attempt, BatchItem, Hold, Submission, SubmissionEvent
from payouts.operations import bankfiles, batching, holds, preparing, submission, sweeping, switches
from payouts.rails.sandbox.rail import Sandbox
from payouts.states import BatchStatus, SubmissionStatus
from sellers.models import Seller
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db


def test_a_file_batch_reaches_the_bank_once_with_exactly_its_amounts(bank):
    batch = make_payouts.submitted([1200, 3400, 560])

    bank.sync()
    judged = bank.bank.judgement()
    assert judged["sums"] == {"EUR": 5160}
    assert judged["count"] == 3
    assert make_payouts.statuses(batch) == ["SUBMITTED"] * 3
    assert batch.status == BatchStatus.SUBMITTED
    (one,) = Submission.objects.filter(batch=batch)
    assert (one.status, one.key, one.deliveries) == (SubmissionStatus.ACCEPTED, f"{batch.reference}F1", 1)
    assert [e.what for e in SubmissionEvent.objects.filter(submission=one).order_by("pk")] == [
        "lease",
        "answer",
    ]


def test_calls_reach_the_bank_one_by_one(bank):
    batch = make_payouts.submitted([1200, 3400], country="US")

    judged = bank.bank.judgement()
    assert judged["sums"] == {"USD": 4600}
    references = sorted(each["end_to_end_id"] for each in judged["instructions"])
    assert references == sorted(Attempt.objects.values_list("end_to_end_id", flat=True))
    assert references == sorted(f"{p.reference}A1" for p in make_payouts.payouts_of(batch))
    assert batch.status == BatchStatus.SUBMITTED


def test_a_duplicate_message_changes_nothing(bank):
    batch = make_payouts.submitted([1200, 3400], country="US")
    before = list(Submission.objects.order_by("pk").values())

    submission.submit(batch_id=batch.pk, now=NOW)

    assert list(Submission.objects.order_by("pk").values()) == before
    assert bank.bank.judgement()["count"] == 2


def test_a_batch_that_nobody_approved_is_not_sent(bank):
    batch = make_payouts.proposed_batch([1200], country="US")

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["BATCHED"]
    assert bank.bank.judgement()["count"] == 0


def test_more_calls_than_a_chunk_go_out_in_several(bank, monkeypatch):
    few = dataclasses.replace(Sandbox.capabilities, chunk_size=2)
    monkeypatch.setattr(Sandbox, "capabilities", few)

    batch = make_payouts.submitted([100, 200, 300, 400, 500], country="US")

    assert make_payouts.statuses(batch) == ["SUBMITTED"] * 5
    assert bank.bank.judgement()["sums"] == {"USD": 1500}
    assert batch.status == BatchStatus.SUBMITTED


def test_a_payout_held_after_the_batch_was_approved_stays_behind_and_the_rest_goes(bank):
    batch = make_payouts.approved_batch([1200, 3400], country="US")
    held, free = make_payouts.payouts_of(batch)
    holds.hold(payout_ids=[held.pk], actor=make.person("compliance"), reason="dispute", note="Look.", now=NOW)

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["APPROVED", "SUBMITTED"]
    assert bank.bank.judgement()["sums"] == {"USD": free.amount_minor}


@pytest.mark.parametrize("country", ["FR", "US"])
def test_a_seller_suspended_after_the_batch_was_approved_is_not_paid(bank, country):
    batch = make_payouts.approved_batch([1200, 3400], country=country)
    first = make_payouts.payouts_of(batch)[0]
    Seller.objects.filter(pk=first.seller_id).update(suspended_at=NOW, suspended_reason="Court order.")

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["APPROVED", "SUBMITTED"]
    item = BatchItem.objects.get(payout=first)
    assert "suspended" in item.left_because


def test_a_batch_that_everybody_has_left_is_dissolved(bank):
    batch = make_payouts.approved_batch([1200])
    Seller.objects.update(suspended_at=NOW, suspended_reason="Court order.")

    submission.submit(batch_id=batch.pk, now=NOW)

    batch.refresh_from_db()
    assert batch.status == BatchStatus.DISSOLVED
    assert not Submission.objects.exists()


@pytest.mark.parametrize(("country", "field"), [("FR", "holder_name"), ("US", "holder_name")])
def test_what_the_rail_cannot_carry_is_held_with_its_reason_and_the_rest_goes(bank, country, field):
    too_long = {"FR": "株式会社", "US": "A" * 200}[country]
    batch = make_payouts.submitted([1200, 3400], country=country, holders=[too_long])

    assert make_payouts.statuses(batch) == ["APPROVED", "SUBMITTED"]
    (hold,) = Hold.objects.all()
    assert hold.reason == "rail_rejected"
    assert "name" in hold.note


def test_after_the_cut_off_the_batch_asks_for_its_approval_again(bank):
    batch = make_payouts.approved_batch([1200])
    was = batch.value_date

    submission.submit(batch_id=batch.pk, now=batch.cut_off_at)

    batch.refresh_from_db()
    assert (batch.status, batch.approved_by, batch.digest) == (BatchStatus.PROPOSED, None, "")
    assert batch.value_date > was
    assert make_payouts.statuses(batch) == ["BATCHED"]
    assert not Submission.objects.exists()


def test_what_left_before_or_after_the_approval_does_not_break_the_seal(bank):
    batch = make_payouts.proposed_batch([1200, 3400, 560])
    first, second, _ = make_payouts.payouts_of(batch)
    before = NOW - timedelta(seconds=1)
    batching.take_out(payout_ids=[first.pk], actor=make.person("treasurer"), reason="Early.", now=before)
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    batching.take_out(payout_ids=[second.pk], actor=make.person("treasurer"), reason="Late.", now=NOW)

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["APPROVED", "APPROVED", "SUBMITTED"]


def test_a_stopped_rail_takes_nothing_new_and_the_work_waits(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    stop = switches.stop(rail=switches.ALL, reason="Drill.", actor=make.person("treasurer"), now=NOW)

    with pytest.raises(switches.RailStopped, match="Drill"):
        submission.submit(batch_id=batch.pk, now=NOW)
    sweeping.sweep(now=NOW + timedelta(minutes=1))
    assert make_payouts.statuses(batch) == ["BATCHED"]

    switches.restore(switch_id=stop.pk, actor=make.person("treasurer"), now=NOW)
    sweeping.sweep(now=NOW + timedelta(minutes=1))
    assert make_payouts.statuses(batch) == ["SUBMITTED"]


def test_who_stops_a_rail_does_not_restore_it():
    treasurer = make.person("treasurer")
    stop = switches.stop(rail="sepa", reason="Drill.", actor=treasurer, now=NOW)

    with pytest.raises(switches.OwnStop):
        switches.restore(switch_id=stop.pk, actor=treasurer, now=NOW)
    with pytest.raises(NotAllowed):
        switches.restore(switch_id=stop.pk, actor=make.person("analyst"), now=NOW)


def test_an_unreachable_bank_leaves_the_payments_unknown_not_failed(bank, settings):
    settings.SIMBANK_URL = make_payouts.unused_url()
    batch = make_payouts.submitted([1200], country="US")

    assert Submission.objects.get().status == SubmissionStatus.UNKNOWN
    assert make_payouts.statuses(batch) == ["SUBMITTED"]

    settings.SIMBANK_URL = bank.url
    sweeping.sweep(now=NOW + timedelta(minutes=1))
    assert bank.bank.judgement()["count"] == 1


def test_a_file_that_could_not_be_left_is_left_later_with_the_same_bytes(bank, settings, tmp_path):
    outbox = settings.SEPA_OUTBOX_DIR
    settings.SEPA_OUTBOX_DIR = "/proc/no-such-place"
    batch = make_payouts.submitted([1200, 500])
    assert Submission.objects.get().status == SubmissionStatus.UNKNOWN

    settings.SEPA_OUTBOX_DIR = outbox
    sweeping.sweep(now=NOW + timedelta(minutes=1))

    assert Submission.objects.get().status == SubmissionStatus.ACCEPTED
    (path,) = Path(outbox).glob("*.xml")
    sent = Submission.objects.get()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sent.body_sha256
    assert bankfiles.body_of_submission(sent) == path.read_bytes()
    assert batch.reference in path.name


def test_stored_bytes_are_encrypted_and_a_person_downloads_them_on_the_record(bank):
    make_payouts.submitted([1200])
    sent = Submission.objects.get()
    assert b"pain.001" not in bytes(sent.body_ciphertext)

    with pytest.raises(NotAllowed):
        bankfiles.download(submission_id=sent.pk, reason="Why.", actor=make.person("support"), now=NOW)
    treasurer = make.person("treasurer")
    with pytest.raises(Refused, match="say why"):
        bankfiles.download(submission_id=sent.pk, reason=" ", actor=treasurer, now=NOW)
    body = bankfiles.download(submission_id=sent.pk, reason="The bank asks.", actor=treasurer, now=NOW)
    assert b"pain.001" in body
    event = Event.objects.get(action="submission.download", subject_id=sent.pk)
    assert event.data == {"key": sent.key, "reason": "The bank asks."}


def test_a_forgotten_batch_is_found_by_the_sweeper_but_not_before_its_message_had_time(bank):
    batch = make_payouts.approved_batch([1200])

    sweeping.sweep(now=NOW + timedelta(seconds=5))
    assert make_payouts.statuses(batch) == ["BATCHED"]
    sweeping.sweep(now=NOW + timedelta(seconds=40))
    assert make_payouts.statuses(batch) == ["SUBMITTED"]


def test_a_worker_that_died_after_the_first_transaction_loses_nothing(bank):
    batch = make_payouts.approved_batch([1200])
    preparing.prepare(batch_id=batch.pk, now=NOW)

    submission.submit(batch_id=batch.pk, now=NOW)  # another worker finds nothing to prepare, and waits
    assert Submission.objects.get().status == SubmissionStatus.DELIVERING
    sweeping.sweep(now=NOW + timedelta(minutes=6))

    bank.sync()
    assert Submission.objects.get().status == SubmissionStatus.ACCEPTED
    assert bank.bank.judgement()["sums"] == {"EUR": 1200}
    batch.refresh_from_db()
    assert batch.status == BatchStatus.SUBMITTED


def test_a_refused_payout_may_go_again_as_its_next_attempt(bank):
    batch = make_payouts.submitted([1200], country="US", holders=["Di SIMREJECT-AC01"])
    (payout,) = make_payouts.payouts_of(batch)
    (hold,) = Hold.objects.filter(payout=payout)
    holds.release(hold_ids=[hold.pk], actor=make.person("approver"), note="Bank asked.", now=NOW)
    (second,), _ = batching.propose(payout_ids=[payout.pk], actor=make.person("treasurer"), now=NOW)
    batching.approve(batch_id=second.pk, actor=make.person("treasurer"), now=NOW)

    submission.submit(batch_id=second.pk, now=NOW)

    references = [f"{payout.reference}A1", f"{payout.reference}A2"]
    assert list(Attempt.objects.order_by("number").values_list("end_to_end_id", flat=True)) == references
    # The register names the last one, as the bank knows it.
    ((row,),) = rows.raw(rows.select(PAYOUTS, PAYOUTS.chosen("", now=NOW)))
    sent = Attempt.objects.get(number=2).submission
    assert (row["end_to_end_id"], row["bank_reference"]) == (references[1], sent.bank_reference or None)
