"""What a list compares a payout with is what its flag compares it with: what was paid before."""

from datetime import timedelta

import pytest

from payouts.models import Payout
from payouts.operations import settlement
from payouts.queries import worklist
from payouts.rails import base
from tests import make_payouts
from tests.make_payouts import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as made:
        yield made


def test_usual_is_what_was_paid_before_and_not_what_still_waits(bank):
    (first,) = make_payouts.payouts_of(make_payouts.submitted([12_00], country="US"))
    told = base.Report(kind=base.ReportKind.PAID, source_id="1", end_to_end_id=f"{first.reference}A1")
    settlement.apply(reports=[told], rail="sandbox", now=NOW)
    of_seller = {"seller": first.seller, "country": "US", "currency": "USD"}
    quick.payout(**of_seller, amount_minor=99_00, now=NOW + timedelta(days=2))
    last = quick.payout(**of_seller, amount_minor=24_00, now=NOW + timedelta(days=4))
    assert sorted(Payout.objects.values_list("status", flat=True)) == ["PAID", "PENDING_REVIEW", "PENDING_REVIEW"]

    (row,) = worklist.rows([last])
    assert (row.history, row.delta) == ([12_00, 24_00], 1)
