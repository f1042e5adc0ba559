"""Another administrator confirms or dismisses, who asked takes back; neither alone gives anybody a way in."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed
from backoffice.audit.models import Event
from backoffice.people import queries
from backoffice.people.operations import asking, deciding
from backoffice.people.operations._known import NameTaken
from tests import make
from tests.backoffice.people import ask, change, confirm, roles_of, user_of

pytestmark = pytest.mark.django_db


def deeds(user=None, request=None) -> list[str]:
    subject = request.pk if request else user.pk
    kind = "people.personrequest" if request else "auth.user"
    found = Event.objects.filter(subject_type=kind, subject_id=subject).order_by("pk")
    return list(found.values_list("action", flat=True))


def test_a_confirmed_person_has_their_roles_no_password_and_a_link(two):
    request = ask(two.one, username="nora", names=("Nora", "Lind"), role_names=["analyst", "approver"])
    done = confirm(two.other, request)
    assert done.user == User.objects.get(username="nora", is_active=True, is_staff=True, first_name="Nora")
    assert roles_of(done.user) == ["analyst", "approver"]
    assert not done.user.has_usable_password()
    assert done.link.startswith("/password/")
    request.refresh_from_db()
    assert (request.outcome, request.person, request.decided_by_id, request.decided_at) == (
        "confirmed", done.user, two.other.user_id, make.NOW,
    )  # fmt: skip
    assert deeds(request=request) == ["person.ask", "person.confirm"]
    assert deeds(done.user) == ["person.added", "person.link_made"]
    assert Event.objects.get(action="person.added").actor_id == two.other.user_id


def test_who_asked_does_not_confirm(two):
    request = ask(two.one)
    with pytest.raises(deciding.OwnWish, match="you asked for it"):
        confirm(two.one, request)
    assert not User.objects.filter(username=request.username).exists()


def test_the_person_concerned_decides_nothing(two):
    for request in (
        asking.new_password(user_id=two.other.user_id, actor=two.one, now=make.NOW),
        asking.more_roles(user_id=two.other.user_id, role_names=["approver"], actor=two.one, now=make.NOW),
    ):
        with pytest.raises(deciding.OwnWish, match="about you"):
            confirm(two.other, request)
        with pytest.raises(deciding.OwnWish, match="about you"):
            deciding.dismiss(request_id=request.pk, actor=two.other, now=make.NOW)
    assert roles_of(user_of(two.other)) == ["admin"]
    confirm(make.person("admin"), request)
    assert roles_of(user_of(two.other)) == ["admin", "approver"]


def test_a_confirmed_password_ends_the_old_one_and_every_session(two):
    user = make.user("analyst", is_staff=True)
    browser = Client()
    assert browser.login(username=user.username, password="demo")
    assert browser.get("/").status_code == 200
    request = asking.new_password(user_id=user.pk, actor=two.one, now=make.NOW)
    done = confirm(two.other, request)
    assert done.link
    assert not Client().login(username=user.username, password="demo")
    assert browser.get("/").status_code == 302
    assert deeds(user) == ["login", "person.password_ended", "person.link_made", "login.failed"]


def test_more_roles_are_given_beside_those_one_has(two):
    user = make.user("analyst")
    request = asking.more_roles(user_id=user.pk, role_names=["treasurer"], actor=two.one, now=make.NOW)
    assert confirm(two.other, request).link == ""
    assert roles_of(user) == ["analyst", "treasurer"]
    data = Event.objects.get(action="person.roles", subject_id=user.pk).data
    assert data == {"granted": ["treasurer"], "taken": []}


def test_a_closed_account_opens_with_its_password_or_with_a_link_where_it_has_none(two, client):
    closed = make.user("analyst", is_active=False, is_staff=True)
    done = confirm(two.other, asking.log_in_again(user_id=closed.pk, actor=two.one, now=make.NOW))
    assert done.link == "" and client.login(username=closed.username, password="demo")
    assert deeds(closed)[0] == "person.opened"
    new = confirm(two.other, ask(two.one)).user
    change(two.one, new, active=False)
    again = confirm(two.other, asking.log_in_again(user_id=new.pk, actor=two.one, now=make.NOW))
    assert again.link


def test_dismissed_and_taken_back_nothing_is_in_force_and_who_and_when_is_kept(two):
    dismissed, back = ask(two.one), ask(two.one)
    deciding.dismiss(request_id=dismissed.pk, actor=two.other, now=make.NOW)
    deciding.take_back(request_id=back.pk, actor=two.one, now=make.NOW)
    for request, outcome, who in ((dismissed, "dismissed", two.other), (back, "taken_back", two.one)):
        request.refresh_from_db()
        assert (request.outcome, request.decided_by_id, request.decided_at) == (
            outcome,
            who.user_id,
            make.NOW,
        )
        assert not User.objects.filter(username=request.username).exists()
        with pytest.raises(Conflict, match="somebody decided"):
            confirm(two.other, request)
    assert deeds(request=dismissed) == ["person.ask", "person.dismiss"]
    assert deeds(request=back) == ["person.ask", "person.take_back"]
    ask(two.other, username=dismissed.username)  # the name is free again


def test_each_has_their_own_way_to_say_no(two):
    request = ask(two.one)
    with pytest.raises(deciding.OwnWish, match="Take it back"):
        deciding.dismiss(request_id=request.pk, actor=two.one, now=make.NOW)
    with pytest.raises(deciding.OwnWish, match="Dismiss it"):
        deciding.take_back(request_id=request.pk, actor=two.other, now=make.NOW)


def test_what_is_confirmed_is_what_was_shown(two):
    user = make.user("analyst", first_name="Nora")
    request = asking.more_roles(user_id=user.pk, role_names=["treasurer"], actor=two.one, now=make.NOW)
    request.refresh_from_db()
    for values in (
        {"names": ("Nina", "")},
        {"role_names": []},
        {"active": False},
        {"email": "n@example.com"},
    ):
        seen = queries.digest(type(request).objects.get(pk=request.pk))
        change(two.one, User.objects.get(pk=user.pk), **values)
        with pytest.raises(Conflict, match="not as the page showed it"):
            confirm(two.other, request, seen=seen)
    assert "treasurer" not in roles_of(user)


def test_what_somebody_asked_who_may_not_any_more_is_not_confirmed(two):
    request = ask(two.one)
    change(two.other, user_of(two.one), active=False)
    with pytest.raises(Conflict, match="may not ask for it any more"):
        confirm(two.other, request)


def test_a_name_that_was_given_away_meanwhile_is_not_given_twice(two):
    request = ask(two.one, username="nora")
    make.user(username="Nora")
    with pytest.raises(NameTaken):
        confirm(two.other, request)


def test_a_password_of_an_account_that_was_closed_meanwhile_is_not_renewed(two):
    user = make.user("analyst")
    request = asking.new_password(user_id=user.pk, actor=two.one, now=make.NOW)
    change(two.one, user, active=False)
    with pytest.raises(Conflict, match="account was closed"):
        confirm(two.other, request)


def test_no_token_command_or_other_role_decides(two):
    request = ask(two.one)
    other = user_of(two.other)
    outsiders = (actors.token(other), actors.command(other), actors.SYSTEM, make.person("approver"))
    for actor in outsiders:
        for verb in (deciding.dismiss, deciding.take_back):
            with pytest.raises(NotAllowed):
                verb(request_id=request.pk, actor=actor, now=make.NOW)
        with pytest.raises(NotAllowed):
            confirm(actor, request)
