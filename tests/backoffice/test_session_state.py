"""Whose session it is, said to a page before it sends a form."""

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


def test_a_page_hears_who_is_logged_in_and_gets_a_token_that_is_taken():
    user = make.user("analyst", is_staff=True)
    client = Client(enforce_csrf_checks=True)
    assert client.get("/session/").json()["person"] == "guest"
    client.force_login(user)
    answer = client.get("/session/")
    assert answer.json()["person"] == str(user.pk)
    assert "no-store" in answer.headers["Cache-Control"]
    sent = {"density": "compact", "csrfmiddlewaretoken": answer.json()["token"]}
    assert client.post("/preferences/", sent).status_code == 302
    assert client.post("/preferences/", {"density": "compact"}).status_code == 403


def test_who_was_shut_out_is_nobody_and_nothing_is_sent_there():
    user = make.user("analyst", is_staff=True)
    client = Client()
    client.force_login(user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/session/").json()["person"] == "guest"
    assert client.post("/session/").status_code == 405
