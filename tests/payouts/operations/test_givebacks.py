"""Where the money of a dead payout goes."""

import pytest

from backoffice.audit.errors import Refused
from payouts import countries
from payouts.models import Disposal
from payouts.operations import givebacks
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def cancelled():
    made = quick.payout()
    givebacks.cancel(payout_ids=[made.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    return made


def test_what_no_run_would_take_is_not_rolled_but_can_be_reissued(cancelled):
    disposer = make.person(permissions=["payouts.dispose_payout"])
    countries.configure(only=["DE"])
    try:
        with pytest.raises(Refused, match="no country file opens FR") as refusal:
            givebacks.roll(payout_id=cancelled.pk, actor=disposer, now=make.NOW)
        assert refusal.value.code == "country_closed"
        assert not Disposal.objects.exists()
        assert givebacks.reissue(payout_id=cancelled.pk, actor=disposer, now=make.NOW).reissue_of == cancelled
    finally:
        countries.configure()


def test_what_is_rolled_is_due_again(cancelled):
    disposer = make.person(permissions=["payouts.dispose_payout"])
    earning = givebacks.roll(payout_id=cancelled.pk, actor=disposer, now=make.NOW)
    assert (earning.amount_minor, earning.kind) == (10_000, "rolled")
