"""Guessing passwords ends, and is written down."""

from datetime import timedelta

import pytest
from django.test import Client

from backoffice import logins
from backoffice.audit import clock
from backoffice.audit.models import Event
from tests import make

pytestmark = pytest.mark.django_db


def attempt(username: str, password: str) -> str:
    answer = Client().post("/login/", {"username": username, "password": password, "next": "/"})
    return "in" if answer.status_code == 302 else answer.content.decode()


def test_after_ten_wrong_passwords_even_the_right_one_waits():
    user = make.user("analyst", is_staff=True)
    for _ in range(logins.TRIES):
        assert attempt(user.username, "guess") != "in"
    assert "Too many wrong passwords" in attempt(user.username, "demo")
    assert Event.objects.filter(action="login.failed", subject_id=user.pk).count() == logins.TRIES


def test_others_log_in_meanwhile_and_the_window_ends():
    user = make.user("analyst", is_staff=True)
    for _ in range(logins.TRIES):
        attempt(user.username, "guess")
    assert attempt(make.user("approver", is_staff=True).username, "demo") == "in"
    assert logins.wrong_tries(user.username, now=clock.database_now() + logins.WINDOW + timedelta(seconds=1)) == 0


def test_a_name_that_nobody_has_is_not_told_apart():
    for _ in range(logins.TRIES):
        attempt("nobody", "guess")
    assert "Too many wrong passwords" in attempt("nobody", "guess")
    assert logins.wrong_tries("somebody else", now=clock.database_now()) == 0
    assert "nobody" not in str(list(Event.objects.values_list("data", flat=True)))
