"""A database restored from a backup pays nothing twice: the bank's own log is the judge."""

import shutil
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from backoffice.audit.actors import SYSTEM
from backoffice.audit.errors import Refused
from payouts.models import Batch, Hold, OutsidePayment, Payout, Submission
from payouts.operations import (
    answering,
    approval,
    batching,
    creation,
    delivering,
    givebacks,
    holds,
    lookups,
    preparing,
    restoring,
    review,
    settlement,
    sweeping,
    switches,
)
from payouts.operations._watch import Watch
from payouts.rails import base
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.restored import LATER, at_the_bank, go_on, submit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("country", ["US", "FR"])
def test_what_was_sent_after_the_backup_is_not_sent_again(bank, backup, country):
    batch = make_payouts.approved_batch([1200, 3400], country=country)
    kept = backup()
    submit(batch, NOW)
    sent = at_the_bank(bank)
    assert len(sent) == 2
    kept.restore()

    with pytest.raises(switches.RailStopped, match="restored from a backup"):
        submit(batch)
    with pytest.raises(Refused, match="have not been asked"):
        go_on()
    asked = restoring.ask(actor=SYSTEM, now=LATER)
    assert sorted(each.end_to_end_id for each in asked.found) == sent and asked.held == 2
    go_on()
    submit(batch)

    assert make_payouts.statuses(batch) == ["APPROVED", "APPROVED"]
    assert at_the_bank(bank) == sent
    _try_everything(batch)
    assert at_the_bank(bank) == sent


def _try_everything(batch) -> None:
    """People release the holds too early and send the payouts in another batch: they leave that, too."""
    holds.release(
        hold_ids=list(Hold.objects.filter(released_at=None).values_list("pk", flat=True)),
        actor=make.person("compliance"),
        note="Too early.",
        now=LATER,
    )
    ids = [payout.pk for payout in make_payouts.payouts_of(batch)]
    (again,), outcome = batching.propose(payout_ids=ids, actor=make.person("treasurer"), now=LATER)
    assert not outcome.refused
    assert again.pk > batch.pk
    batching.approve(batch_id=again.pk, actor=make.person("treasurer"), now=LATER)
    submit(again)
    assert make_payouts.statuses(again) == ["APPROVED", "APPROVED"]
    assert all("before this database was restored" in item.left_because for item in again.items.all())


@pytest.mark.parametrize("country", ["US", "FR"])
def test_without_journal_and_anchors_the_rails_themselves_tell(bank, backup, outside, country):
    batch = make_payouts.approved_batch([1200, 3400], country=country)
    kept = backup()
    submit(batch, NOW)
    sent = at_the_bank(bank)
    kept.restore()
    shutil.rmtree(outside / "handovers")

    asked = restoring.ask(actor=SYSTEM, now=LATER)
    go_on()
    submit(batch)

    assert [each.told_by for each in asked.found] == ["rail", "rail"]
    assert at_the_bank(bank) == sent
    assert make_payouts.statuses(batch) == ["APPROVED", "APPROVED"]


def test_a_payout_that_the_database_never_knew_holds_its_seller_and_its_number_is_not_used_again(
    bank, backup
):
    (before,) = make_payouts.approved([1200], country="US")
    kept = backup()
    seller = before.seller
    make_payouts.funding("US")
    batch = _batch_of([before])
    submit(batch, NOW)
    account = make.ledger_account(seller, currency="USD")
    make.earning(account, amount_minor=900, due_date=NOW.date() + timedelta(days=1))
    later = _payout_of(account)
    submit(_batch_of([later]), NOW)
    sent = at_the_bank(bank)
    assert sent == [f"{before.reference}A1", f"{later.reference}A1"]
    kept.restore()
    assert not Payout.objects.filter(reference=later.reference).exists()

    restoring.ask(actor=SYSTEM, now=LATER)

    (hold,) = Hold.objects.filter(seller=seller, released_at=None)
    assert f"{later.reference}A1 ($9.00)" in hold.note
    make.earning(account, amount_minor=900, due_date=NOW.date() + timedelta(days=1))
    again = _payout_of(account, approve=False)
    assert again.pk > later.pk
    assert review.review(payout_ids=[again.pk], actor=make.person("analyst"), now=NOW).moved
    outcome = approval.approve(payout_ids=[again.pk], actor=make.person("approver"), now=NOW)
    assert "the seller is on hold" in outcome.refused[0].reason


def _payout_of(account, *, approve: bool = True) -> Payout:
    tomorrow = NOW + timedelta(days=1)
    key = f"run-{make.number()}"
    creation.run(until=None, country="US", key=key, actor=make.person("analyst"), now=tomorrow)
    made = Payout.objects.filter(account=account).latest("pk")
    if approve:
        review.review(payout_ids=[made.pk], actor=make.person("analyst"), now=NOW).only()
        approval.approve(payout_ids=[made.pk], actor=make.person("approver"), now=NOW).only()
    return made


def _batch_of(payouts) -> Batch:
    ids = [payout.pk for payout in payouts]
    (batch,), _ = batching.propose(payout_ids=ids, actor=make.person("treasurer"), now=NOW)
    return batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)


@pytest.mark.parametrize("country", ["US", "FR"])
def test_what_was_being_handed_over_at_the_backup_is_asked_about_and_not_sent_again(bank, backup, country):
    batch = make_payouts.approved_batch([1200], country=country)
    prepared = preparing.prepare(batch_id=batch.pk, now=NOW)
    kept = backup()
    _deliver(prepared)
    sent = at_the_bank(bank)
    kept.restore()
    assert Submission.objects.get().status == "DELIVERING"

    asked = restoring.ask(actor=SYSTEM, now=LATER)

    assert (asked.found, asked.unknown) == ([], 0)
    assert Submission.objects.get().status == "ACCEPTED"
    go_on()
    sweeping.sweep(now=LATER)
    assert at_the_bank(bank) == sent


def _deliver(prepared) -> None:
    answers = delivering.deliver(leases=prepared.leases, watch=Watch(NOW))
    given = [answering.Given(lease.submission_id, lease.fence, answer) for lease, answer in answers]
    answering.record(given=given, now=NOW)


def test_what_never_reached_the_bank_goes_out_after_two_people_let_it_go_on(bank, backup):
    batch = make_payouts.approved_batch([1200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)
    backup().restore()

    asked = restoring.ask(actor=SYSTEM, now=LATER)
    assert asked.unknown == 1
    lookups.work(submission_id=Submission.objects.get().pk, now=LATER + timedelta(minutes=5))
    assert at_the_bank(bank) == []

    go_on()
    sweeping.sweep(now=LATER + timedelta(hours=1))
    assert len(at_the_bank(bank)) == 1


def test_an_attempt_is_not_sent_again_where_the_bank_was_handed_a_later_one(bank, backup):
    batch = make_payouts.approved_batch([1200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)  # and its worker dies
    backup().restore()
    (payout,) = make_payouts.payouts_of(batch)
    OutsidePayment.objects.create(
        rail="sandbox", key=f"{payout.reference}A2", end_to_end_id=f"{payout.reference}A2", told_by="journal",
        payout_reference=payout.reference, seller=payout.seller, amount_minor=1200, currency="USD", found_at=LATER,
    )  # fmt: skip

    sweeping.sweep(now=LATER)
    lookups.work(submission_id=Submission.objects.get().pk, now=LATER + timedelta(hours=1))

    assert at_the_bank(bank) == []
    assert Submission.objects.get().status == "UNKNOWN"


def test_the_money_of_a_lost_payout_is_due_again_but_not_paid_again_as_it_was(bank, backup):
    batch = make_payouts.approved_batch([1200], country="US")
    kept = backup()
    submit(batch, NOW)
    kept.restore()
    restoring.ask(actor=SYSTEM, now=LATER)
    (payout,) = make_payouts.payouts_of(batch)
    givebacks.cancel(
        payout_ids=[payout.pk], actor=make.person("approver"), reason="The bank paid it.", now=LATER
    )

    with pytest.raises(givebacks.HandedOver, match=f"handed {payout.reference}A1"):
        givebacks.reissue(payout_id=payout.pk, actor=make.person("analyst"), now=LATER)
    assert givebacks.roll(payout_id=payout.pk, actor=make.person("analyst"), now=LATER).amount_minor == 1200


def test_what_came_back_and_was_reissued_in_the_lost_days_is_only_rolled(bank, backup):
    (old,) = make_payouts.payouts_of(make_payouts.submitted([1200], country="US"))
    told = base.Report(
        kind=base.ReportKind.RETURNED, source_id="r1", end_to_end_id=f"{old.reference}A1", code=""
    )
    settlement.apply(reports=[told], rail="sandbox", now=NOW)
    kept = backup()
    new = givebacks.reissue(payout_id=old.pk, actor=make.person("analyst"), now=NOW)
    review.review(payout_ids=[new.pk], actor=make.person("analyst"), now=NOW).only()
    approval.approve(payout_ids=[new.pk], actor=make.person("approver"), now=NOW).only()
    submit(_batch_of([new]), NOW)
    assert len(at_the_bank(bank)) == 2
    kept.restore()
    restoring.ask(actor=SYSTEM, now=LATER)

    with pytest.raises(
        givebacks.HandedOver, match=f"handed {new.reference}A1 before .* Add it to the next payout"
    ):
        givebacks.reissue(payout_id=old.pk, actor=make.person("analyst"), now=LATER)
    with pytest.raises(DatabaseError, match="is only rolled"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payouts_disposal (payout_id, new_payout_id, decided_by_id, decided_at)"
            " VALUES (%s, %s, %s, now())",
            [old.pk, old.pk, make.user().pk],
        )
    assert givebacks.roll(payout_id=old.pk, actor=make.person("analyst"), now=LATER).amount_minor == 1200


def test_what_came_back_after_a_restore_may_be_reissued(bank, backup):
    (old,) = make_payouts.payouts_of(make_payouts.submitted([1200], country="US"))
    kept = backup()
    kept.restore()
    restoring.ask(actor=SYSTEM, now=LATER)
    OutsidePayment.objects.create(
        rail="sandbox", key="P9A1", end_to_end_id="P9A1", payout_reference="P9", seller=old.seller,
        currency="USD", told_by="journal", found_at=LATER,
    )  # fmt: skip
    told = base.Report(
        kind=base.ReportKind.RETURNED, source_id="r1", end_to_end_id=f"{old.reference}A1", code=""
    )
    settlement.apply(reports=[told], rail="sandbox", now=LATER + timedelta(hours=1))

    assert givebacks.reissue(payout_id=old.pk, actor=make.person("analyst"), now=LATER + timedelta(hours=2))


def test_what_is_left_of_a_batch_goes_out_under_a_key_that_the_bank_does_not_know(bank, backup):
    batch = make_payouts.approved_batch([1200, 3400], country="FR")
    lost, left = make_payouts.payouts_of(batch)
    kept = backup()
    holds.hold(
        payout_ids=[left.pk], actor=make.person("analyst"), reason="dispute", note="Find out.", now=NOW
    )
    submit(batch, NOW)
    assert at_the_bank(bank) == [f"{lost.reference}A1"]
    kept.restore()

    restoring.ask(actor=SYSTEM, now=LATER)
    go_on()
    submit(batch)

    assert at_the_bank(bank) == [f"{lost.reference}A1", f"{left.reference}A1"]
    assert Submission.objects.get().key == f"{batch.reference}F2"


def test_postgresql_refuses_an_attempt_of_a_payout_that_the_outside_knows(bank, backup, monkeypatch):
    batch = make_payouts.approved_batch([1200], country="US")
    (payout,) = make_payouts.payouts_of(batch)
    OutsidePayment.objects.create(
        rail="sandbox",
        key="x",
        end_to_end_id="x",
        payout_reference=payout.reference,
        told_by="rail",
        found_at=NOW,
    )
    monkeypatch.setattr("payouts.queries.outside.known", lambda payouts: {})

    with pytest.raises(DatabaseError, match="handed over before this database was restored"):
        submit(batch, NOW)

    assert at_the_bank(bank) == []
