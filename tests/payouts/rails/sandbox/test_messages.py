"""What an answer of the bank proves. Only an allow-listed refusal proves that nothing was created."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.rails import base
from payouts.rails.sandbox import messages

UNKNOWN = base.Outcome.UNKNOWN


def answer(status: int, content: object) -> base.Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return messages.answer(base.Reply(status, body), key="K1")


def refusal(**changes: object) -> dict[str, object]:
    return {"key": "K1", "created": False, "error": {"code": "account_invalid", "message": "No."}} | changes


@pytest.mark.parametrize("status", ["accepted", "paid", "failed", "returned"])
def test_a_payment_that_exists_was_accepted_whatever_became_of_it(status: str) -> None:
    found = answer(201, {"id": "SB1", "key": "K1", "status": status})
    assert (found.outcome, found.code, found.bank_reference) == (base.Outcome.ACCEPTED, status, "SB1")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html>gateway</html>", b"[]", b"null", {}, {"id": "SB1", "status": "accepted"},
        {"id": "SB1", "key": "K2", "status": "accepted"}, {"id": "", "key": "K1", "status": "accepted"},
        {"id": 7, "key": "K1", "status": "accepted"}, {"id": "SB1", "key": "K1", "status": "ok"},
    ],
)  # fmt: skip
def test_a_success_that_does_not_speak_of_our_payment_proves_nothing(content: object) -> None:
    for status in (200, 201):
        assert (answer(status, content).outcome, answer(status, content).code) == (UNKNOWN, base.GARBLED)


@pytest.mark.parametrize("code", sorted(messages.PROVEN_NOT_CREATED))
def test_an_allow_listed_refusal_proves_that_nothing_was_created(code: str) -> None:
    found = answer(422, refusal(error={"code": code, "message": "No.", "reason": "AC01"}))
    assert (found.outcome, found.code, found.text) == (base.Outcome.REJECTED, "AC01", "No.")


@pytest.mark.parametrize(
    "changes",
    [
        {"created": True}, {"created": None}, {"key": "K2"}, {"error": {"code": "something_new"}}, {"error": "no"},
        {"error": {}},
    ],
)  # fmt: skip
def test_a_refusal_without_the_whole_proof_stays_unknown(changes: dict[str, object]) -> None:
    assert answer(422, refusal(**changes)).outcome is UNKNOWN


def test_a_key_that_carries_another_body_is_a_conflict_for_people() -> None:
    found = answer(422, refusal(error={"code": "key_reused", "message": "Other."}))
    assert (found.outcome, found.code) == (UNKNOWN, base.CONFLICT)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 502, 503, 504])
def test_no_other_status_proves_anything(status: int) -> None:
    assert answer(status, refusal()).outcome is UNKNOWN


def test_not_found_is_not_a_proof() -> None:
    found = answer(404, {"error": {"code": "not_found"}})
    assert (found.outcome, found.code) == (UNKNOWN, base.NOT_FOUND)
    assert answer(404, b"nginx").code == "HTTP_404"


@given(st.integers(100, 599), st.binary(max_size=200))
def test_no_garbage_ever_rejects_or_accepts(status: int, body: bytes) -> None:
    assert answer(status, body).outcome is UNKNOWN


def event(**changes: object) -> dict[str, object]:
    payment = {"id": "SB1", "key": "K1", "end_to_end_id": "P1A1", "amount_minor": 5, "currency": "USD"}
    fields = {
        "id": "evt_1",
        "type": "payment.paid",
        "created_at": "2026-11-24T09:00:00+00:00",
        "payment": payment,
    }
    return fields | changes


def events(*listed: object) -> list[base.Report]:
    return messages.events(json.dumps({"events": listed, "last": 1}).encode())


@pytest.mark.parametrize("kind", ["accepted", "paid", "failed", "returned"])
def test_events_become_reports(kind: str) -> None:
    (found,) = events(event(type=f"payment.{kind}", reason={"code": "AC04", "text": "closed"}))
    assert (found.kind, found.end_to_end_id, found.message_id) == (base.ReportKind(kind), "P1A1", "K1")
    assert (found.code, found.text, found.amount_minor, found.currency) == ("AC04", "closed", 5, "USD")
    assert found.occurred_at is not None
    assert found.source_id == "sandbox:evt_1"


def test_an_event_of_a_kind_we_do_not_know_is_noted() -> None:
    assert [found.kind for found in events(event(type="payment.pondered"))] == [base.ReportKind.NOTED]


def test_an_event_about_nothing_is_no_fact() -> None:
    assert events(event(id=None), event(payment={}), "x", event(payment={"end_to_end_id": ""})) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"events": 1}'])
def test_a_page_that_is_no_page_is_unreadable(body: bytes) -> None:
    with pytest.raises(base.Unreadable):
        messages.events(body)
    with pytest.raises(base.Unreadable):
        messages.cursor(body)


def test_names_of_statements_can_only_be_file_names() -> None:
    listed = {"statements": [{"name": "a.xml"}, {"name": "../b"}, {"name": "c?d"}, 7, {"name": None}]}
    assert messages.statement_names(json.dumps(listed).encode()) == ["a.xml"]


def test_characters_and_numbers_that_no_row_can_hold_cost_no_event() -> None:
    odd = event(
        id="evt\0" + "9" * 5000,
        created_at="0001-01-01T00:00:00+14:00",
        payment={"id": "SB\ud800", "key": "K1", "end_to_end_id": "P1A1", "amount_minor": 10**19},
        reason={"code": "A\0", "text": "no\ud800"},
    )
    found, fine = events(odd, event())

    assert (found.end_to_end_id, found.code, found.text) == ("P1A1", "A\ufffd", "no\ufffd")
    assert (found.amount_minor, found.occurred_at, found.bank_reference) == (None, None, "SB\ufffd")
    assert len(found.source_id) <= 200
    assert fine.amount_minor == 5


@pytest.mark.parametrize("last", [-1, 10**18])
def test_a_cursor_that_cannot_be_kept_is_unreadable(last: int) -> None:
    with pytest.raises(base.Unreadable):
        messages.cursor(json.dumps({"events": [], "last": last}).encode())


def test_an_answer_keeps_only_what_can_be_stored() -> None:
    refused = answer(
        422, refusal(error={"code": "account_invalid", "message": "No\0.", "reason": "AC\ud800"})
    )
    assert (refused.outcome, refused.code, refused.text) == (base.Outcome.REJECTED, "AC\ufffd", "No\ufffd.")
    assert answer(201, {"id": "SB\0", "key": "K1", "status": "paid"}).bank_reference == "SB\ufffd"
