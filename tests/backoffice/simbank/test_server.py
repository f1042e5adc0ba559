"""The bank's HTTP side, over real sockets."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backoffice.simbank import process
from tests.backoffice.simbank import orders


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with (
        process.Simbank(port=0, data=tmp_path / "d", outbox=tmp_path / "o", inbox=tmp_path / "i") as bank,
        httpx.Client(base_url=bank.url, trust_env=False) as client,
    ):
        yield client


def pay(http: httpx.Client, key: str = "K1", **fields: object) -> httpx.Response:
    return http.post("/payments", headers={"Idempotency-Key": key}, content=orders.call_body(key, **fields))


def test_a_payment_can_be_made_found_and_followed(http: httpx.Client) -> None:
    made = pay(http)
    assert (made.status_code, made.json()["status"]) == (201, "accepted")
    assert http.get("/payments", params={"key": "K1"}).json()["id"] == made.json()["id"]
    http.post("/control/advance", json={"seconds": 60})
    listed = http.get("/events", params={"after": 1}).json()
    assert [event["type"] for event in listed["events"]] == ["payment.paid"]
    assert listed["last"] == 2


def test_a_movement_on_request_stands_on_the_statement(http: httpx.Client) -> None:
    pay(http)
    asked = {
        "channel": "call",
        "account": "SIM-USD-1",
        "currency": "USD",
        "amount_minor": -999,
        "text": "Card fee",
    }
    assert http.post("/control/movement", json=asked).status_code == 200
    assert http.post("/control/movement", json=asked | {"account": "other"}).status_code == 400
    (name,) = http.post("/control/statement").json()["statements"]
    body = http.get(f"/statements/{name}").content
    assert b"<AddtlNtryInf>Card fee</AddtlNtryInf>" in body and b">9.99<" in body


def test_the_judge_answers_with_counts_and_sums(http: httpx.Client) -> None:
    pay(http)
    pay(http, "K2", currency="JPY", minor=300)
    judged = http.get("/instructions").json()
    assert (judged["count"], judged["sums"], judged["repeated"]) == (2, {"USD": 1250, "JPY": 300}, [])
    assert [record["end_to_end_id"] for record in judged["instructions"]] == ["K1", "K2"]
    assert "instructions" not in http.get("/instructions", params={"summary": 1}).json()


def test_a_day_can_be_closed_and_its_statement_fetched(http: httpx.Client) -> None:
    pay(http)
    http.post("/control/advance", json={"seconds": 60})
    (name,) = http.post("/control/statement").json()["statements"]
    assert http.get("/statements").json() == {"statements": [{"name": name}]}
    assert b"BkToCstmrStmt" in http.get(f"/statements/{name}").content


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/payments?key=none", None, 404),
        ("GET", "/nowhere", None, 404),
        ("POST", "/nowhere", b"{}", 404),
        ("GET", "/statements/none.xml", None, 404),
        ("GET", "/events?after=x", None, 400),
        ("POST", "/control/advance", b"{}", 400),
        ("POST", "/control/advance", b"[]", 400),
        ("POST", "/control/advance", b"no", 400),
        ("POST", "/control/advance", b'{"seconds": -1}', 400),
        ("POST", "/control/movement", b'{"channel": "call"}', 400),
        ("POST", "/control/statement?date=2999-01-01", b"", 400),
        ("POST", "/control/statement?date=soon", b"", 400),
        ("POST", "/payments", b"x" * 1_100_000, 400),
    ],
)
def test_what_cannot_be_served_is_answered_with_a_sentence(
    http: httpx.Client, method: str, path: str, body: bytes | None, status: int
) -> None:
    answer = http.request(method, path, content=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert http.get("/healthz").json()["status"] == "ok"
