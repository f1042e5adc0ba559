"""People are added, given roles and closed, on the record, and nobody sets their own rights."""

import pytest
from django.contrib.auth.models import User

from backoffice import people, roles
from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "a-long-enough-one-7"


@pytest.fixture
def admin():
    roles.setup()
    return make.person("admin")


def add(actor, **values):
    defaults = {
        "username": f"new{make.number()}",
        "names": ("Nora", "Lind"),
        "email": "",
        "role_names": ["analyst"],
        "password": SECRET,
    }
    return people.add(actor=actor, now=make.NOW, **(defaults | values))


def change(actor, user, **values):
    defaults = {
        "names": (user.first_name, user.last_name),
        "email": user.email,
        "role_names": ["analyst"],
        "active": True,
        "password": "",
    }
    return people.change(user_id=user.pk, actor=actor, now=make.NOW, **(defaults | values))


def test_a_person_is_added_with_roles_and_it_is_on_the_record(admin, client):
    user = add(admin, username="nora")
    assert client.login(username="nora", password=SECRET)
    assert Event.objects.get(action="person.added", subject_id=user.pk).data == {"roles": ["analyst"]}
    assert client.get("/").status_code == 200


def test_roles_are_granted_and_taken_on_the_record_and_rights_beside_them_go(admin):
    user = add(admin)
    make.Permission.objects.get(codename="approve_payout").user_set.add(user)
    assert change(admin, user, role_names=["approver"]) == ["roles"]
    assert not user.user_permissions.exists()
    data = Event.objects.get(action="person.roles", subject_id=user.pk).data
    assert data == {"granted": ["approver"], "taken": ["analyst"]}


def test_nobody_sets_their_own_roles_or_closes_themselves(admin):
    me = User.objects.get(pk=admin.user_id)
    for values in ({"role_names": ["admin", "approver"]}, {"role_names": ["admin"], "active": False}):
        with pytest.raises(people.OwnRights, match="Ask another administrator"):
            change(admin, me, **values)
    assert change(admin, me, role_names=["admin"], names=("Samir", "Haddad")) == ["name"]


def test_a_closed_person_may_no_longer_log_in(admin, client):
    user = add(admin, username="gone")
    change(admin, user, active=False)
    assert not client.login(username="gone", password=SECRET)
    assert Event.objects.filter(action="person.closed", subject_id=user.pk).exists()


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"username": "TAKEN"}, people.NameTaken),
        ({"role_names": ["king"]}, people.NoSuchRole),
        ({"password": "short"}, people.WeakPassword),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(admin, values, error):
    add(admin, username="taken")
    before = User.objects.count()
    with pytest.raises(error):
        add(admin, **values)
    assert User.objects.count() == before


def test_only_an_administrator_adds_people(admin):
    with pytest.raises(NotAllowed):
        add(make.person("approver"))


def test_the_pages_add_and_change_a_person_and_say_what_is_wrong(admin, client):
    client.force_login(User.objects.get(pk=admin.user_id))
    User.objects.filter(pk=admin.user_id).update(is_staff=True)
    form = {
        "username": "lea",
        "first_name": "Léa",
        "last_name": "Petit",
        "role_names": ["support"],
        "password": "x",
    }
    refused = client.post("/settings/people/add/", form)
    assert "too short" in refused.content.decode()
    assert not User.objects.filter(username="lea").exists()
    assert client.post("/settings/people/add/", form | {"password": SECRET}).status_code == 302
    lea = User.objects.get(username="lea")
    page = client.get("/settings/").content.decode()
    assert "Léa Petit" in page
    assert "approve payouts another reviewed" in client.get("/settings/roles/").content.decode()
    client.post(
        f"/settings/people/{lea.pk}/",
        {"first_name": "Léa", "last_name": "Petit", "role_names": ["support", "analyst"], "active": "on"},
    )
    assert set(lea.groups.values_list("name", flat=True)) == {"support", "analyst"}


def test_settings_are_closed_to_those_who_do_not_look_after_people(client):
    client.force_login(make.user("analyst", is_staff=True))
    response = client.get("/settings/")
    assert response.status_code == 403
    assert "Ask an administrator" in response.content.decode()


def test_the_stock_forms_for_people_are_not_offered(client):
    client.force_login(make.user("admin", is_staff=True))
    assert client.get("/auth/user/").status_code == 404


def test_logins_and_failed_tries_are_on_the_record(client):
    user = make.user("analyst", username="inès", is_staff=True)
    client.post("/login/", {"username": "inès", "password": "demo"})
    assert Event.objects.filter(action="login", subject_id=user.pk).count() == 1
    client.post("/logout/")
    assert Event.objects.filter(action="logout", subject_id=user.pk).count() == 1
    client.post("/login/", {"username": "hunter2-typed-here", "password": "wrong"})
    assert Event.objects.get(action="login.failed").data["name_begins"] == "hun"
