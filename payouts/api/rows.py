"""A payout as the API gives it, a page at a time, in a fixed number of queries. No bank details."""

from collections.abc import Sequence
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


_HOLD, _FLAG, _time = HoldRow(), FlagRow(), serializers.DateTimeField().to_representation
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
    on_hold = serializers.BooleanField(read_only=True)
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

    def to_representation(self, payout: Payout) -> dict[str, Any]:
        """As the fields above say, by hand: to ask 22 fields for 50 rows takes as long as all else of a list."""
        about, seller = self.context["about"], payout.seller
        holds = about.holds.get(payout.pk, [])
        raised = (flags.words(flag, currency=payout.currency) for flag in about.flags.get(payout.pk, []))
        first, last = about.periods.get(payout.pk, (None, None))
        return {
            "id": payout.pk,
            "reference": payout.reference,
            "seller": payout.seller_id,
            "seller_reference": seller.reference,
            "seller_external_id": seller.external_id,
            "seller_name": seller.name,
            "country": payout.country,
            "status": payout.status,
            "status_at": _time(payout.status_at),
            "on_hold": bool(holds),
            "holds": [_HOLD.to_representation(hold) for hold in holds],
            "flags": [_FLAG.to_representation(words) for words in raised],
            "amount_minor": payout.amount_minor,
            "amount": Money(payout.amount_minor, payout.currency).plain(),
            "currency": payout.currency,
            "period_start": first,
            "period_end": last,
            "created_at": _time(payout.created_at),
            "run": payout.run_id,
            "batch": payout.batch_id,
            "batch_reference": f"B{payout.batch_id}" if payout.batch_id else None,
            "reissue_of": payout.reissue_of_id,
            "seen": shown.token(payout, holds),
        }


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
