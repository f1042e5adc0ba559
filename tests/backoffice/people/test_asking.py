"""What is asked for is in force for nobody; who may ask, and what is refused before anything is written."""

import pytest
from django.contrib.auth.models import User

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed
from backoffice.audit.models import Event
from backoffice.people.models import PersonRequest
from backoffice.people.operations import asking
from backoffice.people.operations._known import BadName, NameTaken, NoSuchRole, OwnRights
from tests import make
from tests.backoffice.people import ask, roles_of, user_of

pytestmark = pytest.mark.django_db


def test_a_person_who_is_asked_for_is_nobody_here_yet_and_it_is_on_the_record(two, client):
    request = ask(two.one, username="nora", role_names=["treasurer", "analyst"])
    assert not User.objects.filter(username="nora").exists()
    assert not client.login(username="nora", password="")
    event = Event.objects.get(action="person.ask", subject_id=request.pk)
    assert event.data == {"kind": "add", "user": "nora", "roles": ["analyst", "treasurer"]}
    assert event.actor_id == two.one.user_id


def test_roles_an_open_account_and_a_password_are_not_in_force_before_confirmation(two, client):
    user, gone = make.user("analyst", is_staff=True), make.user("analyst", is_active=False, is_staff=True)
    asking.more_roles(user_id=user.pk, role_names=["approver"], actor=two.one, now=make.NOW)
    asking.new_password(user_id=user.pk, actor=two.one, now=make.NOW)
    asking.log_in_again(user_id=gone.pk, actor=two.one, now=make.NOW)
    assert roles_of(user) == ["analyst"]
    assert client.login(username=user.username, password="demo")
    assert not client.login(username=gone.username, password="demo")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"username": "TAKEN"}, NameTaken),
        ({"username": "ana lyst"}, BadName),
        ({"username": "<ana>"}, BadName),
        ({"username": "admin\u200b"}, BadName),
        ({"username": "аdmin"}, BadName),  # its first letter is Cyrillic
        ({"username": "Waits"}, Conflict),
        ({"role_names": ["king"]}, NoSuchRole),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(values, error, two):
    make.user(username="taken")
    ask(two.one, username="waits")
    with pytest.raises(error):
        ask(two.other, **values)
    assert PersonRequest.objects.filter(outcome="").count() == 1


def test_the_same_is_asked_for_once_at_a_time(two):
    user = make.user("analyst")
    asking.new_password(user_id=user.pk, actor=two.one, now=make.NOW)
    with pytest.raises(Conflict, match="waits already"):
        asking.new_password(user_id=user.pk, actor=two.other, now=make.NOW)
    asking.more_roles(user_id=user.pk, role_names=["approver"], actor=two.other, now=make.NOW)


def test_nobody_asks_for_themselves(two):
    me = user_of(two.one).pk
    with pytest.raises(OwnRights, match="menu of your name"):
        asking.new_password(user_id=me, actor=two.one, now=make.NOW)
    for verb, more in ((asking.more_roles, {"role_names": ["approver"]}), (asking.log_in_again, {})):
        with pytest.raises(OwnRights, match="Ask another administrator"):
            verb(user_id=me, actor=two.one, now=make.NOW, **more)


def test_what_makes_no_sense_is_not_asked_for(two):
    with pytest.raises(Conflict, match="account is open"):
        asking.log_in_again(user_id=make.user("analyst").pk, actor=two.one, now=make.NOW)
    with pytest.raises(Conflict, match="account is closed"):
        asking.new_password(user_id=make.user("analyst", is_active=False).pk, actor=two.one, now=make.NOW)


def test_only_administrators_ask_and_only_in_the_browser(two):
    with pytest.raises(NotAllowed):
        ask(make.person("approver"))
    admin = user_of(two.one)
    for actor in (actors.token(admin), actors.command(admin), actors.SYSTEM):
        with pytest.raises(NotAllowed, match="needs a person"):
            ask(actor)
        with pytest.raises(NotAllowed, match="needs a person"):
            asking.new_password(user_id=make.user("analyst").pk, actor=actor, now=make.NOW)
