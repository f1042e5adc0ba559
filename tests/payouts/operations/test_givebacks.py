"""Where the money of a dead payout goes."""

import pytest
from django.db import DatabaseError

from backoffice.audit.errors import Refused
from payouts import countries
from payouts.models import Disposal, ReleaseRequest
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


@pytest.mark.parametrize("reason", ["fraud_suspected", "compliance"])
@pytest.mark.parametrize("deed", [givebacks.reissue, givebacks.roll])
def test_money_of_a_seller_on_hold_for_fraud_stays_until_two_people_release_that(
    deed, reason, cancelled, raw_sql
):
    dead, compliance = quick.payout(), make.person("compliance")
    givebacks.cancel(payout_ids=[dead.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    hold = holds.hold_seller(
        seller_id=dead.seller_id, actor=compliance, reason=reason, note="Same device.", now=make.NOW
    )
    disposer = make.person(permissions=["payouts.dispose_payout"])
    with pytest.raises(Refused, match="its seller is on hold for fraud or compliance") as refusal:
        deed(payout_id=dead.pk, actor=disposer, now=make.NOW)
    assert refusal.value.code == "hold"
    for preview in (disposing.preview_reissue, disposing.preview_roll):
        assert [each.reason for each in preview(payout_ids=[dead.pk], actor=disposer).refused] == [
            "its seller is on hold for fraud or compliance; two people release that first, one of compliance"
        ]
    with pytest.raises(DatabaseError, match="waits for the judgement of compliance"):
        raw_sql(
            "INSERT INTO payouts_disposal (payout_id, new_payout_id, decided_by_id, decided_at)"
            " VALUES (%s, %s, %s, now())",
            [dead.pk, cancelled.pk, disposer.user_id],
        )
    for person in (make.person("approver"), compliance):
        asked = frozenset(ReleaseRequest.objects.values_list("pk", flat=True))
        holds.release(hold_ids=[hold.pk], actor=person, note="It is fine.", now=make.NOW, seen=asked)
    deed(payout_id=dead.pk, actor=disposer, now=make.NOW)
