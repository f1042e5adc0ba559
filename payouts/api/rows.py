"""A payout as the API gives it, a page at a time, in a fixed number of queries. No bank details."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from payouts.api import described
from payouts.models import Hold, HoldReason, Payout
from payouts.queries import blocks, flags, periods, shown
from payouts.queries.filter_words import STANDINGS
from payouts.states import UNSENT, PayoutStatus
from sellers.ledger.money import Money


class HoldRow(serializers.Serializer[Hold]):
    """An open hold: on the payout itself, or on its seller."""

    id = serializers.IntegerField(read_only=True)
    on = serializers.ChoiceField(choices=["payout", "seller"], read_only=True)
    reason = serializers.ChoiceField(choices=HoldReason.choices, read_only=True)
    note = serializers.CharField(read_only=True)
    placed_at = serializers.DateTimeField(read_only=True)
    until = serializers.DateTimeField(read_only=True, allow_null=True)


class FlagRow(serializers.Serializer[Any]):
    """Something a reviewer should look at."""

    code = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    fact = serializers.CharField(read_only=True)


class PayoutRow(serializers.Serializer[Payout]):
    """One payout. Money in minor units of its currency (ISO 4217 exponents), and as decimal text."""

    id = serializers.IntegerField(read_only=True)
    reference = serializers.CharField(read_only=True)
    seller = serializers.IntegerField(source="seller_id", read_only=True)
    seller_reference = serializers.CharField(source="seller.reference", read_only=True)
    seller_external_id = serializers.CharField(source="seller.external_id", read_only=True)
    seller_name = serializers.CharField(source="seller.name", read_only=True)
    seller_standing = serializers.ChoiceField(choices=["active", *STANDINGS], read_only=True)
    country = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(
        choices=PayoutStatus.choices, read_only=True, help_text=described.PAYOUT_STATUS
    )
    status_at = serializers.DateTimeField(read_only=True)
    on_hold = serializers.BooleanField(read_only=True)
    blocked = serializers.BooleanField(
        read_only=True,
        help_text="Not sent yet and kept from it: by an open hold, or by how its seller stands.",
    )
    holds = HoldRow(many=True, read_only=True)
    flags = FlagRow(many=True, read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    amount = serializers.CharField(read_only=True)
    currency = serializers.CharField(read_only=True)
    period_start = serializers.DateField(read_only=True, allow_null=True)
    period_end = serializers.DateField(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    run = serializers.IntegerField(source="run_id", read_only=True, allow_null=True)
    batch = serializers.IntegerField(source="batch_id", read_only=True, allow_null=True)
    batch_reference = serializers.CharField(read_only=True, allow_null=True)
    reissue_of = serializers.IntegerField(source="reissue_of_id", read_only=True, allow_null=True)
    seen = serializers.CharField(
        read_only=True,
        help_text="Send it back with a verb: if the payout changed meanwhile, the verb is refused with 409.",
    )


READ: "QuerySet[Payout, Any]" = Payout.objects.values_list(
    "pk", "reference", "account_id", "seller_id", "seller__reference", "seller__external_id", "seller__name",
    "seller__suspended_at", "seller__verified_at", "country", "status", "status_at", "round", "payout_account_id",
    "amount_minor", "currency", "span", "created_at", "run_id", "batch_id", "reissue_of_id", named=True,
)  # fmt: skip
"""Payouts with what their rows say, in place of two models with all their fields: a quarter of what a page computes."""


class About:
    """What is known about these payouts beyond their rows."""

    def __init__(self, payouts: Sequence[Any]) -> None:
        self.holds = blocks.open_holds(payouts=payouts)
        self.periods = periods.of(payouts=payouts)
        self.flags = flags.raised(payout_ids=(p.pk for p in payouts))
        self.zone = timezone.get_current_timezone()


def many(payouts: Sequence[Any]) -> list[dict[str, Any]]:
    """These payouts, of `READ`, as the API gives them.

    The serializers above say what is in a row, this makes it: to ask each of their fields takes as long as all else.
    """
    about = About(payouts)
    return [_row(payout, about) for payout in payouts]


def one(payout: Any) -> dict[str, Any]:
    return many([payout])[0]


def _row(payout: Any, about: About) -> dict[str, Any]:
    holds = about.holds.get(payout.pk, [])
    raised = [flags.words(flag, currency=payout.currency) for flag in about.flags.get(payout.pk, [])]
    first, last = about.periods.get(payout.pk, (None, None))
    barred = blocks.standing(suspended_at=payout.seller__suspended_at, verified_at=payout.seller__verified_at)
    return {
        "id": payout.pk,
        "reference": payout.reference,
        "seller": payout.seller_id,
        "seller_reference": payout.seller__reference,
        "seller_external_id": payout.seller__external_id,
        "seller_name": payout.seller__name,
        "seller_standing": barred or "active",
        "country": payout.country,
        "status": payout.status,
        "status_at": _moment(payout.status_at, about.zone),
        "on_hold": bool(holds),
        "blocked": payout.status in UNSENT and bool(holds or barred),
        "holds": [_hold(hold, about.zone) for hold in holds],
        "flags": [{"code": each.code, "title": each.title, "fact": each.fact} for each in raised],
        "amount_minor": payout.amount_minor,
        "amount": Money(payout.amount_minor, payout.currency).plain(),
        "currency": payout.currency,
        "period_start": first and first.isoformat(),
        "period_end": last and last.isoformat(),
        "created_at": _moment(payout.created_at, about.zone),
        "run": payout.run_id,
        "batch": payout.batch_id,
        "batch_reference": f"B{payout.batch_id}" if payout.batch_id else None,
        "reissue_of": payout.reissue_of_id,
        "seen": shown.token(payout, holds),
    }


def _hold(hold: Hold, zone: tzinfo) -> dict[str, Any]:
    return {
        "id": hold.pk,
        "on": "payout" if hold.payout_id else "seller",
        "reason": hold.reason,
        "note": hold.note,
        "placed_at": _moment(hold.placed_at, zone),
        "until": hold.until and _moment(hold.until, zone),
    }


def _moment(value: datetime, zone: tzinfo) -> str:
    """As the framework writes moments, which looks the zone up for each."""
    said = value.astimezone(zone).isoformat()
    return f"{said.removesuffix('+00:00')}Z" if said.endswith("+00:00") else said
