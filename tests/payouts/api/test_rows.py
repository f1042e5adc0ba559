"""A payout's row is made by hand: it says what its fields, and with them the schema, declare."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.api import rows
from payouts.models import Hold, Payout
from payouts.operations import holds
from payouts.queries import filters, flags
from sellers.models import Seller
from sellers.operations import suspend
from tests import make
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db


def row_of(payout: Payout):
    return rows.one(rows.READ.get(pk=payout.pk))


def test_each_declared_field_stands_in_the_row_in_its_order() -> None:
    assert list(row_of(quick.payout())) == list(rows.PayoutRow().fields)


def test_holds_and_flags_are_what_the_declared_fields_would_give() -> None:
    payout, actor = quick.payout(), make.person("compliance")
    common = {"actor": actor, "reason": "dispute", "note": "Ask.", "now": make.NOW}
    holds.hold_seller(seller_id=payout.seller_id, **common)
    holds.hold(payout_ids=[payout.pk], until=make.NOW + timedelta(days=2), **common)
    row = row_of(payout)
    made = Hold.objects.order_by("pk")
    assert [hold["on"] for hold in row["holds"]] == ["seller", "payout"]
    for name, field in rows.HoldRow().fields.items():
        if name != "on":
            values = [field.get_attribute(hold) for hold in made]
            given = [None if value is None else field.to_representation(value) for value in values]
            assert [hold[name] for hold in row["holds"]] == given, name
    (raised,) = flags.raised(payout_ids=[payout.pk])[payout.pk]
    assert row["flags"] == [rows.FlagRow(flags.words(raised, currency=payout.currency)).data]
    assert [list(hold) for hold in row["holds"]] == [list(rows.HoldRow().fields)] * 2


@pytest.mark.parametrize("zone", ["Europe/Paris", "UTC", "Asia/Tokyo"])
def test_moments_stand_in_the_program_s_zone_as_the_framework_writes_them(zone) -> None:
    payout = quick.payout()
    with timezone.override(zone):
        declared = rows.PayoutRow().fields["created_at"]
        assert row_of(payout)["created_at"] == declared.to_representation(payout.created_at)


def test_plain_fields_are_what_the_declared_ones_would_give() -> None:
    payout = quick.payout()
    row = row_of(payout)
    made = (
        "seller_standing",
        "on_hold",
        "blocked",
        "holds",
        "flags",
        "amount",
        "period_start",
        "period_end",
        "batch_reference",
        "seen",
    )
    plain = {name: field for name, field in rows.PayoutRow().fields.items() if name not in made}
    for name, field in plain.items():
        value = field.get_attribute(payout)
        assert row[name] == (None if value is None else field.to_representation(value)), name


def test_a_payout_is_blocked_as_the_filter_has_it() -> None:
    free, held, suspended, unverified, paid = (
        *(quick.reviewed() for _each in range(4)),
        standing.payout("PAID"),
    )
    compliance = make.person("compliance")
    holds.hold(payout_ids=[held.pk], reason="dispute", note="Ask.", actor=compliance, now=make.NOW)
    for each in (suspended, paid):
        suspend(seller_id=each.seller_id, reason="Documents", actor=compliance, now=make.NOW)
    Seller.objects.filter(pk=unverified.seller_id).update(verified_at=None)
    found = {row["id"]: row for row in rows.many(list(rows.READ.all()))}
    blocked = set(filters.read("blocked=true").qs.values_list("pk", flat=True))
    assert (
        {pk for pk, row in found.items() if row["blocked"]}
        == blocked
        == {held.pk, suspended.pk, unverified.pk}
    )
    told = {found[each.pk]["seller_standing"] for each in (free, held)}
    assert told == {"active"} and found[unverified.pk]["seller_standing"] == "unverified"
    assert found[suspended.pk]["seller_standing"] == found[paid.pk]["seller_standing"] == "suspended"
