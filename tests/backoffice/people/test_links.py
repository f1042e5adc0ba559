"""A link to choose a password: good once, for a day, for one person; nobody else learns the password."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from backoffice.audit.models import Event
from backoffice.people.operations import asking, links
from tests import make
from tests.backoffice.people import SECRET, ask, change, confirm
from tests.races.crew import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def new(two):
    """Somebody new who has not chosen a password yet, and the link."""
    return confirm(two.other, ask(two.one, username="nora", names=("Nora", "Lind")))


def choose(browser: Client, link: str, password: str = SECRET, again: str | None = None):
    form = browser.get(link, follow=True)
    sent = {"new_password1": password, "new_password2": password if again is None else again}
    return form, browser.post(form.request["PATH_INFO"], sent, follow=True)


def test_the_person_chooses_a_password_and_logs_in_and_it_is_on_the_record(new):
    browser = Client()
    form, done = choose(browser, new.link)
    assert form.redirect_chain[-1][0].endswith("/set-password/")  # the token is in the address no more
    token = new.link.split("/")[3]
    assert token not in form.content.decode() and "nora" in form.content.decode()
    assert "no-store" in form.headers["Cache-Control"] and "script-src 'self'" in str(form.headers)
    assert done.status_code == 200 and "Log in with your user name" in done.content.decode()
    assert browser.get("/").status_code == 302  # the link is no log-in
    assert browser.login(username="nora", password=SECRET)
    event = Event.objects.get(action="person.link_used", subject_id=new.user.pk)
    assert (event.actor_id, event.data) == (new.user.pk, {})


def test_it_is_good_once(new):
    browser = Client()
    choose(browser, new.link)
    late, _ = choose(Client(), new.link, "another-long-one-8")
    assert late.status_code == 410
    assert "ask an administrator for a new link" in late.content.decode()
    assert browser.post(f"/password/{new.link.split('/')[2]}/set-password/").status_code == 410
    assert Client().login(username="nora", password=SECRET)


def test_it_is_good_for_a_day(new, monkeypatch, settings):
    assert settings.PASSWORD_RESET_TIMEOUT == 24 * 60 * 60
    now = datetime.now()  # noqa: DTZ005 - as the generator has it
    for hours, status in ((23, 302), (25, 410)):
        monkeypatch.setattr(default_token_generator, "_now", lambda h=hours: now + timedelta(hours=h))
        assert Client().get(new.link).status_code == status


def test_a_link_nobody_made_opens_nothing(new):
    _, _, key, token, _ = new.link.split("/")
    another = urlsafe_base64_encode(force_bytes(make.user("analyst").pk))
    keys = [another, "MA", "x", "%E2%82%AC"]
    for link in [f"/password/{each}/{token}/" for each in keys] + [f"/password/{key}/c0ffee-1/"]:
        assert Client().get(link).status_code == 410, link
    assert Client().get(f"/password/{key}/set-password/").status_code == 410


def test_who_has_a_password_is_given_no_other_by_a_link(two):
    """Not even by a token that is good for Django: a link is only for who has none."""
    user = make.user("analyst")
    with pytest.raises(links.DeadLink):
        links.choose(
            user_id=user.pk,
            token=default_token_generator.make_token(user),
            password=SECRET,
            now=make.NOW,
        )


def test_the_page_opens_to_nobody_who_is_closed_or_has_a_password(new):
    """Though Django's token would be good."""
    user = make.user("analyst")
    key = urlsafe_base64_encode(force_bytes(user.pk))
    assert Client().get(f"/password/{key}/{default_token_generator.make_token(user)}/").status_code == 410
    User.objects.filter(pk=new.user.pk).update(is_active=False)
    assert Client().get(new.link).status_code == 410


def test_the_verb_itself_asks_for_the_token(new):
    with pytest.raises(links.DeadLink):
        links.choose(user_id=new.user.pk, token="c0ffee-1", password=SECRET, now=make.NOW)
    assert not User.objects.get(pk=new.user.pk).has_usable_password()


def test_a_weak_password_is_refused_and_the_link_stays_good(new):
    browser = Client()
    _, refused = choose(browser, new.link, "short", "short")
    assert "too short" in refused.content.decode()
    _, refused = choose(browser, new.link, SECRET, "something-else-8")
    assert refused.status_code == 200 and not User.objects.get(pk=new.user.pk).has_usable_password()
    with pytest.raises(links.WeakPassword):
        links.choose(
            user_id=new.user.pk,
            token=default_token_generator.make_token(new.user),
            password="nora",
            now=make.NOW,
        )
    choose(browser, new.link)
    assert Client().login(username="nora", password=SECRET)


def test_another_confirmed_request_ends_the_link_before(two, new):
    request = asking.new_password(user_id=new.user.pk, actor=two.one, now=make.NOW)
    again = confirm(two.other, request)
    assert Client().get(new.link).status_code == 410
    assert Client().get(again.link).status_code == 302


def test_the_page_speaks_the_readers_language_and_looks_like_the_log_in(new):
    browser = Client()
    browser.cookies["django_language"] = "fr"
    form = browser.get(new.link, follow=True)
    assert '<html lang="fr"' in form.content.decode()
    assert "parts/gate.html" in [template.name for template in form.templates]


def test_a_change_of_the_e_mail_ends_it_as_django_does(two, new):
    change(two.one, new.user, email="n@example.com")
    assert Client().get(new.link).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_it_at_once_one_has_the_account(two):
    new = confirm(two.other, ask(two.one))
    token = new.link.split("/")[3]
    deeds = [
        lambda n=n: links.choose(user_id=new.user.pk, token=token, password=f"{SECRET}-{n}", now=make.NOW)
        for n in range(2)
    ]
    results = together(*deeds)
    assert sorted(type(each).__name__ for each in results) == ["DeadLink", "User"]
    assert Event.objects.filter(action="person.link_used").count() == 1
