"""The first person of a new installation."""

import io

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from backoffice import roles
from backoffice.audit.models import Event
from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = "a long first password"


def create(monkeypatch, username="first", password=PASSWORD) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("create_admin", username, stdout=io.StringIO())


def test_the_first_administrator_logs_in_and_may_add_the_others(monkeypatch):
    roles.setup()
    create(monkeypatch)
    browser = Client()
    browser.post("/login/", {"username": "first", "password": PASSWORD, "next": "/"})
    assert browser.get("/settings/people/add/").status_code == 200
    assert Event.objects.get(action="person.added").data == {"roles": ["admin"]}


def test_there_is_no_second_first_administrator(monkeypatch):
    roles.setup()
    create(monkeypatch)
    with pytest.raises(CommandError, match="an administrator can log in already"):
        create(monkeypatch, username="second")
    assert not User.objects.filter(username="second").exists()


def test_where_the_only_administrator_left_another_may_be_made(monkeypatch):
    roles.setup()
    make.user("admin", is_active=False)
    create(monkeypatch)
    assert User.objects.get(username="first").is_active


@pytest.mark.parametrize(("password", "why"), [("short", "too short"), ("", r"no password came.*< FILE")])
def test_a_weak_password_makes_nobody(monkeypatch, password, why):
    roles.setup()
    with pytest.raises(CommandError, match=why):
        create(monkeypatch, password=password)
    assert not User.objects.exists()


def test_before_the_roles_are_set_up_it_says_so(monkeypatch):
    Group.objects.filter(name="admin").delete()
    with pytest.raises(CommandError, match="setup_roles"):
        create(monkeypatch)
