"""The schema says how to come in, as this installation means it."""

from django.test import Client


def test_the_session_cookie_has_the_name_that_the_browser_is_given(settings):
    settings.SESSION_COOKIE_NAME = "__Host-session"
    answer = Client().get("/api/v1/schema/", headers={"accept": "application/json"})
    assert answer.json()["components"]["securitySchemes"]["session"]["name"] == "__Host-session"
