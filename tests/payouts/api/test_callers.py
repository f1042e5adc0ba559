"""Who calls the API, what they may, and how often."""

from datetime import timedelta

import pytest
from knox.models import get_token_model
from rest_framework.test import APIClient

from payouts.api import verbs
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "header",
    ["", "Token", "Token abc", "Token a b", "Token caf\u00e9", "Bearer abc", "Token \xff\xfe", "Basic eDp5"],
)
def test_who_does_not_say_who_they_are_gets_401(header):
    client = APIClient(**({"HTTP_AUTHORIZATION": header} if header else {}))
    answer = client.get("/api/v1/payouts/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["code"] == "not_authenticated"


def test_a_token_that_has_expired_is_none_and_goes(token):
    user = make.user("analyst")
    _unused, key = get_token_model().objects.create(user=user, expiry=timedelta(seconds=-1))
    answer = APIClient(HTTP_AUTHORIZATION=f"Token {key}").get("/api/v1/payouts/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert not get_token_model().objects.filter(user=user).exists()


def test_rights_are_read_at_once_and_a_superuser_has_none(token):
    made = quick.payout()
    nobody = make.user(is_superuser=True, is_staff=True)
    assert token(user=nobody).get("/api/v1/payouts/").status_code == 403
    analyst = make.user("analyst")
    caller = token(user=analyst)
    assert caller.get(f"/api/v1/payouts/{made.pk}").status_code == 200
    analyst.groups.clear()
    assert caller.get(f"/api/v1/payouts/{made.pk}").status_code == 403
    analyst.is_active = False
    analyst.save()
    assert caller.get(f"/api/v1/payouts/{made.pk}").status_code == 401


def test_support_reads_and_does_nothing(token):
    made = quick.payout()
    caller = token("support")
    assert caller.get(f"/api/v1/payouts/{made.pk}").status_code == 200
    for verb in verbs.VERBS:
        body = {"reason": "dispute", "note": "x"} if verb.name == "hold" else {"reason": "x", "note": "x"}
        body = {name: value for name, value in body.items() if name in verb.fields()}
        answer = caller.post(f"/api/v1/payouts/{made.pk}/{verb.name}", body, format="json")
        assert answer.status_code == 403, verb.name


def test_too_many_requests_are_told_to_wait(token, monkeypatch):
    from rest_framework.throttling import UserRateThrottle

    monkeypatch.setattr(UserRateThrottle, "get_rate", lambda self: "2/min")
    caller = token()
    for _ in range(2):
        assert caller.get("/api/v1/payouts/").status_code == 200
    answer = caller.get("/api/v1/payouts/")
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert int(answer["Retry-After"]) > 0
