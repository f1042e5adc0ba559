"""The page of rails: the kill switch by two people, and incidents."""

import pytest
from django.urls import reverse

from payouts.models import Incident, RailSwitch
from payouts.operations import incidents, switches
from tests import make, make_payouts
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db
RAILS = "/rails/"


def stop(browser, rail="sepa", reason="The bank called."):
    return browser.post(reverse("admin:payouts_rail_stop", args=[rail]), {"reason": reason}, follow=True)


@pytest.mark.parametrize("role", ["treasurer", "approver", "auditor", "analyst"])
def test_who_sees_incidents_sees_what_each_rail_does(role):
    page = client(role).get(RAILS).content.decode()
    assert "One file for a whole batch" in page and "One call for each payout" in page
    assert "knows a repeated hand-over for 15 days" in page
    assert ("Stop SEPA" in page) == (role == "treasurer")


def test_administrators_of_people_do_not_see_rails():
    assert client("admin").get(RAILS).status_code == 403


def test_a_rail_is_stopped_with_a_reason_and_restored_by_another_person():
    one, other = client("treasurer"), client("treasurer")
    assert "Fill this in" in stop(one, reason=" ").content.decode()
    page = stop(one).content.decode()
    assert "nothing new is handed to SEPA" in page and "The bank called." in page
    assert "Off for you: you stopped it" in page
    switch = RailSwitch.objects.get()
    url = reverse("admin:payouts_rail_restore", args=[switch.pk])
    own = one.get(url).content.decode()
    assert "Off for you: you stopped it" in own and 'type="submit">Let SEPA go on' not in own
    assert 'type="submit">Let SEPA go on' in other.get(url).content.decode()
    assert "you stopped it" in one.post(url, follow=True).content.decode()
    assert "0 approved batches wait" in other.get(url).content.decode()
    assert "SEPA goes on" in other.post(url, follow=True).content.decode()
    assert switches.open_on("sepa") is None
    assert "let go on already" in other.post(url, follow=True).content.decode()


def test_every_rail_is_stopped_at_once():
    page = stop(client("treasurer"), rail="all").content.decode()
    assert "Every rail is stopped" in page
    assert switches.open_on("sepa") and switches.open_on("sandbox")


def test_a_stop_says_what_will_wait_and_letting_go_on_what_goes():
    one, other = client("treasurer"), client("treasurer")
    url = reverse("admin:payouts_rail_stop", args=["sepa"])
    assert "No approved batch waits now." in one.get(url).content.decode()
    for amounts in ([12_00, 34_00], [1_000_00]):
        make_payouts.approved_batch(amounts)
    make_payouts.proposed_batch([7_00])  # nobody approved it: it waits anyway
    for rail in ("sepa", "all"):
        page = one.get(reverse("admin:payouts_rail_stop", args=[rail])).content.decode()
        assert "2 approved batches with €1,046.00 will wait." in page
    page = one.get(reverse("admin:payouts_rail_stop", args=["sandbox"])).content.decode()
    assert "No approved batch waits now." in page
    stop(one)
    restore = reverse("admin:payouts_rail_restore", args=[RailSwitch.objects.get().pk])
    assert (
        "2 approved batches with €1,046.00 wait and will be handed over"
        in other.get(restore).content.decode()
    )


def test_a_rail_that_is_not_there_is_not_found():
    assert stop(client("treasurer"), rail="nowhere").status_code == 404


@pytest.mark.parametrize("role", ["approver", "auditor", "analyst"])
def test_only_a_treasurer_stops_and_restores(role):
    assert stop(client(role)).status_code == 403
    assert client(role).post(reverse("admin:payouts_rail_restore", args=[1])).status_code == 403


def test_an_incident_is_closed_with_what_was_found():
    incidents.open_one(code="x", key="x:1", text="Paid twice, perhaps.", now=make.NOW)
    browser = client("approver")
    assert "Paid twice, perhaps." in browser.get(RAILS).content.decode()
    url = reverse("admin:payouts_incident_close", args=[Incident.objects.get().pk])
    assert "Fill this in" in browser.post(url, {"note": ""}).content.decode()
    assert "Incident closed." in browser.post(url, {"note": "It was not."}, follow=True).content.decode()
    assert "No open incident" in browser.get(RAILS).content.decode()
    assert "It was not." in browser.get(RAILS, {"closed": "1"}).content.decode()
    assert client("support").post(url, {"note": "x"}).status_code == 403
