"""What banks answer is written down, whatever it is made of."""

import dataclasses

import pytest

from payouts.models import Submission
from payouts.operations import answering, preparing
from payouts.rails import base
from tests import make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db


def test_an_answer_that_cannot_be_stored_loses_no_other_of_its_chunk(bank):
    batch = make_payouts.approved_batch([1200, 1300, 1400], country="US")
    leases = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    fine = base.Answer(outcome=base.Outcome.ACCEPTED, code="paid", text="It has it.", bank_reference="SB1")
    odd = dataclasses.replace(fine, bank_reference="SB\0")  # a rail that does not clean what it passes on
    given = [
        answering.Given(lease.submission_id, lease.fence, odd if position == 1 else fine)
        for position, lease in enumerate(leases)
    ]

    answering.record(given=given, now=NOW)

    rows = Submission.objects.order_by("pk")
    assert [row.status for row in rows] == ["ACCEPTED"] * 3
    assert [row.bank_reference for row in rows] == ["SB1", "", "SB1"]
    assert rows[1].answer_text == "What the bank said with it cannot be stored: ask the bank for its words."


def test_odd_characters_in_an_answer_cost_it_nothing_but_themselves(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    answer = base.Answer(outcome=base.Outcome.UNKNOWN, code="X\0", text="oh\0no\ud800", raw=b"\0x")

    answering.record(given=[answering.Given(lease.submission_id, lease.fence, answer)], now=NOW)

    row = Submission.objects.get()
    assert (row.status, row.answer_code, row.answer_text) == ("UNKNOWN", "X\ufffd", "oh\ufffdno\ufffd")
