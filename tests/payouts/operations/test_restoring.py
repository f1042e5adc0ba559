"""A database restored from a backup pays nothing twice: the bank's own log is the judge."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from backoffice.audit import sealing
from backoffice.audit.actors import SYSTEM
from backoffice.audit.errors import Refused
from payouts.models import Batch, Hold, Incident, OutsidePayment, Payout, RailSwitch, Restoration, Submission
from payouts.operations import (
    _outside,
    answering,
    approval,
    batching,
    checking,
    creation,
    delivering,
    givebacks,
    holds,
    incidents,
    lookups,
    preparing,
    restoring,
    review,
    submission,
    sweeping,
    switches,
)
from payouts.operations._watch import Watch
from tests import make, make_payouts
from tests.conftest import _current
from tests.make_payouts import NOW
from tests.payouts.backups import Backup

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def outside(tmp_path, settings) -> Path:
    """The journal and the anchors, where no restore of a database reaches them."""
    settings.HANDOVER_DIR = str(tmp_path / "handovers")
    settings.AUDIT_ANCHOR_DIR = str(tmp_path / "anchors")
    return tmp_path


@pytest.fixture
def backup(outside):
    made: list[Backup] = []

    def take() -> Backup:
        made.append(Backup(_current[0]))
        return made[-1]

    yield take
    for each in made:
        each.drop()


def at_the_bank(bank) -> list[str]:
    bank.sync()
    judged = bank.bank.judgement()
    assert judged["repeated"] == []
    return sorted(each["end_to_end_id"] for each in judged["instructions"])


def go_on() -> None:
    """One person closes the incident, another lets every rail go on."""
    for incident in Incident.objects.filter(closed_at=None, code="restored"):
        incidents.close(
            incident_id=incident.pk, actor=make.person("treasurer"), note="Asked the bank.", now=LATER
        )
    switches.restore(
        switch_id=RailSwitch.objects.get(restored_at=None).pk, actor=make.person("treasurer"), now=LATER
    )


def submit(batch, now=LATER) -> None:
    submission.submit(batch_id=batch.pk, now=now)


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
    givebacks.cancel(payout_ids=[payout.pk], actor=make.person("approver"), reason="The bank paid it.", now=LATER)

    with pytest.raises(givebacks.HandedOver, match=f"handed {payout.reference}A1"):
        givebacks.reissue(payout_id=payout.pk, actor=make.person("analyst"), now=LATER)
    assert givebacks.roll(payout_id=payout.pk, actor=make.person("analyst"), now=LATER).amount_minor == 1200


def test_what_is_left_of_a_batch_goes_out_under_a_key_that_the_bank_does_not_know(bank, backup):
    batch = make_payouts.approved_batch([1200, 3400], country="FR")
    lost, left = make_payouts.payouts_of(batch)
    kept = backup()
    holds.hold(payout_ids=[left.pk], actor=make.person("analyst"), reason="dispute", note="Find out.", now=NOW)
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


def test_a_database_older_than_its_anchors_stops_by_itself_and_the_audit_trail_fits_again_afterwards(
    bank, backup
):
    batch = make_payouts.approved_batch([1200], country="US")
    checking.seal_audit(now=NOW)
    kept = backup()
    make_payouts.approved([100])
    checking.seal_audit(now=NOW)
    kept.restore()
    assert "is gone: events were removed" in sealing.verify()[0]

    with pytest.raises(switches.RailStopped, match="restored from a backup"):
        submit(batch)
    assert "anchored at number" in Incident.objects.get().text
    checking.seal_audit(now=LATER)
    assert Incident.objects.count() == 1
    restoring.ask(actor=SYSTEM, now=LATER)
    go_on()
    checking.seal_audit(now=LATER)

    assert sealing.verify() == []
    submit(batch)
    assert make_payouts.statuses(batch) == ["SUBMITTED"]
    assert switches.open_on("sandbox") is None


def test_what_was_lost_is_seen_behind_what_was_sent_again(bank, backup):
    known = make_payouts.approved_batch([1200], country="US")
    lost = make_payouts.approved_batch([3400], country="US")
    preparing.prepare(batch_id=known.pk, now=NOW)  # and its worker dies
    kept = backup()
    submit(lost, NOW)
    sweeping.sweep(now=LATER)
    lookups.work(submission_id=Submission.objects.get(batch=known).pk, now=LATER + timedelta(minutes=1))
    sent = at_the_bank(bank)
    assert len(sent) == 2
    kept.restore()

    with pytest.raises(switches.RailStopped, match="restored from a backup"):
        submit(lost)
    assert at_the_bank(bank) == sent


def test_a_database_that_went_on_after_its_restore_is_found_by_the_hash(backup):
    checking.seal_audit(now=NOW)
    kept = backup()
    make_payouts.approved([100])
    checking.seal_audit(now=NOW)
    kept.restore()
    for _ in range(3):  # more events than were lost, before anybody looks
        make_payouts.approved([100])

    checking.seal_audit(now=LATER)

    assert switches.open_on("sepa") is not None
    assert sealing.lost() is not None
    assert Incident.objects.get().code == "restored"


def test_a_database_that_was_not_restored_goes_on(bank, outside):
    for _ in range(2):
        make_payouts.submitted([1200], country="US")
        checking.seal_audit(now=NOW)
        sweeping.sweep(now=LATER)
    assert not Incident.objects.exists()
    assert len(at_the_bank(bank)) == 2


def test_asking_twice_writes_nothing_twice(bank, backup):
    batch = make_payouts.approved_batch([1200], country="US")
    kept = backup()
    submit(batch, NOW)
    kept.restore()

    first = restoring.ask(actor=SYSTEM, now=LATER)
    second = restoring.ask(actor=SYSTEM, now=LATER)

    assert (len(first.found), len(second.found)) == (1, 0)
    assert (Hold.objects.count(), OutsidePayment.objects.count(), Restoration.objects.count()) == (1, 1, 2)


def test_two_who_ask_at_the_same_time_write_nothing_twice(bank, backup, monkeypatch):
    batch = make_payouts.approved_batch([1200], country="US")
    kept = backup()
    submit(batch, NOW)
    kept.restore()
    found, others = _outside.with_answers, []

    def while_another_asks(*arguments, **values):
        monkeypatch.setattr(_outside, "with_answers", found)
        others.append(restoring.ask(actor=SYSTEM, now=LATER))
        return found(*arguments, **values)

    monkeypatch.setattr(_outside, "with_answers", while_another_asks)
    asked = restoring.ask(actor=SYSTEM, now=LATER)

    assert ([len(other.found) for other in others], len(asked.found)) == ([1], 0)
    assert (Hold.objects.count(), OutsidePayment.objects.count()) == (1, 1)


def test_a_rail_that_does_not_answer_keeps_everything_stopped(bank, backup, settings):
    batch = make_payouts.approved_batch([1200], country="US")
    settings.SIMBANK_URL = make_payouts.unused_url()

    with pytest.raises(restoring.NotAsked, match="Run it again"):
        restoring.ask(actor=SYSTEM, now=LATER)

    assert not Restoration.objects.exists()
    with pytest.raises(switches.RailStopped):
        submit(batch)


def test_the_command_asks_and_says_what_was_found(bank, backup, capsys):
    batch = make_payouts.approved_batch([1200], country="US")
    kept = backup()
    submit(batch, NOW)
    kept.restore()

    call_command("ask_rails")

    said = capsys.readouterr().out
    (payout,) = make_payouts.payouts_of(batch)
    assert "1 payment that this database had lost" in said
    assert f"{payout.reference}A1 ($12.00)  sandbox  {payout.reference}A1  sandbox has it." in said
    assert "Every rail stays stopped" in said


def test_the_command_says_when_a_rail_does_not_answer(bank, backup, settings):
    make_payouts.approved_batch([1200], country="US")
    settings.SIMBANK_URL = make_payouts.unused_url()
    with pytest.raises(CommandError, match="Not all rails were asked"):
        call_command("ask_rails")


def test_a_journal_that_cannot_be_written_stops_every_rail_before_anything_leaves(bank, outside, settings):
    batch = make_payouts.approved_batch([1200], country="US")
    settings.HANDOVER_DIR = "/proc/no-such-place"

    submit(batch, NOW)

    assert at_the_bank(bank) == []
    assert "cannot be written down" in Incident.objects.get().text
    assert switches.open_on("sepa") is not None
    settings.HANDOVER_DIR = str(outside / "handovers")
    checking.seal_audit(now=LATER)
    assert Incident.objects.get().closed_at == LATER
    switches.restore(switch_id=RailSwitch.objects.get().pk, actor=make.person("treasurer"), now=LATER)
    sweeping.sweep(now=LATER)
    assert len(at_the_bank(bank)) == 1
