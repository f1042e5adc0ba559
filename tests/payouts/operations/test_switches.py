"""A rail that the program stopped by itself goes on when one person has looked at why, and another says so."""

from datetime import timedelta

import pytest

from payouts.models import Incident
from payouts.operations import incidents, switches
from tests import make
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("rail", "on", "code"), [("sepa", "sepa", "paid_twice"), (switches.ALL, "", "invariant")]
)
def test_who_closes_the_incident_of_a_stop_does_not_let_the_rail_go_on(rail, on, code):
    incidents.open_one(code=code, key="x", text="Twice.", rail=on, now=NOW)
    stop = switches.stop_by_itself(rail=rail, reason="Twice.", now=NOW)
    one, other = make.person("treasurer"), make.person("treasurer")

    with pytest.raises(switches.NotLookedAt, match="still open"):
        switches.restore(switch_id=stop.pk, actor=other, now=LATER)
    incidents.close(incident_id=Incident.objects.get().pk, actor=one, note="It was not.", now=LATER)
    with pytest.raises(switches.NotLookedAt, match="you closed the incident"):
        switches.restore(switch_id=stop.pk, actor=one, now=LATER)
    switches.restore(switch_id=stop.pk, actor=other, now=LATER)

    assert switches.open_on("sepa") is None


def test_an_incident_of_another_rail_keeps_no_rail_stopped():
    incidents.open_one(code="paid_twice", key="x", text="Twice.", rail="sandbox", now=NOW)
    incidents.open_one(code="unknown", key="y", text="Old.", rail="sepa", now=NOW)
    stop = switches.stop_by_itself(rail="sepa", reason="Twice.", now=NOW)

    switches.restore(switch_id=stop.pk, actor=make.person("treasurer"), now=LATER)

    assert switches.open_on("sepa") is None


def test_a_person_s_stop_is_not_lifted_over_an_incident_that_would_stop_the_rail_too():
    stopper, other = make.person("treasurer"), make.person("treasurer")
    stop = switches.stop(rail="sepa", reason="Drill.", actor=stopper, now=NOW)
    incidents.open_one(code="paid_twice", key="x", text="Twice.", rail="sepa", now=LATER)
    assert switches.stop_by_itself(rail="sepa", reason="Twice.", now=LATER) == stop

    with pytest.raises(switches.NotLookedAt, match="still open"):
        switches.restore(switch_id=stop.pk, actor=other, now=LATER)
