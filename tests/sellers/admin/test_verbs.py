"""Before a seller is held or suspended, the page says in numbers what stops."""

from datetime import timedelta

import pytest

from payouts.models import Hold
from tests import make, make_payouts
from tests.payouts import quick
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def test_the_payouts_the_sums_and_the_batches_that_lose_one_are_named():
    batch = make_payouts.proposed_batch([1200])
    seller = make_payouts.payouts_of(batch)[0].seller
    quick.payout(seller=seller, amount_minor=3000, now=make.NOW + timedelta(days=1))
    compliance = client("compliance")
    page = compliance.get(f"/sellers/{seller.reference}/act/hold/").content.decode()
    assert "Hold the seller: 2 payouts stop, €42.00" in page
    assert f"1 of these leaves its batch ({batch.reference}), €12.00 less" in page
    page = compliance.get(f"/sellers/{seller.reference}/act/suspend/").content.decode()
    assert "Suspend the seller: 2 payouts stop, €42.00" in page
    assert (
        f"1 of these is in a batch ({batch.reference}), €12.00: it is left out when the batch is sent" in page
    )
    assert not Hold.objects.exists()
    page = compliance.get(f"/sellers/{make.seller().reference}/act/hold/").content.decode()
    assert "0 payouts" in page and "payouts stop" not in page
