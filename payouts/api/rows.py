"""A payout as the API gives it, a page at a time, in a fixed number of queries. No bank details."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payouts.models import Hold, HoldReason, Payout
from payouts.queries import blocks, flags, periods, shown
from payouts.states import PayoutStatus
from sellers.ledger.money import Money


class HoldRow(serializers.Serializer[Hold]):
    """An open hold: on the payout itself, or on its seller."""

    id = serializers.IntegerField(read_only=True)
    on = serializers.SerializerMethodField()
    reason = serializers.ChoiceField(choices=HoldReason.choices, read_only=True)
    note = serializers.CharField(read_only=True)
    placed_at = serializers.DateTimeField(read_only=True)
    until = serializers.DateTimeField(read_only=True, allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=["payout", "seller"]))
    def get_on(self, hold: Hold) -> str:
        return "payout" if hold.payout_id else "seller"


class FlagRow(serializers.Serializer[Any]):
    """Something a reviewer should look at."""

    code = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    fact = serializers.CharField(read_only=True)


_HOLD, _FLAG = HoldRow(), FlagRow()
"""One of each for all rows: a serializer copies its fields when it is made."""


class PayoutRow(serializers.Serializer[Payout]):
    """One payout. Money in minor units of its currency (ISO 4217 exponents), and as decimal text."""

    id = serializers.IntegerField(read_only=True)
    reference = serializers.CharField(read_only=True)
    seller = serializers.IntegerField(source="seller_id", read_only=True)
    seller_reference = serializers.CharField(source="seller.reference", read_only=True)
    seller_external_id = serializers.CharField(source="seller.external_id", read_only=True)
    seller_name = serializers.CharField(source="seller.name", read_only=True)
    country = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=PayoutStatus.choices, read_only=True)
    status_at = serializers.DateTimeField(read_only=True)
    on_hold = serializers.SerializerMethodField()
    holds = serializers.SerializerMethodField()
    flags = serializers.SerializerMethodField()
    amount_minor = serializers.IntegerField(read_only=True)
    amount = serializers.SerializerMethodField()
    currency = serializers.CharField(read_only=True)
    period_start = serializers.SerializerMethodField()
    period_end = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    run = serializers.IntegerField(source="run_id", read_only=True, allow_null=True)
    batch = serializers.IntegerField(source="batch_id", read_only=True, allow_null=True)
    batch_reference = serializers.SerializerMethodField()
    reissue_of = serializers.IntegerField(source="reissue_of_id", read_only=True, allow_null=True)
    seen = serializers.SerializerMethodField(
        help_text="Send it back with a verb: if the payout changed meanwhile, the verb is refused with 409."
    )

    def get_on_hold(self, payout: Payout) -> bool:
        return payout.pk in self.context["about"].holds

    @extend_schema_field(HoldRow(many=True))
    def get_holds(self, payout: Payout) -> Any:
        return [_HOLD.to_representation(hold) for hold in self.context["about"].holds.get(payout.pk, [])]

    @extend_schema_field(FlagRow(many=True))
    def get_flags(self, payout: Payout) -> Any:
        raised = self.context["about"].flags.get(payout.pk, [])
        return [_FLAG.to_representation(flags.words(flag, currency=payout.currency)) for flag in raised]

    def get_amount(self, payout: Payout) -> str:
        return Money(payout.amount_minor, payout.currency).plain()

    def get_period_start(self, payout: Payout) -> date | None:
        return self.context["about"].periods.get(payout.pk, (None, None))[0]

    def get_period_end(self, payout: Payout) -> date | None:
        return self.context["about"].periods.get(payout.pk, (None, None))[1]

    def get_batch_reference(self, payout: Payout) -> str | None:
        return f"B{payout.batch_id}" if payout.batch_id else None

    def get_seen(self, payout: Payout) -> str:
        return shown.token(payout, self.context["about"].holds.get(payout.pk, []))


class About:
    """What is known about these payouts beyond their rows."""

    def __init__(self, payouts: Sequence[Payout]) -> None:
        self.holds = blocks.open_holds(payouts=payouts)
        self.periods = periods.of(payouts=payouts)
        self.flags = flags.raised(payout_ids=(p.pk for p in payouts))


def many(payouts: Sequence[Payout]) -> Any:
    """These payouts as the API gives them. They come with ``seller`` selected."""
    found = PayoutRow(payouts, many=True, context={"about": About(payouts)})  # type: ignore[arg-type]  # stubs know one
    return found.data


def one(payout: Payout) -> Any:
    return many([payout])[0]
