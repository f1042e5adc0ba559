"""Choosing a run: what cannot be run is said beside the field."""

from datetime import timedelta

import pytest

from backoffice.audit.clock import database_now
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("country", ["", "FR"])
def test_a_day_that_has_not_come_is_said_beside_its_field(client, country):
    client.force_login(make.user("analyst", is_staff=True))
    until = database_now().date() + timedelta(days=3)
    answer = client.get("/runs/new/", {"country": country, "until": until.isoformat()})
    assert answer.status_code == 200
    assert "has not come yet" in answer.context["form"].errors["until"][0]
    assert answer.context["form"]["until"].value() == until.isoformat()


def test_a_day_that_has_come_shows_what_would_happen(client):
    client.force_login(make.user("analyst", is_staff=True))
    answer = client.get("/runs/new/", {"country": "FR", "until": "2026-11-20"})
    assert answer.context["title"] == "Make 0 payouts"
