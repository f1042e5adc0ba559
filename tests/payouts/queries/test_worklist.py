"""What a list compares a payout with is what its flag compares it with: what was paid before."""

from datetime import timedelta

import pytest

from payouts.models import Payout
from payouts.queries import worklist
from tests import make
from tests.make_payouts import NOW
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db


def test_usual_is_what_was_paid_before_and_not_what_still_waits():
    seller = make.seller()
    first = quick.payout(seller=seller, amount_minor=12_00, now=NOW - timedelta(days=9))
    for step in ("REVIEWED", "APPROVED", "BATCHED", "SUBMITTED", "PAID"):
        standing.ready(first, step)
        standing.move(standing.plain, first, step)
    quick.payout(seller=seller, amount_minor=99_00, now=NOW - timedelta(days=4))
    last = quick.payout(seller=seller, amount_minor=24_00, now=NOW)
    assert sorted(Payout.objects.values_list("status", flat=True)) == [
        "PAID",
        "PENDING_REVIEW",
        "PENDING_REVIEW",
    ]

    (row,) = worklist.rows([last])
    assert (row.history, row.delta) == ([12_00, 24_00], 1)
