"""One person per role to log in as, in demo mode only."""

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from backoffice import demo, roles
from backoffice.demo import people

pytestmark = pytest.mark.django_db


def test_everybody_logs_in_with_the_demo_password_and_has_one_role():
    people.ensure()
    for role in roles.ROLES:
        user = authenticate(username=role, password="demo")
        assert user is not None, role
        assert user.is_staff, role
        assert [group.name for group in user.groups.all()] == [role]
        assert user.get_full_name()
        assert not user.is_superuser


def test_four_eyes_have_a_second_pair_in_every_role_that_needs_one():
    held = [person.role for person in people.PEOPLE]
    assert all(held.count(role) >= 2 for role in ("analyst", "approver", "treasurer", "compliance", "accountant"))


def test_a_second_time_keeps_passwords_and_so_sessions():
    people.ensure()
    before = dict(get_user_model().objects.values_list("username", "password"))
    people.ensure()
    assert dict(get_user_model().objects.values_list("username", "password")) == before


def test_another_demo_password_takes_effect(settings):
    people.ensure()
    settings.DEMO_PASSWORD = "another"
    people.ensure()
    assert authenticate(username="support", password="another") is not None


def test_a_real_installation_gets_no_demo_people(settings):
    settings.DEMO = False
    with pytest.raises(demo.NotADemo):
        people.ensure()
    with pytest.raises(CommandError, match="not in demo mode"):
        call_command("create_demo_users")
    assert not get_user_model().objects.exists()
