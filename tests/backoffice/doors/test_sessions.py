"""Who sends a form without a session logs in and stands at that form again."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
HOST = "http://testserver"


def next_of(path: str, values: dict, referer: str = "") -> str:
    answer = Client().post(path, values, headers={"referer": referer} if referer else {})
    assert answer.status_code == 302 and answer.url.startswith("/login/")
    return parse_qs(urlsplit(answer.url).query)["next"][0]


def test_a_form_leads_back_to_the_page_it_stood_on():
    assert (
        next_of("/payouts/P1/note/", {"text": "Secret"}, f"{HOST}/payouts/P1/?lines=all")
        == "/payouts/P1/?lines=all"
    )


def test_a_page_of_another_host_is_never_led_to():
    assert next_of("/payouts/P1/note/", {"text": "x"}, "https://evil.example/payouts/") == "/"
    assert next_of("/payouts/P1/note/", {"text": "x", "back": "//evil.example/"}) == "/"
    assert next_of("/payouts/P1/note/", {"text": "x", "back": "/holds/"}) == "/holds/"


def test_a_form_about_chosen_rows_is_asked_for_with_the_same_rows_and_nothing_that_was_typed():
    values = {"ids": ["1", "2"], "back": "/payouts/review/", "note": "Secret", "confirmed": "1"}
    found = next_of("/payouts/act/hold/", values, f"{HOST}/payouts/act/hold/")
    assert parse_qs(urlsplit(found).query) == {"ids": ["1", "2"], "back": ["/payouts/review/"]}
    assert "Secret" not in found and "confirmed" not in found


def test_more_rows_than_an_address_carries_lead_back_to_the_list():
    values = {"ids": [str(number) for number in range(1_000)], "back": "/payouts/review/"}
    assert next_of("/payouts/act/hold/", values) == "/payouts/review/"
