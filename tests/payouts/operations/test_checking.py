"""The program looks after itself: what is in doubt stops money until a person has looked."""

import pytest

from payouts.models import Incident
from payouts.operations import checking, submission, switches
from payouts.queries import invariants
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db


def test_a_broken_invariant_stops_every_rail_until_a_person_lets_them_go_on(bank, monkeypatch):
    batch = make_payouts.approved_batch([1200], country="US")
    always = invariants.Invariant("never", "This never holds.", "SELECT 'P7'")
    with monkeypatch.context() as patched:
        patched.setattr(invariants, "ALL", (always,))
        checking.check(now=NOW)

    with pytest.raises(switches.RailStopped, match="Broken invariants: never"):
        submission.submit(batch_id=batch.pk, now=NOW)

    checking.check(now=NOW)
    assert Incident.objects.get(code="invariant").closed_at is not None
    switches.restore(switch_id=switches.open_on("sandbox").pk, actor=make.person("treasurer"), now=NOW)
    submission.submit(batch_id=batch.pk, now=NOW)
    assert make_payouts.statuses(batch) == ["SUBMITTED"]


def test_an_anchor_that_cannot_be_written_stops_every_rail_and_is_told(settings):
    make.person("treasurer")
    switches.stop(rail="sepa", reason="Drill.", actor=make.person("treasurer"), now=NOW)
    settings.AUDIT_ANCHOR_DIR = "/proc/no-such-place"

    checking.seal_audit(now=NOW)

    assert "cannot be anchored" in Incident.objects.get(code="audit_anchor").text
    assert switches.open_on("sandbox").reason == "The audit trail is not anchored"


def test_an_anchor_that_is_written_again_ends_the_incident(settings, tmp_path):
    switches.stop(rail="sepa", reason="Drill.", actor=make.person("treasurer"), now=NOW)
    settings.AUDIT_ANCHOR_DIR = "/proc/no-such-place"
    checking.seal_audit(now=NOW)

    settings.AUDIT_ANCHOR_DIR = str(tmp_path)
    checking.seal_audit(now=NOW)

    assert Incident.objects.get(code="audit_anchor").closed_at == NOW
