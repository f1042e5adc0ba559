"""/api/v1/runs: starting a run once, and what it left alone."""

import itertools
from datetime import timedelta

import pytest

from payouts.models import Payout, PayoutRun
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr("payouts.api.runs.database_now", lambda: make.NOW + timedelta(seconds=next(seconds)))


def due(*, payable: bool = True):
    account = make.ledger_account()
    make.earning(account)
    if payable:
        make_accounts.payable(account.seller)
    return account


def test_a_run_makes_payouts_and_the_same_key_runs_once(token):
    due()
    caller = token("analyst")
    body = {"country": "FR", "key": "nightly-2026-11-24"}
    first = caller.post("/api/v1/runs/", body, format="json")
    assert (first.status_code, first.json()["payout_count"], first.json()["totals"]) == (
        201,
        1,
        {"EUR": 10_000},
    )
    again = caller.post("/api/v1/runs/", body, format="json")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert Payout.objects.count() == PayoutRun.objects.count() == 1
    other = caller.post("/api/v1/runs/", body | {"country": "ES"}, format="json")
    assert other.status_code == 409


def test_what_a_run_left_alone_is_listed_with_the_reason(token):
    account = due(payable=False)
    caller = token("analyst")
    made = caller.post("/api/v1/runs/", {"country": "all"}, format="json").json()
    assert made["country"] == ""
    (skipped,) = caller.get(f"/api/v1/runs/{made['id']}").json()["skipped"]
    assert (skipped["seller"], skipped["code"]) == (account.seller_id, "no_account")
    assert [row["id"] for row in caller.get("/api/v1/runs/").json()["results"]] == [made["id"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400),
        ({"country": ""}, 400),
        ({"until": "2026-11-20"}, 400),
        ({"country": "FR", "until": "2027-01-01"}, 422),
        ({"country": "all", "until": "0001-01-01"}, 400),
        ({"country": "all", "until": "soon"}, 400),
        ({"country": "XX"}, 422),
        ({"country": "France"}, 400),
        ({"country": "all", "key": "short"}, 400),
        ({"country": "all", "untl": "2026-01-01"}, 400),
    ],
)
def test_a_run_that_cannot_be_is_refused_and_makes_nothing(token, body, code):
    due()
    assert token("analyst").post("/api/v1/runs/", body, format="json").status_code == code
    assert not PayoutRun.objects.exists()


def test_who_may_not_run_does_not(token):
    assert token("accountant").post("/api/v1/runs/", {"country": "all"}, format="json").status_code == 403
    assert not PayoutRun.objects.exists()
