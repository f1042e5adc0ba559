"""/api/v1/batches: proposing, approving and dissolving."""

from datetime import timedelta

import pytest

from payouts.models import Batch, Payout
from sellers.operations import suspend
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def test_a_batch_says_what_it_is(token):
    batch = quick.batch()
    found = token("treasurer").get(f"/api/v1/batches/{batch.reference}").json()
    assert found | {
        "id": batch.pk, "reference": batch.reference, "status": "PROPOSED", "rail": "sepa", "currency": "EUR",
        "item_count": 1, "total_minor": 10_000, "total": "100.00", "approved_by": None,
    } == found  # fmt: skip
    assert len(found["seen"]) == 64


def test_batches_are_listed_and_filtered(token):
    batch = quick.batch()
    caller = token("treasurer")
    assert [row["id"] for row in caller.get("/api/v1/batches/?status=proposed").json()["results"]] == [
        batch.pk
    ]
    assert caller.get("/api/v1/batches/?status=APPROVED&currency=EUR").json()["results"] == []
    assert caller.get("/api/v1/batches/?status=OPEN").status_code == 400
    assert caller.get("/api/v1/batches/?country=FR").status_code == 400


def test_batches_are_filtered_as_on_their_page_and_in_their_export(token):
    batch = quick.batch()
    day, code = batch.value_date, batch.funding_account.code
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    caller = token("treasurer")
    for query, found in (
        (f"value_from={day}&value_until={day}", True),
        (f"value_after={day}&value_before={day}", True),
        (f"value_from={after}", False),
        (f"value_until={before}", False),
        (f"value_after={after}", False),
        (f"value_before={before}", False),
        (f"funding={code}", True),
        (f"funding={quick.funding(currency='SEK', code='OTHER-SEK').code}", False),
        ("rail=sepa", True),
        ("rail=sandbox", False),
        (f"waits_for={make.user('approver').username}", True),
        (f"waits_for={batch.proposed_by.username}", False),
    ):
        answer = caller.get(f"/api/v1/batches/?{query}")
        assert answer.status_code == 200, answer.json()
        assert [row["id"] for row in answer.json()["results"]] == ([batch.pk] if found else []), query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("value_from=2026-11-30&value_until=2026-11-01", "exchange the two days"),
        ("value_from=soon", "“soon” is no date"),
        ("value_from=2026-11-01&value_after=2026-11-02", "stands there twice"),
        ("funding=NOWHERE-EUR", "There is no “NOWHERE-EUR”"),
        ("waits_for=nobody-at-all", "nobody-at-all"),
        ("rail=pigeon", "PIGEON"),
    ],
)
def test_a_filter_of_batches_that_selects_by_nothing_is_refused(token, query, words):
    answer = token("treasurer").get(f"/api/v1/batches/?{query}")
    assert answer.status_code == 400 and words in str(answer.json())


def test_a_token_proposes_by_ids(token):
    quick.funding()
    one, two = quick.approved(), quick.payout()
    answer = token("treasurer").post("/api/v1/batches/", {"ids": [one.pk, two.pk, 10**9]}, format="json")
    assert answer.status_code == 201
    assert answer.json()["moved"] == [one.pk]
    assert {row["id"]: row["code"] for row in answer.json()["refused"]} == {
        two.pk: "status",
        10**9: "not_found",
    }
    assert answer.json()["batches"][0]["id"] == Payout.objects.get(pk=one.pk).batch_id


def test_proposing_by_a_filter_takes_only_approved_payouts(token):
    quick.funding()
    wanted = quick.approved()
    quick.payout()
    quick.approved(country="JP", currency="JPY")
    answer = token("treasurer").post("/api/v1/batches", {"filter": {"country": ["FR"]}}, format="json")
    assert (answer.status_code, answer.json()["moved"], answer.json()["refused"]) == (201, [wanted.pk], [])


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, 400, "body"),
        ({"ids": [1], "filter": {}}, 400, "body"),
        ({"ids": []}, 400, "ids"),
        ({"filter": {"statsu": ["PAID"]}}, 400, "filter.statsu"),
        ({"filter": {"status": 1}}, 400, "filter.status"),
        ({"filter": {"status": ["DONE"]}}, 400, "filter.status"),
        ({"filter": {"country": ["ES"]}}, 422, None),
        ({"ids": [10**9]}, 422, "P1000000000"),
    ],
)
def test_what_selects_nothing_or_cannot_be_read_is_refused(token, body, code, field):
    answer = token("treasurer").post("/api/v1/batches/", body, format="json")
    assert answer.status_code == code
    assert field is None or field in answer.json()["errors"]
    assert not Batch.objects.exists()


def test_another_treasurer_approves_at_a_session_what_was_seen(session, token, monkeypatch):
    monkeypatch.setattr("payouts.api.batches.database_now", lambda: make.NOW)
    batch = quick.batch()
    address = f"/api/v1/batches/{batch.pk}"
    both = make.user("treasurer")
    assert token(user=both).post(f"{address}/approve", {}, format="json").status_code == 403
    own = session("treasurer", user=batch.proposed_by).post(f"{address}/approve", {}, format="json")
    assert (own.status_code, own.json()["code"]) == (422, "four_eyes")
    caller = session("treasurer", user=both)
    stale = caller.post(f"{address}/approve", {"seen": "0" * 64}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "changed")
    seen = caller.get(address).json()
    body = {"seen": seen["seen"], "seen_value_date": seen["value_date"]}
    assert caller.post(f"{address}/approve", body, format="json").json()["status"] == "APPROVED"
    assert caller.post(f"{address}/approve", {}, format="json").status_code == 409


def test_a_batch_of_which_nothing_would_leave_is_refused(session, monkeypatch):
    monkeypatch.setattr("payouts.api.batches.database_now", lambda: make.NOW)
    batch = quick.batch()
    (payout,) = Payout.objects.filter(batch=batch)
    suspend(seller_id=payout.seller_id, reason="Documents", actor=make.person("compliance"), now=make.NOW)
    answer = session("treasurer").post(f"/api/v1/batches/{batch.pk}/approve", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_leaves")


def test_dissolving_needs_a_reason(session):
    batch = quick.batch()
    caller = session("treasurer")
    assert caller.post(f"/api/v1/batches/{batch.pk}/dissolve", {}, format="json").status_code == 400
    answer = caller.post(f"/api/v1/batches/{batch.pk}/dissolve", {"reason": "Wrong day."}, format="json")
    assert answer.json()["status"] == "DISSOLVED"
    again = caller.post(f"/api/v1/batches/{batch.pk}/dissolve", {"reason": "Wrong day."}, format="json")
    assert again.status_code == 409


def test_support_reads_and_does_nothing(token):
    batch = quick.batch()
    caller = token("support")
    assert caller.get(f"/api/v1/batches/{batch.pk}").status_code == 200
    payout = quick.approved()
    assert caller.post("/api/v1/batches/", {"ids": [payout.pk]}, format="json").status_code == 403
    assert (
        caller.post(f"/api/v1/batches/{batch.pk}/dissolve", {"reason": "x"}, format="json").status_code == 403
    )
    assert caller.get("/api/v1/batches/999999").status_code == 404


@pytest.mark.parametrize(
    ("verb", "said"), [("approve", "approve batches another proposed"), ("dissolve", "dissolve batches")]
)
def test_who_may_not_is_told_so_before_what_is_wrong_with_the_body(session, verb, said):
    batch = quick.batch([quick.approved()])
    answer = session("support").post(f"/api/v1/batches/{batch.pk}/{verb}", {"odd": 1}, format="json")
    assert answer.status_code == 403
    assert f"somebody of support may not {said}; a treasurer may." in answer.json()["detail"]
