"""What goes wrong with calls and files on their way in: the log says what the bank has, whatever the caller heard."""

import json
import random
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.simbank import bank, faults, journal, named, profile, teller
from backoffice.simbank.faults import Fault, Point
from tests.backoffice.simbank import orders

HOUR = 3600


def calls(fault: str, share: int = 1000, **fields: object) -> profile.Profile:
    return profile.Profile(call=profile.Calls(faults={fault: share}, **fields))


def files(fault: str, **fields: object) -> profile.Profile:
    return profile.Profile(file=profile.Files(faults={fault: 1000}), **fields)


def pay(at: teller.Teller, key: str = "K1", **fields: object) -> teller.Reply:
    return at.pay(key=key, body=orders.call_body(key, **fields))


def keys(it: bank.Bank) -> list[str]:
    return [record["key"] for record in it.judgement()["instructions"]]


@pytest.mark.parametrize(
    ("fault", "heard", "recorded", "an_hour_later"),
    [
        (Fault.REFUSE_BEFORE, 503, 0, 0),
        (Fault.DROP_BEFORE, "dropped", 0, 0),
        (Fault.ACCEPT_LATE, "dropped", 0, 1),
        (Fault.DROP_AFTER, "dropped", 1, 1),
        (Fault.ERROR_AFTER, 500, 1, 1),
        (Fault.GARBAGE, 200, 1, 1),
    ],
)
def test_the_log_says_what_the_bank_has_and_the_caller_does_not_know(
    opened: orders.Opener, fault: Fault, heard: object, recorded: int, an_hour_later: int
) -> None:
    it = opened(calls(fault))
    reply = pay(teller.Teller(it))
    assert ("dropped" if reply.dropped else reply.status) == heard
    assert b"accepted" not in reply.body
    assert len(keys(it)) == recorded
    assert it.find_call("K1")[0] == (200 if recorded else 404)
    opened.clock.pass_by(seconds=HOUR)
    it.tick()
    assert len(keys(it)) == an_hour_later
    judged = it.judgement()
    assert (judged["faults"], judged["waiting"]) == ({fault: 1}, 0)


@pytest.mark.parametrize("fault", sorted(faults.POSSIBLE[faults.CALL, Point.SEND]))
def test_who_sends_again_at_a_bank_that_deduplicates_pays_once_and_hears_so_in_the_end(
    opened: orders.Opener, fault: str
) -> None:
    it = opened(calls(fault))
    at = teller.Teller(it)
    replies = [pay(at) for _ in range(5)]
    assert (replies[-1].status in {200, 201}) and not replies[-1].dropped
    assert json.loads(replies[-1].body)["status"] == "accepted"
    opened.clock.pass_by(seconds=5 * HOUR)
    it.tick()
    assert (keys(it), it.judgement()["repeated"]) == (["K1"], [])


def test_a_fault_is_in_the_log_before_what_it_does(opened: orders.Opener) -> None:
    pay(teller.Teller(opened(calls("drop-after"))))
    written = list(journal.read(opened.path))
    assert [record["type"] for record in written] == ["fault", "account", "instruction"]
    wanted = {"channel": "call", "point": "send", "key": "K1", "try": 1, "fault": "drop-after"}
    assert written[0].items() >= wanted.items()


def test_a_bank_without_faults_writes_down_none(opened: orders.Opener) -> None:
    at = teller.Teller(opened())
    for _ in range(3):
        assert not pay(at).dropped
        assert at.ask("K1").status == 200
    assert [record["type"] for record in journal.read(opened.path)] == ["account", "instruction"]


def _met(folder: Path, seed: int, order: Iterable[int]) -> set[tuple[object, ...]]:
    opener = orders.Opener(folder / f"{seed}-{random.random()}")
    at = teller.Teller(opener(named.profile("rough", seed=seed)))
    for number in order:
        for _ in range(3):
            pay(at, f"K{number}")
            at.ask(f"K{number}")
    found = {(f["point"], f["key"], f["try"], f["fault"]) for f in at.bank.books.faults}
    opener.close()
    return found


def test_the_same_seed_gives_the_same_faults_in_whatever_order_the_keys_come(tmp_path: Path) -> None:
    there, back = range(40), range(39, -1, -1)
    once = _met(tmp_path, 1, there)
    assert len(once) > 40
    assert once == _met(tmp_path, 1, back)
    assert once != _met(tmp_path, 2, there)


def test_a_bank_started_again_does_not_begin_anew_with_the_tries(opened: orders.Opener) -> None:
    pay(teller.Teller(opened(calls("drop-before"))))
    again = teller.Teller(opened(calls("drop-before")))
    assert [pay(again).dropped for _ in range(4)] == [True, True, True, False]


def test_without_deduplication_a_key_that_is_sent_twice_is_paid_twice(opened: orders.Opener) -> None:
    it = opened(named.profile("forgetful"))
    at = teller.Teller(it)
    for _ in range(2):
        assert pay(at).status == 201
    pay(at, "K2")
    judged = it.judgement()
    assert (judged["count"], judged["repeated"], judged["sums"]) == (3, ["K1"], {"USD": 3750})


def test_looking_and_sending_again_pays_twice_at_a_bank_that_accepts_slowly(opened: orders.Opener) -> None:
    it = opened(named.profile("late"))
    at = teller.Teller(it)
    assert pay(at).dropped
    assert (at.ask("K1").status, it.judgement()["waiting"]) == (404, 1)
    assert pay(at).dropped
    opened.clock.pass_by(seconds=30)
    assert at.ask("K1").status == 200
    assert it.judgement()["repeated"] == ["K1"]


def test_a_bank_that_accepts_slowly_and_deduplicates_answers_a_key_it_has(opened: orders.Opener) -> None:
    it = opened(call=profile.Calls(accepts_after=timedelta(seconds=30)))
    at = teller.Teller(it)
    assert pay(at).dropped and pay(at).dropped
    opened.clock.pass_by(seconds=30)
    assert pay(at).status == 200
    assert keys(it) == ["K1"]
    assert it.judgement()["instructions"][0]["at"] == (orders.NOON + timedelta(seconds=30)).isoformat()


def test_what_was_put_off_comes_before_what_comes_later(opened: orders.Opener) -> None:
    it = opened(call=profile.Calls(accepts_after=timedelta(seconds=30), other_body=profile.OtherBody.IGNORED))
    at = teller.Teller(it)
    pay(at, minor=100)
    opened.clock.pass_by(seconds=31)
    assert json.loads(pay(at, minor=999).body)["amount_minor"] == 100
    assert it.judgement()["sums"] == {"USD": 100}


@pytest.mark.parametrize(
    ("other_body", "status", "amounts"),
    [
        (profile.OtherBody.REFUSED, 422, [1250]),
        (profile.OtherBody.IGNORED, 200, [1250]),
        (profile.OtherBody.CREATES, 201, [1250, 7]),
    ],
)
def test_another_body_under_a_known_key_is_treated_as_the_profile_says(
    opened: orders.Opener, other_body: profile.OtherBody, status: int, amounts: list[int]
) -> None:
    it = opened(call=profile.Calls(other_body=other_body))
    at = teller.Teller(it)
    pay(at)
    assert pay(at, minor=7).status == status
    assert pay(at).status == 200
    assert [record["amount_minor"] for record in it.judgement()["instructions"]] == amounts


def test_what_was_accepted_is_not_found_until_the_lag_is_over(opened: orders.Opener) -> None:
    at = teller.Teller(opened(named.profile("lagging")))
    assert pay(at).status == 201
    opened.clock.pass_by(seconds=119)
    assert at.ask("K1").status == 404
    assert pay(at).status == 200
    opened.clock.pass_by(seconds=1)
    assert at.ask("K1").status == 200


def test_stale_answers_to_questions_come_to_an_end(opened: orders.Opener) -> None:
    it = opened(calls("stale-not-found"))
    at = teller.Teller(it)
    assert at.ask("K1").status == 404
    assert it.judgement()["faults"] == {}
    pay(at)
    assert [at.ask("K1").status for _ in range(4)] == [404, 404, 404, 200]
    assert json.loads(at.ask("other").body) == it.find_call("other")[1]
    assert it.judgement()["faults"] == {"stale-not-found": 3}


@pytest.mark.parametrize(("fault", "heard"), [("refuse-before", 503), ("drop-before", 0), ("garbage", 200)])
def test_a_question_can_go_wrong_too(opened: orders.Opener, fault: str, heard: int) -> None:
    it = opened()
    pay(teller.Teller(it))
    at = teller.Teller(opened(calls(fault)))
    reply = at.ask("K1")
    assert (reply.status, reply.dropped, b"accepted" in reply.body) == (heard, heard == 0, False)


def test_a_slow_answer_says_how_long_it_takes_and_is_recorded_at_once(opened: orders.Opener) -> None:
    it = opened(named.profile("slow"))
    assert pay(teller.Teller(it)).wait == timedelta(seconds=3)
    assert keys(it) == ["K1"]


@pytest.mark.parametrize("seed", range(1, 9))
def test_under_every_fault_at_once_nothing_is_paid_twice_and_nothing_that_was_confirmed_is_missing(
    opened: orders.Opener, seed: int
) -> None:
    it = opened(named.profile("rough", seed=seed))
    at = teller.Teller(it)
    confirmed = set()
    for number in range(20):
        key = f"K{number}"
        for _ in range(5):
            reply = pay(at, key)
            if b'"end_to_end_id"' in reply.body:
                confirmed.add(key)
            opened.clock.pass_by(seconds=3)
    opened.clock.pass_by(days=200)
    it.tick()
    judged = it.judgement()
    assert confirmed == {f"K{number}" for number in range(20)} == set(keys(it))
    assert (judged["count"], judged["repeated"], judged["waiting"], judged["untold"]) == (20, [], 0, 0)


# Files


def test_a_file_that_is_refused_first_lies_until_it_is_taken(opened: orders.Opener) -> None:
    it = opened(files("refuse-before"))
    at = teller.Teller(it)
    body = orders.file_body([("P1A1", 100, "Ada")])
    assert [at.take_file("a.xml", body) for _ in range(4)] == [False] * 4
    assert it.judgement()["count"] == 0
    assert at.take_file("a.xml", body) and at.take_file("a.xml", body)
    assert it.judgement()["count"] == 1


def test_a_file_that_is_taken_late_is_taken_once_also_after_a_restart(opened: orders.Opener) -> None:
    manners = files("accept-late")
    body = orders.file_body([("P1A1", 100, "Ada")])
    for _ in range(2):
        it = opened(manners)
        assert teller.Teller(it).take_file("a.xml", body)
        assert (it.judgement()["count"], it.judgement()["waiting"], it.books.outgoing) == (0, 1, {})
    opened.clock.pass_by(seconds=HOUR)
    it.tick()
    assert teller.Teller(it).take_file("a.xml", body)
    assert (it.judgement()["count"], it.judgement()["waiting"]) == (1, 0)
    assert list(it.books.outgoing) == ["pain002-B1-1.xml"]


def test_a_file_is_accepted_in_part_where_the_profile_says_so(opened: orders.Opener) -> None:
    it = opened(named.profile("partial", per_mille={}))
    payments = [(f"P{number}A1", 100, "Ada") for number in range(100)]
    teller.Teller(it).take_file("a.xml", orders.file_body(payments))
    assert b"<GrpSts>PART</GrpSts>" in it.books.outgoing["pain002-B1-1.xml"]
    judged = it.judgement()
    assert judged["count"] + judged["refusals"] == 100
    assert 8 < judged["refusals"] < 35
    for number in range(100):
        assert pay(teller.Teller(it), f"P{number}A1").status == 201


@pytest.mark.parametrize(
    ("manners", "same", "other"),
    [
        (profile.Files(), [b"DU01"], [b"DU01"]),
        (profile.Files(other_body=profile.OtherBody.IGNORED), [b"DU01"], []),
        (profile.Files(other_body=profile.OtherBody.CREATES), [b"DU01"], [b"ACCP"]),
        (profile.Files(deduplicates=False), [b"ACCP"], [b"ACCP"]),
        (profile.Files(key_window=timedelta(0)), [b"ACCP"], [b"ACCP"]),
    ],
)
@pytest.mark.parametrize("changed", [False, True])
def test_a_second_file_under_a_message_id_is_treated_as_the_profile_says(
    opened: orders.Opener, manners: profile.Files, same: list[bytes], other: list[bytes], changed: bool
) -> None:
    it = opened(file=manners)
    at = teller.Teller(it)
    at.take_file("a.xml", orders.file_body([("P1A1", 100, "Ada")]))
    at.take_file("b.xml", orders.file_body([("P1A1", 200 if changed else 100, "Ada")]))
    wanted = other if changed else same
    answers = list(it.books.outgoing.values())[1:]
    assert [code for body in answers for code in (b"DU01", b"ACCP") if code in body] == wanted
    judged = it.judgement()
    twice = wanted == [b"ACCP"]
    assert (judged["count"], judged["repeated"]) == ((2, ["P1A1"]) if twice else (1, []))
    it.advance(10)
    assert [record["status"] for record in it.judgement()["instructions"]] == ["paid"] * judged["count"]


# What comes back


def test_paid_payments_come_back_days_later_spread_over_half_a_year(opened: orders.Opener) -> None:
    both = {"faults": {"return-after-paid": 1000}}
    it = opened(call=profile.Calls(**both), file=profile.Files(**both))
    at = teller.Teller(it)
    for number in range(60):
        pay(at, f"K{number}")
    at.take_file("a.xml", orders.file_body([(f"P{number}A1", 100, "Ada") for number in range(60)]))
    back = []
    for _ in range(181):
        it.advance(86_400)
        back.append(it.judgement()["statuses"].get("returned", 0))
    assert (back[0], back[-1]) == (0, 120)
    assert 20 < back[60] < back[120] < 100
    assert len({record["reason"] for record in it.judgement()["instructions"]}) > 2
    assert it.judgement()["faults"] == {"return-after-paid": 120}
    credits = sum(body.count(b"<RtrInf>") for body in it.books.outgoing.values())
    assert credits == 60


def test_a_marker_in_the_name_goes_before_the_fault(opened: orders.Opener) -> None:
    it = opened(calls("return-after-paid"))
    pay(teller.Teller(it), payee="Bo SIMFAIL")
    it.advance(200 * 86_400)
    assert orders.statuses(it) == {"K1": "failed"}
    assert it.judgement()["faults"] == {}
