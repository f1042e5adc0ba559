"""PostgreSQL holds the floor, from any door and any shell."""

import pytest
from django.db import DatabaseError, IntegrityError

from backoffice.people.models import PersonRequest
from backoffice.people.operations import asking
from tests import make
from tests.backoffice.people import ask, change, confirm, roles_of
from tests.races.crew import together

pytestmark = pytest.mark.django_db
DECIDE = "UPDATE people_personrequest SET outcome = %s, decided_by_id = %s, decided_at = now() WHERE id = %s"


@pytest.fixture
def waits(two):
    """More roles for somebody, asked for."""
    user = make.user("analyst")
    return asking.more_roles(user_id=user.pk, role_names=["treasurer"], actor=two.one, now=make.NOW)


@pytest.mark.parametrize("outcome", ["confirmed", "dismissed"])
def test_who_asked_decides_nothing(outcome, two, waits, raw_sql):
    with pytest.raises(IntegrityError, match="person_request_four_eyes"):
        raw_sql(DECIDE, [outcome, two.one.user_id, waits.pk])
    with pytest.raises(IntegrityError, match="person_request_four_eyes"):
        raw_sql(DECIDE, ["taken_back", two.other.user_id, waits.pk])


@pytest.mark.parametrize("outcome", ["confirmed", "dismissed"])
def test_nor_does_whom_it_is_about(outcome, two, waits, raw_sql):
    with pytest.raises(IntegrityError, match="person_request_not_by_the_person"):
        raw_sql(DECIDE, [outcome, waits.person_id, waits.pk])


def test_nobody_asks_for_themselves(two):
    with pytest.raises(IntegrityError, match="person_request_not_by_the_person"):
        PersonRequest.objects.create(
            kind="password",
            person_id=two.one.user_id,
            username="me",
            asked_by_id=two.one.user_id,
            asked_at=make.NOW,
        )


@pytest.mark.parametrize(
    "change", ["outcome = 'confirmed'", "decided_at = now()", "outcome = 'confirmed', decided_at = now()"]
)
def test_a_decision_is_whole(change, waits, raw_sql):
    with pytest.raises(IntegrityError, match="person_request_decided_whole"):
        raw_sql(f"UPDATE people_personrequest SET {change} WHERE id = %s", [waits.pk])


def test_what_was_decided_stays(two, waits, raw_sql):
    raw_sql(DECIDE, ["dismissed", two.other.user_id, waits.pk])
    with pytest.raises(DatabaseError, match="decided already"):
        raw_sql(DECIDE, ["confirmed", two.other.user_id, waits.pk])


def test_what_was_asked_for_stays_and_begins_undecided(two, waits, raw_sql):
    for column, value in (("roles", "'{admin}'"), ("kind", "'password'"), ("asked_by_id", two.other.user_id)):
        with pytest.raises(DatabaseError, match="permission denied"):
            raw_sql(f"UPDATE people_personrequest SET {column} = {value}")
    with pytest.raises(DatabaseError, match="rows are history"):
        raw_sql("DELETE FROM people_personrequest")
    with pytest.raises(IntegrityError, match="stays about whom"):
        raw_sql(f"UPDATE people_personrequest SET person_id = {make.user().pk} WHERE id = {waits.pk}")
    with pytest.raises(IntegrityError, match="begins undecided"):
        PersonRequest.objects.create(
            kind="roles",
            person_id=waits.person_id,
            username="x",
            roles=["admin"],
            asked_by_id=two.one.user_id,
            asked_at=make.NOW,
            decided_by_id=two.other.user_id,
            decided_at=make.NOW,
            outcome="confirmed",
        )


def test_one_open_request_for_a_person_and_kind_and_for_a_new_name(two, waits):
    values = {"asked_by_id": two.other.user_id, "asked_at": make.NOW}
    with pytest.raises(IntegrityError, match="person_request_one_open"):
        PersonRequest.objects.create(
            kind="roles", person_id=waits.person_id, username="x", roles=["admin"], **values
        )


def test_one_open_request_for_a_new_name(two):
    ask(two.one, username="nora")
    with pytest.raises(IntegrityError, match="person_request_one_new"):
        PersonRequest.objects.create(
            kind="add", username="NORA", asked_by_id=two.other.user_id, asked_at=make.NOW
        )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"kind": "password", "person": None}, "person_request_names_somebody"),
        ({"kind": "roles"}, "person_request_names_roles"),
        ({"kind": "king"}, "person_request_kind_is_known"),
    ],
)
def test_a_request_says_what_and_for_whom(values, name, two):
    values = {"person": make.user(), "username": "x", "asked_by_id": two.one.user_id, **values}
    with pytest.raises(IntegrityError, match=name):
        PersonRequest.objects.create(asked_at=make.NOW, **values)


def test_no_role_without_a_request_that_is_confirmed_with_it(two, waits, raw_sql):
    give = """INSERT INTO auth_user_groups (user_id, group_id)
              SELECT %s, id FROM auth_group WHERE name = %s"""
    for role in ("treasurer", "admin"):  # asked for, not asked for
        with pytest.raises(IntegrityError, match="only by a request"):
            raw_sql(give, [waits.person_id, role])
    with pytest.raises(IntegrityError, match="only by a request"):
        raw_sql(
            "UPDATE auth_user_groups SET group_id = (SELECT id FROM auth_group WHERE name = 'admin')"
            " WHERE user_id = %s",
            [waits.person_id],
        )


def test_no_closed_account_opens_without_one(two, raw_sql):
    closed = make.user("analyst", is_active=False)
    with pytest.raises(IntegrityError, match="opens only by a request"):
        raw_sql("UPDATE auth_user SET is_active = true WHERE id = %s", [closed.pk])


@pytest.mark.django_db(transaction=True)
def test_a_confirmed_request_gives_a_role_once(two, app_connection):
    """Taken away again, it is asked for anew: what was confirmed some time ago opens nothing."""
    user = make.user("analyst")
    request = asking.more_roles(user_id=user.pk, role_names=["treasurer"], actor=two.one, now=make.NOW)
    confirm(two.other, request)
    change(two.one, user, role_names=["analyst"])
    with pytest.raises(Exception, match="only by a request"):
        make_member(app_connection, user.pk, "treasurer")
    assert roles_of(user) == ["analyst"]


def make_member(connection, user_id: int, role: str) -> None:
    connection.execute(
        "INSERT INTO auth_user_groups (user_id, group_id) SELECT %s, id FROM auth_group WHERE name = %s",
        [user_id, role],
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_has_done_it(two):
    third = make.person("admin")
    request = ask(two.one, username="nora")
    results = together(*[lambda who=who: confirm(who, request) for who in (two.other, third)])
    assert sorted(type(each).__name__ for each in results) == ["Confirmed", "Conflict"]
