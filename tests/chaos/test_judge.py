"""The judge finds each kind of wrong, and nothing where all is well."""

import dataclasses

import pytest

from tests.chaos.bank import Carried
from tests.chaos.judge import Booked, Kind, is_at_rest, judge

PAID = Booked(
    id=1,
    reference="P1",
    amount_minor=1200,
    currency="USD",
    status="PAID",
    end_to_end_ids=frozenset({"P1A1"}),
    submission_status="ACCEPTED",
)
CARRIED = Carried("SB1", "P1A1", "P1A1", 1200, "USD", frozenset({"accepted", "paid"}))


def booked(**changes) -> Booked:
    return dataclasses.replace(PAID, **changes)


def carried(**changes) -> Carried:
    return dataclasses.replace(CARRIED, **changes)


def kinds(payout: Booked, *instructions: Carried, expected=(1,)) -> list[str]:
    found = judge(books=[payout], carried=instructions, expected=expected)
    return [str(finding.kind) for finding in found]


def test_what_both_say_is_well():
    assert kinds(PAID, CARRIED) == []
    assert kinds(booked(status="RETURNED"), CARRIED) == []
    assert kinds(booked(status="FAILED"), carried(statuses=frozenset({"accepted", "failed"}))) == []
    assert kinds(booked(status="APPROVED", end_to_end_ids=frozenset())) == []


@pytest.mark.parametrize("key", ["P1A1", "another"])
def test_two_instructions_for_one_payout_are_a_duplicate(key):
    assert kinds(PAID, CARRIED, carried(id="SB2", key=key)) == [Kind.DUPLICATE]


def test_two_attempts_of_one_payout_are_a_duplicate_unless_the_first_was_not_delivered():
    both = booked(end_to_end_ids=frozenset({"P1A1", "P1A2"}))
    first = carried(id="SB0", end_to_end_id="P1A2")
    assert kinds(both, first, CARRIED) == [Kind.DUPLICATE]
    assert kinds(both, dataclasses.replace(first, statuses=frozenset({"accepted", "failed"})), CARRIED) == []


def test_paid_in_the_books_and_not_at_the_bank_is_false():
    assert kinds(PAID, carried(statuses=frozenset({"accepted"}))) == [Kind.FALSE_PAID]
    assert kinds(PAID) == [Kind.FALSE_PAID]


def test_another_amount_at_the_bank_is_not_this_payment():
    assert kinds(PAID, carried(amount_minor=1300)) == [Kind.LOST, Kind.FALSE_PAID]


def test_sent_by_the_books_and_not_at_the_bank_is_lost_once_the_program_claims_to_know():
    sent = booked(status="SUBMITTED")
    assert kinds(sent) == [Kind.LOST]
    assert kinds(dataclasses.replace(sent, submission_status="UNKNOWN", has_alert=True)) == []


def test_carried_by_the_bank_and_open_in_the_books_is_lost():
    assert kinds(booked(status="APPROVED"), CARRIED) == [Kind.LOST]


def test_a_payment_that_no_attempt_names_is_lost():
    assert kinds(PAID, CARRIED, carried(end_to_end_id="STRANGER")) == [Kind.LOST]


def test_a_payout_that_is_gone_or_cancelled_by_nobody_is_lost():
    assert kinds(PAID, CARRIED, expected=(1, 2)) == [Kind.LOST]
    assert kinds(booked(status="CANCELLED")) == [Kind.LOST]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"submission_status": "UNKNOWN"}, True),
        ({"submission_status": "UNKNOWN", "has_alert": True}, False),
        ({"submission_status": "DELIVERING"}, False),
        ({"submission_status": "DELIVERING", "lease_is_over": True}, True),
        ({"submission_status": "ACCEPTED"}, True),
        ({"submission_status": "REJECTED"}, True),
        ({"status": "BATCHED", "submission_status": "", "batch_status": "PROPOSED"}, False),
        ({"status": "BATCHED", "submission_status": "", "batch_status": "APPROVED"}, True),
    ],
)
def test_what_nobody_will_ever_look_at_is_unowned(changes, wrong):
    sent = booked(**({"status": "SUBMITTED"} | changes))
    instructions = [CARRIED] if sent.status == "SUBMITTED" else []
    assert (Kind.UNOWNED in kinds(sent, *instructions)) is wrong


def test_it_is_at_rest_once_the_bank_says_the_same():
    assert is_at_rest(PAID, [CARRIED])
    assert not is_at_rest(PAID, [carried(statuses=frozenset({"accepted"}))])
    assert not is_at_rest(booked(status="SUBMITTED"), [CARRIED])
