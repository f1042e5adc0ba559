"""What a lost message forgot is found, and nobody waits for a bank that does not answer."""

import json
from datetime import timedelta

import pytest

from payouts.models import BankDocument, Incident, SubmissionEvent
from payouts.operations import bankfiles, submission, sweeping
from payouts.states import SubmissionStatus
from tests import make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=2)


@pytest.fixture
def no_time(monkeypatch):
    """A sweep that has used up its time from the first moment on."""
    monkeypatch.setattr(sweeping, "BUDGET", timedelta(seconds=-1))


def unknown_on_a_dead_bank(settings, amounts):
    settings.SIMBANK_URL = make_payouts.unused_url()
    return make_payouts.submitted(amounts, country="US")


def looked_up(batch) -> int:
    return SubmissionEvent.objects.filter(submission__batch=batch, what="lookup").count()


def test_a_dead_rail_keeps_no_batch_document_or_other_rail_waiting(bank, settings, no_time, tmp_path):
    dead = unknown_on_a_dead_bank(settings, [1200, 1300])
    forgotten = make_payouts.approved_batch([1400])
    lost = make_payouts.approved_batch([1500])
    (tmp_path / "file").touch()
    outbox, settings.SEPA_OUTBOX_DIR = settings.SEPA_OUTBOX_DIR, str(tmp_path / "file")  # nothing can be left there
    submission.submit(batch_id=lost.pk, now=NOW)
    settings.SEPA_OUTBOX_DIR = outbox
    body = json.dumps({"last": 1, "events": []}).encode()
    document = BankDocument.objects.create(
        rail="sandbox",
        name="page",
        kind="answers",
        body_ciphertext=bankfiles.seal_document(body, rail="sandbox", name="page"),
        body_sha256=bankfiles.sha256(body),
        received_at=NOW,
    )

    sweeping.sweep(now=SOON)

    assert looked_up(dead) == 1  # one each, and no more: the time is over
    assert looked_up(lost) == 1
    assert make_payouts.statuses(forgotten) == ["SUBMITTED"]
    document.refresh_from_db()
    assert document.processed_at is not None


def test_submissions_of_one_rail_are_asked_about_in_turn(bank, settings, no_time):
    dead = unknown_on_a_dead_bank(settings, [1200, 1300, 1400])

    for seconds in (120, 150, 180):  # the first is due again before the last has had its turn
        sweeping.sweep(now=NOW + timedelta(seconds=seconds))

    rows = dead.submissions.all()
    assert [row.status for row in rows] == [SubmissionStatus.UNKNOWN] * 3
    assert [row.events.filter(what="lookup").count() for row in rows] == [1, 1, 1]


def test_a_step_that_fails_keeps_no_other_from_being_done(bank, monkeypatch):
    forgotten = make_payouts.approved_batch([1400])

    def broken(**_):
        raise RuntimeError("boom")

    monkeypatch.setattr(sweeping, "alert", broken)
    sweeping.sweep(now=SOON)

    assert make_payouts.statuses(forgotten) == ["SUBMITTED"]


def test_what_is_settled_between_the_look_and_the_alert_opens_no_incident_that_nobody_would_close(bank):
    settled = make_payouts.submitted([1200], country="US").submissions.get()
    assert settled.status != SubmissionStatus.UNKNOWN  # as it is by the time its turn comes
    assert not sweeping._alert_about(settled.pk, SOON)
    assert not Incident.objects.exists()
