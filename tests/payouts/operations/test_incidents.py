"""What a person must look at: once per trouble, open until somebody says what was found."""

import pytest

from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.audit.models import Event
from payouts.models import Incident
from payouts.operations import incidents
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


def open_one(text: str = "Odd.") -> bool:
    return incidents.open_one(code="odd", key="odd:1", text=text, now=NOW)


def test_the_same_trouble_opens_one_incident():
    assert open_one()
    assert not open_one("Odd again.")
    assert Incident.objects.get().text == "Odd."
    assert Event.objects.filter(action="incident.open").count() == 1


def test_trouble_that_comes_back_opens_it_again():
    open_one()
    assert incidents.over(keys=["odd:1"], note="Gone.", now=NOW) == 1
    assert open_one("Odd again.")
    incident = Incident.objects.get()
    assert (incident.closed_at, incident.closing_note, incident.text) == (None, "", "Odd again.")


def test_trouble_that_ends_by_itself_says_so():
    open_one()
    incidents.over_with_prefix(prefix="odd:", but=["odd:1"], note="Gone.", now=NOW)
    assert Incident.objects.get().closed_at is None
    incidents.over_with_prefix(prefix="odd:", but=[], note="Gone.", now=NOW)
    assert Incident.objects.get().closing_note == "Gone."


def over_events() -> list[tuple[int | None, dict]]:
    return list(Event.objects.filter(action="incident.over").values_list("subject_id", "data"))


def test_trouble_that_ends_by_itself_is_a_deed_of_the_program_once():
    open_one()
    incidents.over(keys=["odd:1", "even:1"], note="Gone.", now=NOW)
    incidents.over(keys=["odd:1"], note="Gone again.", now=NOW)

    assert over_events() == [(Incident.objects.get().pk, {"code": "odd"})]
    assert Incident.objects.get().closing_note == "Gone."

    open_one()
    incidents.over_with_prefix(prefix="od", but=[], note="Gone.", now=NOW)
    assert len(over_events()) == 2


def test_an_incident_stands_only_with_its_event(monkeypatch):
    def crash(**_):
        raise RuntimeError("killed")

    monkeypatch.setattr(incidents.recording, "record", crash)
    with pytest.raises(RuntimeError):
        open_one()
    assert not Incident.objects.exists()


def test_a_person_closes_it_with_a_note_once():
    open_one()
    incident, treasurer = Incident.objects.get(), make.person("treasurer")

    with pytest.raises(Refused, match="what was found"):
        incidents.close(incident_id=incident.pk, actor=treasurer, note=" ", now=NOW)
    with pytest.raises(NotAllowed):
        incidents.close(incident_id=incident.pk, actor=make.person("analyst"), note="Fine.", now=NOW)
    incidents.close(incident_id=incident.pk, actor=treasurer, note="Fine.", now=NOW)
    with pytest.raises(Conflict):
        incidents.close(incident_id=incident.pk, actor=treasurer, note="Fine.", now=NOW)
    assert Incident.objects.get().closed_by_id == treasurer.user_id
