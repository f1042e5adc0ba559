"""The pages about people: asked for by one, confirmed by another, who alone sees the link, once."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.audit.models import Event
from backoffice.people import queries
from backoffice.people.models import PersonRequest
from backoffice.people.operations import asking
from tests import make
from tests.backoffice.people import SECRET, ask, change, confirm, roles_of, user_of

pytestmark = pytest.mark.django_db
LEA = {"username": "lea", "first_name": "Léa", "last_name": "Petit", "role_names": ["support"]}


def browser(actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


@pytest.fixture
def one(two):
    return browser(two.one)


@pytest.fixture
def other(two):
    return browser(two.other)


def press(client: Client, request: PersonRequest, verb: str, **more):
    """The page that asks once more, and its button."""
    url = f"/settings/people/requests/{request.pk}/"
    page = client.get(url, {"decision": verb})
    sent = dict(page.context["hidden"]) if page.status_code == 200 else {}
    return page, client.post(url, {**sent, "decision": verb, "confirmed": "1", **more})


def test_one_asks_another_confirms_and_hands_the_link_over(one, other):
    refused = one.post("/settings/people/add/", LEA | {"role_names": ["king"]})
    assert refused.status_code == 200 and not PersonRequest.objects.filter(outcome="").exists()
    asked = one.post("/settings/people/add/", LEA, follow=True).content.decode()
    assert "once another administrator confirms" in asked and "Léa Petit" in asked
    request = PersonRequest.objects.get(outcome="")
    page = other.get("/settings/").content.decode()
    assert "New person, roles: support" in page and "Samir Haddad" in page
    shown, done = press(other, request, "confirm")
    text = shown.content.decode()
    assert "Léa Petit logs in as lea" in text and "They get these roles: support." in text
    assert "/password/" not in text
    link = re.search(r"http://testserver(/password/[^<\"\s]+/)", done.content.decode())
    assert link and done.status_code == 200 and "no-store" in done.headers["Cache-Control"]
    form = Client().get(link[1], follow=True)
    assert form.status_code == 200 and "Choose your password" in form.content.decode()
    assert roles_of(User.objects.get(username="lea")) == ["support"]
    assert "Has no password yet" in other.get("/settings/").content.decode()


def test_the_link_is_shown_to_nobody_else_and_not_again(one, other):
    one.post("/settings/people/add/", LEA)
    request = PersonRequest.objects.get(outcome="")
    _, done = press(other, request, "confirm")
    assert "/password/" in done.content.decode()
    lea = User.objects.get(username="lea")
    for client in (one, other):
        for url in (
            "/settings/",
            f"/settings/people/requests/{request.pk}/",
            f"/settings/people/{lea.pk}/",
            "/",
        ):
            assert "/password/" not in client.get(url, follow=True).content.decode()
    _, again = press(other, request, "confirm", seen="whatever")
    assert again.status_code == 409 and "/password/" not in again.content.decode()
    token = re.search(r"/password/[^/]+/([^/]+)/", done.content.decode())
    assert token and token[1] not in str(list(Event.objects.values_list("data", flat=True)))


def test_who_asked_has_no_way_to_confirm_and_takes_back(one, two):
    request = ask(two.one)
    page = one.get("/settings/").content.decode()
    assert "Another administrator confirms it." in page and 'value="take_back"' in page
    assert 'value="confirm"' not in page and 'value="dismiss"' not in page
    asked, refused = press(one, request, "confirm")
    text = asked.content.decode()
    assert "Another administrator confirms it." in text and 'type="submit" data-key="Enter"' not in text
    assert refused.status_code == 422 and "you asked for it" in refused.content.decode()
    assert not User.objects.filter(username=request.username).exists()
    _, done = press(one, request, "take_back")
    request.refresh_from_db()
    assert done.status_code == 302 and request.outcome == "taken_back"


def test_whom_it_is_about_has_no_way_to_decide(one, other, two):
    asking.new_password(user_id=two.other.user_id, actor=two.one, now=make.NOW)
    page = other.get("/settings/").content.decode()
    assert "It is about you" in page and 'value="confirm"' not in page
    assert one.get(f"/settings/?waits_for={user_of(two.other).username}").context["waiting"] == []


def test_another_dismisses(other, two):
    request = ask(two.one)
    _, done = press(other, request, "dismiss")
    request.refresh_from_db()
    assert (done.status_code, request.outcome) == (302, "dismissed")


def test_what_changed_after_it_was_shown_is_answered_with_409(other, two):
    user = make.user("analyst", is_staff=True)
    request = asking.more_roles(user_id=user.pk, role_names=["approver"], actor=two.one, now=make.NOW)
    page = other.get(f"/settings/people/requests/{request.pk}/", {"decision": "confirm"})
    assert "They have these roles now: analyst." in page.content.decode()
    change(two.one, user, names=("Somebody", "Else"))
    sent = {**dict(page.context["hidden"]), "confirmed": "1"}
    late = other.post(f"/settings/people/requests/{request.pk}/", sent)
    assert late.status_code == 409 and roles_of(user) == ["analyst"]
    _, fresh = press(other, request, "confirm")
    assert fresh.status_code == 302 and roles_of(user) == ["analyst", "approver"]


def test_a_change_says_what_is_done_and_what_waits(one):
    user = make.user("analyst", is_staff=True, first_name="Léa", last_name="Petit")
    sent = {"first_name": "Léa", "last_name": "Petit", "role_names": ["support"], "active": "on"}
    url, both = f"/settings/people/{user.pk}/", sent | {"new_password": "on"}
    assert one.post(url, both).status_code == 409, "it does not say what was seen"
    page = one.post(url, both | {"seen": queries.person_digest(user)}, follow=True).content.decode()
    assert "roles taken away" in page
    assert "more roles and a new password, once another administrator confirms it" in page
    assert roles_of(user) == []
    shown = one.get(url).context["hidden"]
    again = one.post(url, both | dict(shown), follow=True)
    assert "the same waits already" in again.content.decode()
    assert "password" not in one.get("/settings/people/add/").context["form"].fields


def test_the_only_administrator_is_told_what_to_do(two, one):
    assert "create_admin" not in one.get("/settings/").content.decode()
    change(two.one, user_of(two.other), active=False)
    for url in ("/settings/", "/settings/people/add/", f"/settings/people/{two.other.user_id}/"):
        page = one.get(url).content.decode()
        assert "fewer than two administrators can log in" in page and "create_admin" in page, url
    assert one.post("/settings/people/add/", LEA).status_code == 302  # it may be asked for all the same


def test_two_administrators_are_told_that_neither_confirms_what_is_about_the_other(two, one):
    page = one.get(f"/settings/people/{two.other.user_id}/").content.decode()
    assert "Add a third one" in page
    make.user("admin", is_staff=True)
    assert "Add a third one" not in one.get(f"/settings/people/{two.other.user_id}/").content.decode()


def test_an_administrator_without_a_password_does_not_count(two, one):
    third = make.person("admin")
    confirm(third, asking.new_password(user_id=two.other.user_id, actor=two.one, now=make.NOW))
    change(two.one, user_of(third), active=False)
    assert "fewer than two administrators can log in" in one.get("/settings/").content.decode()


def test_the_front_page_names_what_waits_for_a_second_administrator_and_leaves_out_ones_own(one, other, two):
    ask(two.one)
    assert "People to confirm" in other.get("/").content.decode()
    assert "People to confirm" not in one.get("/").content.decode()
    asker, decider = (f"/settings/?waits_for={user_of(each).username}" for each in (two.one, two.other))
    for client in (one, other):
        assert len(client.get(decider).context["waiting"]) == 1
        assert client.get(asker).context["waiting"] == [] == list(client.get(asker).context["people"])
    assert "Nothing waits for you" in one.get(asker).content.decode()
    assert "Nothing waits for Samir Haddad" in other.get(asker).content.decode()


def test_people_come_page_by_page_those_who_may_log_in_first(one, two):
    User.objects.bulk_create(
        User(username=f"{'shut' if n % 10 == 0 else 'open'}-{n:03}", is_staff=True, is_active=n % 10 != 0)
        for n in range(60)
    )
    staff = User.objects.filter(is_staff=True)
    wanted = [
        *staff.filter(is_active=True).order_by("username"),
        *staff.filter(is_active=False).order_by("username"),
    ]
    first = one.get("/settings/")
    assert 'rel="next"' in first.content.decode()
    last = one.get(f"/settings/{first.context['pager'].next_url}")
    assert list(first.context["people"]) == wanted[:50] and list(last.context["people"]) == wanted[50:]
    back = one.get(f"/settings/{last.context['pager'].previous_url}")
    assert list(back.context["people"]) == wanted[:50]
    beyond = one.get("/settings/?before=True~zzz~1")
    assert "Nothing on this page any more" in beyond.content.decode()


def test_who_may_only_look_sees_what_waits_and_no_button(two):
    request = ask(two.one)
    client = Client()
    client.force_login(make.user("auditor", is_staff=True))
    page = client.get("/settings/").content.decode()
    assert (
        "New person, roles: analyst" in page
        and "<button" not in page.split("<tbody>")[1].split("</tbody>")[0]
    )
    assert client.get(f"/settings/people/requests/{request.pk}/").status_code == 403


def test_settings_are_closed_to_those_who_do_not_look_after_people(client):
    client.force_login(make.user("analyst", is_staff=True))
    response = client.get("/settings/")
    assert response.status_code == 403
    assert "It opens to an administrator or an auditor." in response.content.decode()


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


def test_an_administrator_cannot_be_two_people(two, one):
    """The whole point: all that one administrator does alone gives nobody a way in, and nobody a right."""
    before = set(User.objects.filter(is_active=True).values_list("pk", "groups__name"))
    one.post("/settings/people/add/", LEA)
    user = make.user("analyst", is_staff=True)
    sent = {"first_name": "A", "last_name": "B", "role_names": ["analyst", "approver"], "active": "on"}
    shown = dict(one.get(f"/settings/people/{user.pk}/").context["hidden"])
    one.post(f"/settings/people/{user.pk}/", sent | shown | {"new_password": "on", "password": SECRET})
    assert PersonRequest.objects.filter(outcome="", person=user).count() == 2
    for request in PersonRequest.objects.filter(outcome=""):
        for verb in ("confirm", "dismiss"):
            assert press(one, request, verb)[1].status_code == 422
    after = set(User.objects.filter(is_active=True).values_list("pk", "groups__name"))
    assert after - before == {(user.pk, "analyst")}
    assert not Client().login(username=user.username, password=SECRET)
    assert Client().login(username=user.username, password="demo")


def test_who_confirms_is_told_of_somebody_of_the_same_name(one, other):
    make.user("approver", is_staff=True, username="lea1", first_name="Léa", last_name="PETIT")
    one.post("/settings/people/add/", LEA)
    request = PersonRequest.objects.get(outcome="")
    page = other.get(f"/settings/people/requests/{request.pk}/", {"decision": "confirm"}).content.decode()
    assert "Somebody of this name is here already, as lea1." in page


def test_what_somebody_asked_for_who_may_not_any_more_is_only_dismissed(two, one, other):
    one.post("/settings/people/add/", LEA)
    user_of(two.one).groups.clear()
    page = other.get("/settings/").content.decode()
    assert "Who asked may not ask for it any more: dismiss it." in page
    assert 'value="confirm"' not in page and 'value="dismiss"' in page


def test_who_may_not_search_has_no_search_box(one):
    assert 'role="search"' not in one.get("/settings/").content.decode()
    client = Client()
    client.force_login(make.user("support", is_staff=True))
    assert 'role="search"' in client.get("/").content.decode()
