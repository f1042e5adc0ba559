"""The header Idempotency-Key: a call is done once, answered again as it was, and never silently done anew."""

import hashlib
import http.client
import json
import re
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils import timezone
from knox.models import get_token_model
from rest_framework.test import APIClient

from backoffice.audit.clock import database_now
from backoffice.audit.models import Event
from backoffice.doors.api.schema import KEY
from backoffice.words import dated
from payouts.models import Batch, Export, Hold, KeptAnswer, Payout, PayoutRun, Review
from payouts.operations import once, review
from tests import make, make_accounts
from tests.payouts import quick
from tests.races.crew import together

pytestmark = pytest.mark.django_db
HOLD = {"reason": "documents", "note": "Ask."}


def call(caller: APIClient, path: str, body: dict, key: str = "mine-0001"):
    return caller.post(f"/api/v1/{path}", body, format="json", headers={"Idempotency-Key": key})


def kept(path: str, body: dict) -> str:
    """The digest that every version so far has kept of a call that came by this address."""
    return hashlib.sha256(json.dumps(["POST", f"/api/v1/{path}", body], sort_keys=True).encode()).hexdigest()


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
    batch, treasurer = Batch.objects.get().reference, token("treasurer")
    both = [call(treasurer, f"batches/{batch}/dissolve", {"reason": "x"}, key="mine-0003") for _ in range(2)]
    assert [each.status_code for each in both] == [200, 200], both[0].content
    assert both[0].content == both[1].content and both[1]["Idempotent-Replayed"] == "true"
    assert Event.objects.filter(action="batch.dissolve").count() == 1


def test_where_all_of_many_were_refused_nothing_is_kept(token):
    payout, caller = quick.reviewed(), token("analyst")
    refused = call(caller, "payouts/review", {"ids": [payout.pk]})
    assert (refused.status_code, refused.json()["moved"]) == (200, []) and not KeptAnswer.objects.exists()
    review.send_back(
        payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW, reason="Look."
    ).only()
    anew = call(caller, "payouts/review", {"ids": [payout.pk]})
    assert anew.json() == {"moved": [payout.pk], "refused": []} and "Idempotent-Replayed" not in anew
    ids = [payout.pk, quick.payout().pk]
    some = [call(caller, "payouts/review", {"ids": ids}, key="mine-0002") for _ in range(2)]
    assert some[0].json() == some[1].json() and some[0].json()["moved"] == ids[1:]
    assert some[1]["Idempotent-Replayed"] == "true"


def test_who_may_no_longer_do_it_hears_no_answer_of_before(token):
    payout, user = quick.payout(), make.user("analyst")
    caller = token(user=user)
    assert call(caller, f"payouts/{payout.pk}/hold", HOLD).status_code == 200
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="view_payout"))
    answer = call(caller, f"payouts/{payout.pk}/hold", HOLD)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert "may not place hold" in answer.json()["detail"] and "Idempotent-Replayed" not in answer


def test_a_token_hears_no_answer_to_what_needs_a_person(token, session):
    payout, user = quick.reviewed(), make.user("approver")
    assert call(session("approver", user=user), f"payouts/{payout.pk}/approve", {}).status_code == 200
    answer = call(token(user=user), f"payouts/{payout.pk}/approve", {})
    assert answer.status_code == 403 and "needs a person" in answer.json()["detail"]


def test_an_answer_about_an_export_takes_the_right_to_its_kind(token):
    user = make.user("auditor")
    caller, asked = token(user=user), {"filter": {}, "kind": "payouts", "format": "csv"}
    assert call(caller, "exports/", asked).status_code == 201
    assert call(caller, "exports/", asked)["Idempotent-Replayed"] == "true"
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="request_export"))
    assert call(caller, "exports/", asked).status_code == 403


def test_each_deed_says_what_right_its_answer_takes(token, client):
    user = make.user("auditor")  # who sees everything and does nothing
    paths = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]
    asked = [path.replace("{id}", "1") for path in paths if "post" in paths[path] and "/exports/" not in path]
    assert len(asked) > 20
    for number, path in enumerate(each.removeprefix("/api/v1/").rstrip("/") for each in asked):
        KeptAnswer.objects.create(
            person=user, key=f"k{number}", asked=kept(path, {}), status=200, body="{}", at=make.NOW
        )
        answer = call(token(user=user), path, {}, key=f"k{number}")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), path


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


_SPELLED = ["{pk}", "P{pk}", "p{pk}", "0{pk}", "P00{pk}"]


@pytest.mark.parametrize("first", _SPELLED)
@pytest.mark.parametrize("again", _SPELLED)
def test_an_id_and_its_reference_are_the_same_address(token, first, again):
    payout, caller = quick.payout(), token("analyst")
    answers = [
        call(caller, f"payouts/{spelled.format(pk=payout.pk)}/hold", HOLD) for spelled in (first, again)
    ]
    assert [each.status_code for each in answers] == [200, 200], answers[1].content
    assert answers[0].content == answers[1].content and answers[1]["Idempotent-Replayed"] == "true"
    assert Hold.objects.count() == 1
    other = call(caller, f"payouts/P{quick.payout().pk}/hold", HOLD)
    assert (other.status_code, other.json()["code"]) == (409, "key_used")


@pytest.mark.parametrize("spelled", _SPELLED)
def test_a_call_that_an_older_version_kept_is_the_same_call(token, spelled):
    """It kept each address as it came; whoever retries comes by the same one, or by the other of the two."""
    payout, user = quick.payout(), make.user("analyst")
    path = f"payouts/{spelled.format(pk=payout.pk)}/hold"
    KeptAnswer.objects.create(
        person=user, key="mine-0001", asked=kept(path, HOLD), status=200, body='{"a": 1}', at=make.NOW
    )
    others = (str(payout.pk), payout.reference) if spelled in _SPELLED[:2] else ()
    for each in (path, *(f"payouts/{other}/hold" for other in others)):
        answer = call(token(user=user), each, HOLD)
        assert (answer.status_code, answer.json()) == (200, {"a": 1}), each
    assert not Hold.objects.exists()


@pytest.mark.parametrize("query", ["", "?x=1"])
@pytest.mark.parametrize("spelled", _SPELLED[:2])
def test_an_older_version_beside_this_one_knows_what_it_kept(token, spelled, query):
    payout, user = quick.payout(), make.user("analyst")
    path = f"payouts/{spelled.format(pk=payout.pk)}/hold"
    assert call(token(user=user), f"{path}/{query}", HOLD).status_code == 200
    assert KeptAnswer.objects.get().asked == kept(f"{path}{'/' if query else ''}{query}", HOLD)


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
        "Idempotency-Key": ["A key does nothing here: each call is done anew. Leave the header out."]
    }
    assert link.json()["detail"].count("Idempotency-Key") == 1


def test_a_run_is_done_once_for_its_key_and_person(token):
    account = make.ledger_account()
    make.earning(account)
    make_accounts.payable(account.seller)
    caller = token("analyst")
    first, again = (call(caller, "runs/", {"country": "FR"}, key="nightly-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content and again["Idempotent-Replayed"] == "true"
    assert Payout.objects.count() == PayoutRun.objects.count() == 1
    for body in ({"country": "ES"}, {"country": "FR", "key": "nightly-2"}):
        differ = call(caller, "runs/", body, key="nightly-1")
        assert (differ.status_code, differ.json()["code"]) == (409, "key_used")
    other = call(token("analyst"), "runs/", {"country": "FR"}, key="nightly-1")
    assert other.status_code == 201 and other.json()["id"] != first.json()["id"]
    short = call(caller, "runs/", {"country": "FR"}, key="n")
    assert short.status_code == 201, short.content


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "clé"])
def test_a_key_that_is_none_is_refused(token, key):
    payout = quick.payout()
    answer = call(token("analyst"), f"payouts/{payout.pk}/hold", HOLD, key=key)
    assert answer.status_code == 400 and answer.json()["detail"] == (
        "Idempotency-Key: Write 1 to 255 plain letters, digits and signs: a name of your own for this call."
    )
    assert not Hold.objects.exists()


@pytest.mark.parametrize("path", ["payouts/{pk}/hold", "exports/1/link"])
@pytest.mark.parametrize("key", ["mine-0001,mine-0002", "mine-0001, mine-0001", ",", "mine-0001,"])
def test_a_list_is_no_key(token, key, path):
    answer = call(token("analyst"), path.format(pk=quick.payout().pk), HOLD, key=key)
    assert answer.status_code == 400 and answer.json()["errors"] == {
        "Idempotency-Key": [
            "A list is no key: send the header once, with one name for this call and no comma in it."
        ]
    }
    assert not Hold.objects.exists() and not re.search(KEY["schema"]["pattern"], key)


def test_the_schema_takes_every_other_plain_character():
    plain = [chr(code) for code in range(ord("!"), 0x7F) if chr(code) != ","]
    assert all(re.search(KEY["schema"]["pattern"], f"{each} {each}") for each in plain)
    assert not re.search(KEY["schema"]["pattern"], "clé")


@pytest.mark.django_db(transaction=True)
def test_keys_in_two_headers_are_refused_however_the_server_joins_them(live_server):
    payout = quick.payout()
    _unused, key = get_token_model().objects.create(user=make.user("analyst"))
    line = http.client.HTTPConnection(live_server.url.removeprefix("http://"), timeout=30)
    line.putrequest("POST", f"/api/v1/payouts/{payout.pk}/hold")
    body = json.dumps(HOLD).encode()
    for name, value in (
        ("Authorization", f"Token {key}"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Idempotency-Key", "mine-0001"),
        ("Idempotency-Key", "mine-0002"),
    ):
        line.putheader(name, value)
    line.endheaders(body)
    answer = line.getresponse()
    said = json.loads(answer.read())
    line.close()
    assert (answer.status, said["detail"].count("A list is no key")) == (400, 1)
    assert not Hold.objects.exists()


@pytest.mark.parametrize("key", ["mine-0001", "", "mine-0001,mine-0002"])
def test_who_reads_may_send_any(token, key):
    payout = quick.payout()
    answer = token("analyst").get(f"/api/v1/payouts/{payout.pk}", headers={"Idempotency-Key": key})
    assert answer.status_code == 200


def test_the_schema_says_where_a_key_is_taken(client):
    paths = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]

    posts = {
        path.removeprefix("/api/v1/").rstrip("/"): each["post"]
        for path, each in paths.items()
        if "post" in each
    }

    def keyed(path: str) -> bool:
        return any(each["name"] == "Idempotency-Key" for each in posts[path].get("parameters", []))

    assert {path for path in posts if not keyed(path)} == {"exports/{id}/link"}
    assert (
        "After 30 days the answer is erased" in KEY["description"] and "`answer_erased`" in KEY["description"]
    )
    assert len(posts) > 20


@pytest.fixture
def long_ago(monkeypatch):
    """`long_ago(lambda: call(…))`: what is kept of the call is kept since 31 days."""

    def done(act):
        with monkeypatch.context() as patched:
            patched.setattr("payouts.api.once.database_now", lambda: database_now() - timedelta(days=31))
            return act()

    return done


def test_that_an_answer_is_erased_is_told_whatever_rights_it_took(token, long_ago):
    user = make.user("auditor")
    caller, asked = token(user=user), {"filter": {}, "kind": "payouts", "format": "csv"}
    assert long_ago(lambda: call(caller, "exports/", asked)).status_code == 201
    once.erase(now=database_now())
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="request_export"))
    answer = call(caller, "exports/", asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "answer_erased")
    assert Export.objects.count() == 1


def test_when_the_answer_is_erased_the_same_call_does_nothing_and_is_told_so(token, long_ago):
    payout, caller, now = quick.payout(), token("analyst"), database_now()
    assert long_ago(lambda: call(caller, f"payouts/{payout.pk}/hold", HOLD)).status_code == 200
    assert call(caller, f"payouts/{payout.pk}/hold", HOLD)["Idempotent-Replayed"] == "true"
    assert once.erase(now=database_now()) == 1
    answer = call(caller, f"payouts/{payout.pk}/hold", HOLD)
    assert (answer.status_code, answer.json()["code"]) == (409, "answer_erased")
    day = dated(timezone.localtime(now - timedelta(days=31)).date(), "long")
    assert answer.json()["detail"] == (
        f"Nothing was done again: this call was done on {day}, and its answer is no longer kept. "
        "Look up what it was about; a new call takes a new Idempotency-Key."
    )
    assert "Idempotent-Replayed" not in answer
    other = call(caller, f"payouts/{payout.pk}/hold", HOLD | {"note": "Another."})
    assert (other.status_code, other.json()["code"]) == (409, "key_used")
    assert Hold.objects.count() == 1
    assert call(caller, f"payouts/{payout.pk}/hold", HOLD, key="mine-0002").status_code == 200
    assert Hold.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_call_that_is_still_being_done_is_not_waited_for():
    actor, begun, over = make.person("analyst"), threading.Event(), threading.Event()

    def act():
        begun.set()
        assert over.wait(30)
        return once.Answer(200, "{}")

    def called():
        return once.once(key="k", asked=["a"], act=act, allowed=lambda _body: None, actor=actor, now=make.NOW)

    def second():
        try:
            assert begun.wait(30)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '5s'")  # who waits is heard of
                return called()
        finally:
            over.set()

    first, refused = together(called, second)
    assert first == once.Answer(200, "{}")
    assert isinstance(refused, once.StillBeingDone) and refused.status == 409, refused
    assert "still being done. Ask again" in str(refused)
    assert called().again


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_the_same_moment_are_one():
    actor, done = make.person("analyst"), []

    def act():
        done.append(1)
        return once.Answer(200, "{}")

    def one():
        return once.once(key="k", asked=["a"], act=act, allowed=lambda _body: None, actor=actor, now=make.NOW)

    found = together(one, one, one)
    others = [each for each in found if each != once.Answer(200, "{}")]
    assert len(done) == 1 and len(others) == 2
    assert all(isinstance(each, once.StillBeingDone) or each.again for each in others), others
