"""One administrator makes things safer at once, and only asks for the rest."""

import pytest
from django.contrib.auth.models import User
from knox.models import get_token_model

from backoffice.audit.actors import person
from backoffice.audit.errors import Conflict
from backoffice.audit.models import Event
from backoffice.people import queries
from backoffice.people.models import PersonRequest
from backoffice.people.operations._known import OwnRights
from tests import make
from tests.backoffice.people import ask as ask_to_add
from tests.backoffice.people import change, confirm, roles_of, user_of
from tests.races.crew import together

pytestmark = pytest.mark.django_db


def test_roles_are_taken_at_once_and_rights_beside_them_go(two):
    user = make.user("analyst", permissions=["payouts.approve_payout"])
    make.give_role(user, "support")
    changed = change(two.one, user, role_names=["support", "approver"])
    assert (changed.done, changed.asked) == (["roles taken away"], ["more roles"])
    assert roles_of(user) == ["support"] and not user.user_permissions.exists()
    assert Event.objects.get(action="person.roles").data == {"granted": [], "taken": ["analyst"]}
    assert PersonRequest.objects.get(outcome="", kind="roles").roles == ["approver"]


def test_an_account_is_closed_at_once_and_sessions_end(two, client):
    user = make.user("analyst", is_staff=True)
    assert client.login(username=user.username, password="demo")
    assert change(two.one, user, active=False).done == ["may no longer log in"]
    assert client.get("/").status_code == 302
    assert not client.login(username=user.username, password="demo")
    assert Event.objects.filter(action="person.closed", subject_id=user.pk).exists()


def test_opening_again_and_a_new_password_are_asked_for(two):
    closed, user = make.user("analyst", is_active=False), make.user("analyst")
    assert change(two.one, closed, active=True).asked == ["log in again"]
    closed.refresh_from_db()
    assert not closed.is_active
    assert change(two.one, user, new_password=True).asked == ["a new password"]
    assert set(PersonRequest.objects.filter(outcome="").values_list("kind", "person_id")) == {
        ("open", closed.pk),
        ("password", user.pk),
    }


def test_a_name_is_changed_at_once(two):
    user = make.user("analyst")
    assert change(two.one, user, names=("Nina", "Lind")).done == ["name or e-mail"]
    assert User.objects.get(pk=user.pk).first_name == "Nina"
    assert Event.objects.filter(action="person.named", subject_id=user.pk).exists()
    assert change(two.one, User.objects.get(pk=user.pk)).done == []


def test_nobody_sets_their_own_roles_or_closes_themselves(two):
    me = user_of(two.one)
    for values in ({"role_names": ["admin", "approver"]}, {"role_names": []}, {"active": False}):
        with pytest.raises(OwnRights, match="Ask another administrator"):
            change(two.one, me, **values)
    with pytest.raises(OwnRights, match="menu of your name"):
        change(two.one, me, new_password=True)
    assert change(two.one, me, names=("Samir", "H")).done == ["name or e-mail"]


def test_a_link_that_nobody_used_dies_with_the_account(two, client):
    done = confirm(two.other, ask_to_add(two.one))
    change(two.one, done.user, active=False)
    assert client.get(done.link).status_code == 410
    change(two.one, User.objects.get(pk=done.user.pk), active=True)
    confirm(two.other, PersonRequest.objects.get(outcome="", kind="open"))
    assert client.get(done.link).status_code == 410


def test_password_sessions_and_tokens_die_with_the_account_for_good(two, client):
    user = make.user("analyst", is_staff=True)
    get_token_model().objects.create(user=user)
    assert client.login(username=user.username, password="demo")
    change(two.one, user, active=False)
    assert not get_token_model().objects.filter(user=user).exists()
    change(two.one, User.objects.get(pk=user.pk), active=True)
    done = confirm(two.other, PersonRequest.objects.get(outcome="", kind="open"))
    assert done.link and client.get("/").status_code == 302, "the cookie of before is no way in"
    assert not client.login(username=user.username, password="demo")


def test_a_page_that_is_out_of_date_takes_nothing_away(two):
    user = make.user("analyst")
    seen = queries.person_digest(user)
    make.give_role(user, "treasurer")
    with pytest.raises(Conflict, match="not as the page showed them"):
        change(two.one, user, role_names=["analyst"], email="a@example.com", seen=seen)
    assert roles_of(user) == ["analyst", "treasurer"]


def test_what_cannot_be_asked_for_undoes_nothing_that_makes_the_house_safer(two):
    user = make.user("analyst")
    make.give_role(user, "treasurer")
    change(two.one, user, role_names=["analyst", "treasurer", "support"])
    changed = change(two.one, user, role_names=["analyst", "approver"])
    assert (changed.done, changed.asked) == (["roles taken away"], [])
    assert "the same waits already" in changed.refused[0]
    assert roles_of(user) == ["analyst"]
    closed = change(two.one, user, active=False, new_password=True)
    assert closed.done == ["may no longer log in"] and "the account is closed" in closed.refused[0]
    assert not User.objects.get(pk=user.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_leave_one():
    one, other = (person(make.user("admin", is_staff=True)) for _ in range(2))
    deeds = [
        lambda by=by, whom=whom: change(by, user_of(whom), active=False)
        for by, whom in ((one, other), (other, one))
    ]
    results = together(*deeds)
    assert sorted(type(each).__name__ for each in results) == ["Changed", "NotAllowed"]
    assert User.objects.filter(groups__name="admin", is_active=True).count() == 1
