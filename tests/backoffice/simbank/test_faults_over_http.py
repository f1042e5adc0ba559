"""The faults over real sockets, and what the real rail makes of them."""

import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from backoffice.simbank import named, process, profile
from backoffice.simbank.faults import Fault
from payouts.rails import base, registry, transports
from tests.backoffice.simbank import orders

RAIL = registry.get("sandbox")


@contextlib.contextmanager
def serving(folder: Path, manners: profile.Profile) -> Iterator[process.Simbank]:
    where = {"data": folder / "d", "outbox": folder / "o", "inbox": folder / "i"}
    with process.Simbank(port=0, manners=manners, every_seconds=3600, **where) as running:
        yield running


@contextlib.contextmanager
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False) as opened:
        yield opened


def pay(http: httpx.Client, key: str = "K1", **fields: object) -> httpx.Response:
    return http.post("/payments", headers={"Idempotency-Key": key}, content=orders.call_body(key, **fields))


def only(fault: str) -> profile.Profile:
    return profile.Profile(call=profile.Calls(faults={fault: 1000}), calm_after=1)


@pytest.mark.parametrize(
    ("fault", "status", "recorded"),
    [
        (Fault.REFUSE_BEFORE, 503, 0),
        (Fault.DROP_BEFORE, None, 0),
        (Fault.ACCEPT_LATE, None, 0),
        (Fault.DROP_AFTER, None, 1),
        (Fault.ERROR_AFTER, 500, 1),
        (Fault.GARBAGE, 200, 1),
    ],
)
def test_a_fault_on_the_wire_is_what_the_log_says(
    tmp_path: Path, fault: Fault, status: int | None, recorded: int
) -> None:
    with serving(tmp_path, only(fault)) as running, client(running.url) as http:
        if status is None:
            with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
                pay(http)
        else:
            assert pay(http).status_code == status
        judged = http.get("/instructions").json()
        assert (judged["count"], judged["faults"]) == (recorded, {fault: 1})
        (told,) = http.get("/faults").json()["faults"]
        assert (told["key"], told["point"], told["try"], told["fault"]) == ("K1", "send", 1, fault)
        assert pay(http).status_code == (200 if recorded else 201)
        http.post("/control/advance", json={"seconds": 3600})
        judged = http.get("/instructions").json()
        assert (judged["count"], judged["repeated"], judged["waiting"]) == (1, [], 0)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.REFUSE_BEFORE, "HTTP_503"),
        (Fault.DROP_BEFORE, base.UNREACHABLE),
        (Fault.ACCEPT_LATE, base.UNREACHABLE),
        (Fault.DROP_AFTER, base.UNREACHABLE),
        (Fault.ERROR_AFTER, "HTTP_500"),
        (Fault.GARBAGE, base.GARBLED),
    ],
)
def test_the_rail_concludes_nothing_from_a_fault_and_learns_the_truth_by_asking(
    tmp_path: Path, fault: Fault, code: str
) -> None:
    body = orders.call_body()
    with serving(tmp_path, only(fault)) as running, transports.HttpTransport(running.url) as transport:
        told = RAIL.deliver(body, key="K1", transport=transport, now=orders.NOON)
        assert (told.outcome, told.code) == (base.Outcome.UNKNOWN, code)
        truth = "accepted" if running.bank.judgement()["count"] else base.NOT_FOUND
        asked = [RAIL.lookup(key="K1", body=body, transport=transport, now=orders.NOON) for _ in range(2)]
        assert asked[0].code in {code, truth}  # the same fault may meet the first question
        assert asked[1].code == truth


def test_the_rail_is_not_misled_by_a_stale_not_found(tmp_path: Path) -> None:
    body = orders.call_body()
    with (
        serving(tmp_path, only("stale-not-found")) as running,
        transports.HttpTransport(running.url) as transport,
    ):
        assert RAIL.deliver(body, key="K1", transport=transport, now=orders.NOON).code == "accepted"
        asked = [RAIL.lookup(key="K1", body=body, transport=transport, now=orders.NOON) for _ in range(2)]
    assert [(one.outcome, one.code) for one in asked] == [
        (base.Outcome.UNKNOWN, base.NOT_FOUND),
        (base.Outcome.ACCEPTED, "accepted"),
    ]


def test_a_slow_answer_is_given_up_by_the_caller_and_recorded_by_the_bank(tmp_path: Path) -> None:
    slow = profile.Profile(call=profile.Calls(answers_after=timedelta(hours=1)))
    with (
        serving(tmp_path, slow) as running,
        transports.HttpTransport(running.url, read_seconds=0.5) as transport,
    ):
        told = RAIL.deliver(orders.call_body(), key="K1", transport=transport, now=orders.NOON)
        assert (told.outcome, told.code) == (base.Outcome.UNKNOWN, base.UNREACHABLE)
        limit = time.monotonic() + 15
        while not running.bank.judgement()["count"]:
            assert time.monotonic() < limit
        assert running.bank.judgement()["repeated"] == []


def test_callers_who_come_at_once_under_one_key_are_paid_once(tmp_path: Path) -> None:
    manners = named.profile("rough", seed=3)
    with serving(tmp_path, manners) as running:

        def call(key: str) -> None:
            with client(running.url) as http:
                for _ in range(3):
                    with contextlib.suppress(httpx.RemoteProtocolError):
                        pay(http, key)

        threads = [threading.Thread(target=call, args=(f"K{number % 4}",)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        running.advance(200 * 86_400)
        judged = running.bank.judgement()
    assert (judged["count"], judged["repeated"], judged["waiting"]) == (4, [], 0)
    assert set(judged["statuses"]) <= {"paid", "returned"}


# Files, through real folders


def test_answers_of_every_kind_arrive_in_the_inbox(tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "a.xml").write_bytes(orders.file_body([("P1A1", 100, "Ada")]))
    torn = profile.Profile(file=profile.Files(faults={"refuse-before": 1000, "garbage": 1000}), calm_after=1)
    with serving(tmp_path, torn) as running:
        running.sync()
        running.sync()
        assert sorted(file.name for file in (tmp_path / "i").iterdir()) == ["pain002-B1-1-torn.xml"]
        running.advance(3600)
        # An hour on may be the next day, with a statement of this one.
        names = sorted(file.name for file in (tmp_path / "i").glob("pain002-*"))
        assert names == ["pain002-B1-1-torn.xml", "pain002-B1-1.xml", "pain002-B1-2.xml"]
        assert running.bank.judgement()["faults"] == {"refuse-before": 1, "garbage": 1}
        assert running.bank.judgement()["count"] == 1


def test_a_file_that_was_put_off_is_taken_while_it_lies_there(tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "a.xml").write_bytes(orders.file_body([("P1A1", 100, "Ada")]))
    with serving(tmp_path, named.profile("late")) as running:
        for _ in range(3):
            running.sync()
        assert (running.bank.judgement()["count"], running.bank.judgement()["waiting"]) == (0, 1)
        running.advance(30)
        running.advance(10)
        assert orders.statuses(running.bank) == {"P1A1": "paid"}
