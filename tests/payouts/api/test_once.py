"""The header Idempotency-Key: a call is done once, answered again as it was, and never silently done anew."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from payouts.models import Batch, Export, Hold, KeptAnswer, Payout, PayoutRun, Review
from payouts.operations import once
from tests import make, make_accounts
from tests.payouts import quick
from tests.races.crew import together

pytestmark = pytest.mark.django_db
HOLD = {"reason": "documents", "note": "Ask."}


def call(caller: APIClient, path: str, body: dict, key: str = "mine-0001"):
    return caller.post(f"/api/v1/{path}", body, format="json", headers={"Idempotency-Key": key})


def test_the_same_call_again_is_answered_as_the_first_and_does_nothing(token):
    payout, caller = quick.payout(), token("analyst")
    first = call(caller, f"payouts/{payout.pk}/hold", HOLD)
    again = call(caller, f"payouts/{payout.pk}/hold/", HOLD)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert Hold.objects.count() == 1
    other = call(caller, f"payouts/{payout.pk}/hold", HOLD, key="mine-0002")
    assert other.status_code == 200 and Hold.objects.count() == 2


def test_many_and_batches_too(token):
    ids = [quick.payout().pk, quick.payout().pk]
    caller = token("analyst")
    both = [call(caller, "payouts/review", {"ids": ids}) for _ in range(2)]
    assert both[0].json() == both[1].json() == {"moved": ids, "refused": []}
    assert Review.objects.count() == 2
    quick.funding()
    approved = quick.approved().pk
    both = [call(caller, "batches/", {"ids": [approved]}, key="mine-0002") for _ in range(2)]
    assert [each.status_code for each in both] == [201, 201]
    assert both[0].content == both[1].content
    assert Batch.objects.count() == 1
    batch = Batch.objects.get().reference
    both = [call(caller, f"batches/{batch}/dissolve", {"reason": "x"}, key="mine-0003") for _ in range(2)]
    assert [each.status_code for each in both] == [both[0].status_code] * 2


def test_a_key_of_another_call_is_refused_and_one_of_another_person_is_another(token):
    one, two = quick.payout(), quick.payout()
    caller = token("analyst")
    assert call(caller, f"payouts/{one.pk}/hold", HOLD).status_code == 200
    for path, body in (
        (f"payouts/{two.pk}/hold", HOLD),
        (f"payouts/{one.pk}/hold", HOLD | {"note": "Another."}),
        (f"payouts/{one.pk}/review", {}),
    ):
        answer = call(caller, path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "key_used")
        assert "Name a new key for a new call" in answer.json()["detail"]
    assert Hold.objects.count() == 1
    assert call(token("analyst"), f"payouts/{one.pk}/hold", HOLD).status_code == 200
    assert Hold.objects.count() == 2


def test_what_was_refused_did_nothing_and_is_judged_anew(token):
    payout, caller = quick.reviewed(), token("analyst")
    refused = call(caller, f"payouts/{payout.pk}/review", {})
    assert refused.status_code == 422 and not KeptAnswer.objects.exists()
    assert call(token("support"), f"payouts/{payout.pk}/hold", HOLD).status_code == 403
    assert call(caller, f"payouts/{payout.pk}/hold", {"reason": "documents"}).status_code == 400
    assert call(caller, f"payouts/{payout.pk}/hold", HOLD).status_code == 200
    assert KeptAnswer.objects.count() == Hold.objects.count() == 1


def test_an_export_is_asked_for_once_and_a_link_takes_no_key(token):
    caller = token("analyst")
    asked = {"filter": {}, "kind": "payouts", "format": "csv"}
    first, again = (call(caller, "exports/", asked) for _ in range(2))
    assert first.json() == again.json() and first.status_code < 300, first.content
    assert Export.objects.count() == 1
    link = call(caller, f"exports/{first.json()['id']}/link", {}, key="mine-0002")
    assert link.status_code == 400
    assert link.json()["errors"] == {
        "Idempotency-Key": ["Idempotency-Key does nothing here: each call is done anew. Leave it out."]
    }


def test_the_header_names_a_run(token):
    account = make.ledger_account()
    make.earning(account)
    make_accounts.payable(account.seller)
    caller = token("analyst")
    first, again = (call(caller, "runs/", {"country": "FR"}, key="nightly-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Payout.objects.count() == PayoutRun.objects.count() == 1
    differ = call(caller, "runs/", {"country": "FR", "key": "nightly-2"}, key="nightly-1")
    assert differ.status_code == 400 and "Send one of them" in differ.json()["detail"]


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "clé"])
def test_a_key_that_is_none_is_refused(token, key):
    payout = quick.payout()
    answer = call(token("analyst"), f"payouts/{payout.pk}/hold", HOLD, key=key)
    assert answer.status_code == 400 and "a name of your own" in answer.json()["detail"]
    assert not Hold.objects.exists()


def test_who_reads_may_send_one(token):
    payout = quick.payout()
    answer = token("analyst").get(f"/api/v1/payouts/{payout.pk}", headers={"Idempotency-Key": "mine-0001"})
    assert answer.status_code == 200


def test_the_schema_says_where_a_key_is_taken(client):
    paths = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]

    posts = {path.removeprefix("/api/v1/").rstrip("/"): each["post"] for path, each in paths.items() if "post" in each}

    def keyed(path: str) -> bool:
        return any(each["name"] == "Idempotency-Key" for each in posts[path].get("parameters", []))

    assert {path for path in posts if not keyed(path)} == {"exports/{id}/link"}
    assert len(posts) > 20


def test_an_answer_is_kept_for_good():
    KeptAnswer.objects.create(
        person=make.user("analyst"), key="k", asked="a", status=200, body="{}", at=timezone.now()
    )
    for statement in ("UPDATE payouts_keptanswer SET body = ''", "DELETE FROM payouts_keptanswer"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_the_same_moment_are_one():
    actor, done = make.person("analyst"), []

    def act():
        done.append(1)
        return once.Answer(200, "{}")

    def one():
        return once.once(key="k", asked="a", act=act, actor=actor, now=make.NOW)

    found = together(one, one, one)
    assert len(done) == 1 and sorted(each.again for each in found) == [False, True, True]
