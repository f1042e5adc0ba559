"""A restored database notices by itself, asks every rail, and stays stopped until it has."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from backoffice.audit import sealing
from backoffice.audit.actors import SYSTEM
from payouts.models import Hold, Incident, OutsidePayment, RailSwitch, Restoration, Submission
from payouts.operations import (
    _outside,
    checking,
    lookups,
    preparing,
    restoring,
    sweeping,
    switches,
)
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.restored import LATER, at_the_bank, go_on, submit

pytestmark = pytest.mark.django_db(transaction=True)


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

    assert (len(first.found), len(second.found)) == (1, 1)
    assert "1 payments that it had lost, 1 sellers on hold" in Incident.objects.get(code="restored").text
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

    assert ([len(other.found) for other in others], len(asked.found)) == ([1], 1)
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
