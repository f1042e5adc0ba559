"""A program that says what it saw is told when that changed."""

import pytest

from payouts.operations import holds
from tests import make
from tests.payouts import quick
from tests.payouts.api.test_payouts import status

pytestmark = pytest.mark.django_db


def test_a_stale_reader_gets_409_with_what_changed(token):
    made = quick.payout()
    caller = token("analyst")
    seen = caller.get(f"/api/v1/payouts/{made.pk}").json()["seen"]
    assert caller.post(f"/api/v1/payouts/{made.pk}/review", {"seen": seen}, format="json").status_code == 200
    reason = {"reason": "Look at the refunds."}
    answer = caller.post(f"/api/v1/payouts/{made.pk}/send_back", {"seen": seen, **reason}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "changed")
    assert "was to review and is awaiting approval now" in answer.json()["detail"]
    assert status(made) == "REVIEWED"
    many = {"ids": [made.pk], "seen": {str(made.pk): seen}, **reason}
    assert (
        caller.post("/api/v1/payouts/send_back", many, format="json").json()["refused"][0]["code"]
        == "changed"
    )
    hold = {"reason": "dispute", "note": "Ask.", "seen": seen}
    assert caller.post(f"/api/v1/payouts/{made.pk}/hold", hold, format="json").status_code == 409


def test_a_hold_that_was_not_read_is_not_released(token, session):
    made = quick.payout()
    holds.hold(payout_ids=[made.pk], actor=make.person("analyst"), reason="dispute", note="A", now=make.NOW)
    seen = token("analyst").get(f"/api/v1/payouts/{made.pk}").json()["seen"]
    holds.hold(payout_ids=[made.pk], actor=make.person("analyst"), reason="documents", note="B", now=make.NOW)
    found = {"note": "Paid.", "seen": seen}
    answer = session("compliance").post(f"/api/v1/payouts/{made.pk}/release", found, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "changed")
    assert "it was put on hold since you looked" in answer.json()["detail"]
    assert made.holds.filter(released_at=None).count() == 2
