"""The first two people of an installation."""

import io

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from backoffice import roles
from backoffice.audit.models import Event
from backoffice.people.models import PersonRequest
from backoffice.people.operations import beginning
from tests import make
from tests.races.crew import together

pytestmark = pytest.mark.django_db
PASSWORD = "a long first password"


def create(monkeypatch, username="first", password=PASSWORD) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    out = io.StringIO()
    call_command("create_admin", username, stdout=out)
    return out.getvalue()


def test_the_first_administrator_logs_in_and_may_ask_for_the_others(monkeypatch):
    roles.setup()
    assert "once more for a second person" in create(monkeypatch)
    browser = Client()
    browser.post("/login/", {"username": "first", "password": PASSWORD, "next": "/"})
    assert browser.get("/settings/people/add/").status_code == 200
    assert Event.objects.get(action="person.added").data == {"roles": ["admin"]}


def test_that_nobody_confirmed_it_is_kept(monkeypatch):
    roles.setup()
    create(monkeypatch)
    request = PersonRequest.objects.get()
    assert (request.outcome, request.person.username, request.roles) == ("bootstrap", "first", ["admin"])
    assert (request.asked_by, request.decided_by) == (None, None)


def test_there_are_two_by_command_and_no_third(monkeypatch):
    roles.setup()
    create(monkeypatch)
    assert "once more" not in create(monkeypatch, username="second")
    with pytest.raises(CommandError, match="two administrators can log in already"):
        create(monkeypatch, username="third")
    assert not User.objects.filter(username="third").exists()


def test_where_one_of_two_left_or_has_no_password_another_may_be_made(monkeypatch):
    roles.setup()
    make.user("admin", is_active=False)
    unusable = make.user("admin")
    unusable.set_unusable_password()
    unusable.save()
    make.user("admin")
    create(monkeypatch)
    assert User.objects.get(username="first").is_active
    with pytest.raises(CommandError, match="two administrators"):
        create(monkeypatch, username="second")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_make_three():
    roles.setup()
    make.user("admin")
    deeds = [
        lambda n=n: beginning.add_admin(username=f"new-{n}", password=PASSWORD, now=make.NOW)
        for n in range(2)
    ]
    assert sorted(type(each).__name__ for each in together(*deeds)) == ["AdminsExist", "User"]


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
