"""What is done to every request: nothing with a NUL in it reaches a view, and no answer is an empty page."""

import pytest
from django.test import Client

from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", ["/payouts/P1%00/", "/payouts/?search=a%00", "/payouts/?a%00=1"])
def test_a_page_says_that_the_request_could_not_be_read(url):
    answer = Client(raise_request_exception=False).get(url)
    assert answer.status_code == 400
    assert "The request could not be read" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_a_form_field_or_a_cookie_may_hold_none_either():
    client = Client(raise_request_exception=False)
    assert client.post("/login/", {"username": "a\0", "password": "b"}).status_code == 400
    assert client.get("/login/", headers={"cookie": r'sessionid="\000abcdefgh"'}).status_code == 400


def test_what_only_looks_like_one_is_answered_as_ever():
    client = Client()
    client.force_login(make.user("support", is_staff=True))
    assert client.get("/sellers/?q=100%2500").status_code == 200


def test_the_api_answers_with_problem_details():
    client = Client(raise_request_exception=False)
    for url in ("/api/v1/payouts?search=a%00b", "/api/v1/payouts/%00", "/api/v1/nothing?x=%00"):
        answer = client.get(url)
        assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"] == "The address holds a NUL character. Take it out."


def test_a_form_sent_to_the_api_is_still_refused_for_its_type():
    client = Client()
    client.force_login(make.user("analyst"))
    answer = client.post("/api/v1/payouts/review", {"ids": "1"})  # a multipart form
    assert answer.status_code == 415, answer.content


def test_who_opens_the_address_of_a_button_reads_what_to_do():
    client = Client()
    client.force_login(make.user("analyst", is_staff=True))
    answer = client.get("/logout/")
    assert (answer.status_code, "POST" in answer["Allow"]) == (405, True)
    assert "use its buttons" in answer.content.decode()
