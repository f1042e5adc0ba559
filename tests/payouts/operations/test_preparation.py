"""A batch that cannot be prepared waits as it was, and somebody is told, whatever the reason."""

import dataclasses
import random
from pathlib import Path

import pytest

from payouts.models import BatchItem, Incident, Submission
from payouts.operations import _envelopes, _parcels, bankfiles, preparing, submission, switches
from payouts.rails.sandbox.rail import Sandbox
from sellers import vault
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db


def test_a_failure_nobody_thought_of_opens_an_incident_that_ends_when_it_works(bank, monkeypatch):
    batch = make_payouts.approved_batch([1200], country="US")

    def broken(**_):
        raise vault.VaultError("no key")

    with monkeypatch.context() as patched:
        patched.setattr(preparing, "prepare", broken)
        with pytest.raises(vault.VaultError):
            submission.submit(batch_id=batch.pk, now=NOW)
    incident = Incident.objects.get(code="cannot_prepare", closed_at=None)
    assert batch.reference in incident.text
    assert make_payouts.statuses(batch) == ["BATCHED"]

    submission.submit(batch_id=batch.pk, now=NOW)
    incident.refresh_from_db()
    assert incident.closed_at is not None


def test_a_stopped_rail_is_no_incident(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    switches.stop(rail="sandbox", reason="Drill.", actor=make.person("treasurer"), now=NOW)

    with pytest.raises(switches.RailStopped):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert not Incident.objects.exists()


def test_a_rail_that_only_pretends_is_refused_in_production(bank, settings):
    batch = make_payouts.approved_batch([1200], country="US")
    settings.PRODUCTION = True

    with pytest.raises(preparing.NotHere, match="moves no real money"):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert Incident.objects.get().code == "rail_not_allowed"
    assert bank.bank.judgement()["count"] == 0
    assert make_payouts.statuses(batch) == ["BATCHED"]


def test_what_a_half_sent_batch_still_holds_at_its_cut_off_leaves_it_and_is_not_sent_late(bank, monkeypatch):
    monkeypatch.setattr(Sandbox, "capabilities", dataclasses.replace(Sandbox.capabilities, chunk_size=1))
    batch = make_payouts.approved_batch([1200, 3400], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)

    prepared = preparing.prepare(batch_id=batch.pk, now=batch.cut_off_at)

    assert (prepared.leases, prepared.more) == ([], False)
    assert make_payouts.statuses(batch) == ["SUBMITTED", "APPROVED"]
    assert "the cut-off passed before its turn" in BatchItem.objects.get(left_at__isnull=False).left_because


def test_a_rail_without_a_way_sends_nothing_and_waits_until_there_is_one(bank, settings):
    batch = make_payouts.approved_batch([1200], country="US")
    ways, settings.RAIL_TRANSPORTS = settings.RAIL_TRANSPORTS, {}

    with pytest.raises(preparing.NotHere, match=r"it waits[.] RAIL_TRANSPORTS names no address"):
        submission.submit(batch_id=batch.pk, now=NOW)

    batch.refresh_from_db()
    assert (batch.status, make_payouts.statuses(batch)) == ("APPROVED", ["BATCHED"])
    assert not batch.submissions.exists()
    assert Incident.objects.get().code == "rail_without_way"

    settings.RAIL_TRANSPORTS = ways
    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["SUBMITTED"]
    assert Incident.objects.get().closed_at is not None


@pytest.mark.parametrize("seed", range(4))
def test_the_file_of_a_batch_is_built_again_from_its_rows_byte_for_byte(bank, settings, seed):
    rng = random.Random(seed)
    amounts = [rng.randint(1, 10**7) for _ in range(rng.randint(1, 12))]
    holders = [rng.choice(("Zoë & Fils", "Łukasz Żuk", "Αθηνά", "O'Neill <Ltd>", "")) for _ in amounts]
    batch = make_payouts.submitted(amounts, holders=holders)
    sent = Submission.objects.get()
    attempts = {attempt.payout_id: attempt.number for attempt in sent.attempts.all()}

    orders = _envelopes.orders(payouts=make_payouts.payouts_of(batch), numbers=attempts)
    (parcel,) = _parcels.make(batch=batch, orders=orders, now=sent.prepared_at).parcels

    (left,) = Path(settings.SEPA_OUTBOX_DIR).glob("*.xml")
    assert parcel.body == bankfiles.body_of_submission(sent) == left.read_bytes()
    assert bankfiles.sha256(parcel.body) == sent.body_sha256
    assert len(parcel.body) == sent.body_bytes
