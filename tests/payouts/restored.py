"""The hours after a restore: what the bank has, and two people who let the rails go on."""

from datetime import timedelta

from payouts.models import Incident, RailSwitch
from payouts.operations import incidents, submission, switches
from tests import make
from tests.make_payouts import NOW

LATER = NOW + timedelta(minutes=10)


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
