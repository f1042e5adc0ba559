"""What a payout is compared with, beside which a reader judges it."""

from datetime import timedelta

import pytest

from payouts.operations import givebacks
from payouts.queries import judgement
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def test_what_is_paid_again_is_compared_with_the_last_that_lives_not_with_the_dead_that_it_replaces():
    usual = quick.payout(amount_minor=80_00)
    dead = quick.payout(seller=usual.seller, amount_minor=100_00, now=make.NOW + timedelta(days=1))
    givebacks.cancel(payout_ids=[dead.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    disposer = make.person(permissions=["payouts.dispose_payout"])
    again = givebacks.reissue(payout_id=dead.pk, actor=disposer, now=make.NOW)
    before = judgement.previous(again)
    assert before == usual
    (line,) = judgement.lines(again, before)
    assert line.before is not None and line.change is not None
    assert (line.money.minor, line.before.minor, line.change.minor) == (100_00, 80_00, 20_00)

    later = quick.payout(seller=usual.seller, amount_minor=70_00, now=make.NOW + timedelta(days=2))
    assert judgement.previous(later) == again
    assert [(line.kind, line.change.minor) for line in judgement.lines(later, again)] == [("sale", -30_00)]
