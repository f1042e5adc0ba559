"""A request that reaches no page is answered in words, with the navigation where the person is known."""

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.utils.translation import gettext, override

from backoffice import error_pages
from tests import make

pytestmark = pytest.mark.django_db
EVERY = (error_pages.UNREADABLE, error_pages.TOO_OLD, error_pages.OTHER_METHOD, error_pages.TOO_MUCH)


def ask(client: Client, said: error_pages.Said):
    """A request that is answered so."""
    if said is error_pages.UNREADABLE:
        return client.get("/sellers/?q=a%00")
    if said is error_pages.TOO_OLD:
        return client.post("/payouts/act/review/", {"ids": "1"})
    if said is error_pages.OTHER_METHOD:
        return client.get("/logout/")
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=2):
        return client.post("/payouts/act/review/", {"ids": ["1", "2", "3"]})


def strict() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize("said", EVERY, ids=lambda said: str(said.status))
def test_who_is_known_keeps_the_navigation_and_reads_it_in_their_language(said):
    client = strict()
    client.force_login(make.user("support", is_staff=True))
    for language in ("en", "fr", "es", "ja"):
        client.cookies["django_language"] = language
        answer = ask(client, said)
        page = answer.content.decode()
        assert answer.status_code == said.status
        assert '<nav class="nav"' in page and 'href="/sellers/"' in page and 'id="page"' in page
        with override(language):
            assert all(str(text) in page for text in (said.title, said.what, said.todo))
            assert gettext("Nothing was changed.") in page
    assert answer["Cache-Control"] == "no-store" and "Content-Security-Policy" in answer


@pytest.mark.parametrize("said", EVERY[:2] + EVERY[3:], ids=lambda said: str(said.status))
def test_who_is_not_known_reads_it_on_a_page_of_its_own(said):
    answer = ask(strict(), said)
    page = answer.content.decode()
    assert answer.status_code == said.status
    assert str(said.title) in page and str(said.todo) in page
    assert '<nav class="nav"' not in page and 'class="gate"' in page


def test_a_form_in_an_encoding_that_forms_have_not_is_refused_and_not_read_again():
    client = strict()
    client.force_login(make.user("analyst", is_staff=True))
    answer = client.post(
        "/payouts/act/review/", "ids=1", content_type="application/x-www-form-urlencoded; charset=latin1"
    )
    assert answer.status_code == 400 and str(error_pages.UNREADABLE.title) in answer.content.decode()


def test_a_cookie_that_cannot_be_read_says_nobody():
    client = strict()
    client.force_login(make.user("support", is_staff=True))
    key = client.cookies["sessionid"].value
    answer = client.get("/sellers/", headers={"cookie": f'sessionid={key}; theme_1="\\000a"'})
    assert answer.status_code == 400 and '<nav class="nav"' not in answer.content.decode()


@pytest.mark.parametrize("said", EVERY[:2] + EVERY[3:], ids=lambda said: str(said.status))
def test_without_a_database_it_is_said_on_a_page_of_its_own(said):
    client = strict()
    client.force_login(make.user("support", is_staff=True))

    def gone(*_asked):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(gone):
        answer = ask(client, said)
    page = answer.content.decode()
    assert answer.status_code == said.status
    assert str(said.title) in page and '<nav class="nav"' not in page and 'class="gate"' in page
