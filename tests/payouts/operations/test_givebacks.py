"""Where the money of a dead payout goes."""

import pytest
from django.db import DatabaseError

from backoffice.audit.errors import Refused
from payouts import countries
from payouts.models import Disposal
from payouts.operations import disposing, givebacks, holds
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


@pytest.mark.parametrize("deed", [givebacks.reissue, givebacks.roll])
def test_money_on_hold_for_fraud_leaves_its_judgement_behind_by_no_door(deed, cancelled, raw_sql):
    held = quick.payout()
    compliance = make.person("compliance")
    holds.hold(
        payout_ids=[held.pk], actor=compliance, reason="fraud_suspected", note="Same device.", now=make.NOW
    )
    givebacks.cancel(payout_ids=[held.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    disposer = make.person(permissions=["payouts.dispose_payout"])
    with pytest.raises(Refused, match="on hold for fraud or compliance") as refusal:
        deed(payout_id=held.pk, actor=disposer, now=make.NOW)
    assert refusal.value.code == "hold"
    preview = disposing.preview_reissue(payout_ids=[held.pk], actor=disposer)
    assert not preview.allowed
    with pytest.raises(DatabaseError, match="waits for the judgement of compliance"):
        raw_sql(
            "INSERT INTO payouts_disposal (payout_id, new_payout_id, decided_by_id, decided_at)"
            " VALUES (%s, %s, %s, now())",
            [held.pk, cancelled.pk, disposer.user_id],
        )
