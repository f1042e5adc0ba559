"""What a verb on many payouts answers."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from payouts.api import described
from payouts.operations._outcome import Outcome, Refusal


class RefusalRow(serializers.Serializer[Refusal]):
    """One payout that was left alone, and why."""

    id = serializers.IntegerField(source="payout_id", read_only=True)
    reference = serializers.CharField(read_only=True)
    code = serializers.CharField(
        read_only=True, help_text=f"Stable, for programs. Among them:\n\n{described.refusals()}"
    )
    reason = serializers.CharField(read_only=True, help_text="the same for people, as a sentence")


class OutcomeRow(serializers.Serializer[Any]):
    """Together all payouts that were asked for."""

    moved = serializers.ListField(
        child=serializers.IntegerField(), read_only=True, help_text="the ids of those it was done to"
    )
    refused = RefusalRow(many=True, read_only=True)


def with_unknown(outcome: Outcome, unknown: Sequence[int]) -> Outcome:
    """The outcome, with ids that name no payout among the refused."""
    missing = [Refusal(number, f"P{number}", "not_found", "there is no such payout") for number in unknown]
    return Outcome(outcome.moved, [*outcome.refused, *missing])
