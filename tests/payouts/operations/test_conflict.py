"""The bank holds something else under our key: no lookup turns that into an acceptance; people decide."""

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from payouts.models import Incident, Submission, SubmissionEvent
from payouts.operations import answering, lookups, submission, sweeping
from payouts.rails import base
from payouts.states import SubmissionStatus
from tests import make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=40)


def stands_as_a_conflict(batch) -> bool:
    row = Submission.objects.get(batch=batch)
    return (row.status, row.answer_code) == (SubmissionStatus.UNKNOWN, base.CONFLICT)


def test_another_file_under_our_name_stays_a_conflict_and_opens_an_incident(bank, settings):
    batch = make_payouts.approved_batch([1200])
    outbox = Path(settings.SEPA_OUTBOX_DIR)
    outbox.mkdir(parents=True, exist_ok=True)
    (outbox / f"pain001-{batch.reference}F1.xml").write_bytes(b"<another/>")
    submission.submit(batch_id=batch.pk, now=NOW)
    assert stands_as_a_conflict(batch)

    sweeping.sweep(now=SOON)

    assert stands_as_a_conflict(batch)
    assert SubmissionEvent.objects.filter(what="lookup", code=base.CONFLICT).exists()
    assert Incident.objects.get(closed_at=None).code == "conflict"
    (outbox / f"pain001-{batch.reference}F1.xml").unlink()  # the bank must not read it after the test


def test_another_payment_under_our_key_stays_a_conflict(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    (payout,) = make_payouts.payouts_of(batch)
    key = f"{payout.reference}A1"
    other = {
        "key": key, "amount_minor": 5, "currency": "USD", "end_to_end_id": key,
        "debtor": {"name": "Somebody", "account": {"number": "HOUSEUSD001"}},
        "creditor": {"name": "Else", "account": {"number": "12345678"}},
    }  # fmt: skip
    assert bank.bank.take_call(key=key, body=json.dumps(other).encode())[0] == 201
    submission.submit(batch_id=batch.pk, now=NOW)

    sweeping.sweep(now=SOON)

    assert stands_as_a_conflict(batch)
    assert Incident.objects.get(closed_at=None).code == "conflict"


@pytest.mark.parametrize("outcome", [base.Outcome.ACCEPTED, base.Outcome.REJECTED])
def test_no_lookup_overwrites_a_conflict(bank, outcome, settings):
    settings.SIMBANK_URL = make_payouts.unused_url()
    batch = make_payouts.submitted([1200], country="US")
    Submission.objects.update(answer_code=base.CONFLICT)
    row = Submission.objects.get(batch=batch)
    answer = base.Answer(outcome=outcome, code="X", text="Said.")

    given = answering.Given(submission_id=row.pk, fence=row.fence, answer=answer, looked_up=True)
    answering.record(given=[given], now=SOON)

    assert stands_as_a_conflict(batch)
    assert make_payouts.statuses(batch) == ["SUBMITTED"]


def test_every_lookup_of_a_sweep_is_asked_at_its_own_time(bank, monkeypatch, settings):
    settings.SIMBANK_URL = make_payouts.unused_url()
    make_payouts.submitted([1200, 1300], country="US")
    seen = []

    def slow(*, submission_id, now):
        seen.append(now)
        time.sleep(0.05)

    monkeypatch.setattr(lookups, "work", slow)
    sweeping.sweep(now=SOON)

    assert seen[1] - seen[0] >= timedelta(seconds=0.05)
