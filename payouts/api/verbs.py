"""The verbs on payouts: one endpoint for one payout, one for many, each calling the operation of that name.

Verbs that are transitions come from `states.TRANSITIONS`: a button in the table without an operation here stops
the program from starting.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from rest_framework import serializers

from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import numbers
from backoffice.doors.api.bodies import Body, Code, Moment, Text, Whole, Words
from payouts.models import Hold, HoldReason, Payout
from payouts.operations import approval, batching, givebacks, holds, review
from payouts.operations._outcome import Outcome, refuse
from payouts.operations.deeds import DEEDS
from payouts.queries import shown
from payouts.states import TRANSITIONS

MOST = 10_000
SAY_WHY = {"required": "Say why: send a reason.", "null": "Say why: send a reason."}
_NOTE_TO_HOLD = "Send a “note”: what colleagues should find out."
_NOTE_TO_RELEASE = "Send a “note”: what was found out."


@dataclass(frozen=True)
class Call:
    """What a verb is called with, from whichever endpoint."""

    payout_ids: list[int]
    actor: Actor
    now: datetime
    values: dict[str, Any]
    seen: dict[int, str] | None
    single: bool = False


@dataclass(frozen=True)
class Verb:
    """One verb: its fields, the operation behind it, and what it does in words."""

    name: str
    summary: str
    fields: Callable[[], dict[str, serializers.Field[Any, Any, Any, Any]]]
    act: Callable[[Call], Outcome]

    @property
    def right(self) -> str:
        """What the operation asks for."""
        return "payouts.release_hold" if self.name == "release" else DEEDS[self.name].permission


def _note() -> dict[str, Any]:
    return {"note": Text(required=False, allow_blank=True, default="")}


def _reason() -> dict[str, Any]:
    return {"reason": Words(error_messages=SAY_WHY)}


def _hold() -> dict[str, Any]:
    return {
        "reason": Code(choices=HoldReason.choices, help_text="in any case"),
        "note": Words(
            help_text="what colleagues should find out",
            error_messages={"required": _NOTE_TO_HOLD, "null": _NOTE_TO_HOLD},
        ),
        "until": Moment(required=False, allow_null=True, default=None, help_text="released by itself then"),
    }


def _release() -> dict[str, Any]:
    messages = {"required": _NOTE_TO_RELEASE, "null": _NOTE_TO_RELEASE}
    return {"note": Words(help_text="what was found out", error_messages=messages)}


def _nothing() -> dict[str, Any]:
    return {}


def _do_review(call: Call) -> Outcome:
    return review.review(
        payout_ids=call.payout_ids, actor=call.actor, now=call.now, note=call.values["note"], seen=call.seen
    )


def _do_approve(call: Call) -> Outcome:
    return approval.approve(
        payout_ids=call.payout_ids, actor=call.actor, now=call.now, reason=call.values["note"], seen=call.seen
    )


def _with_reason(operation: Callable[..., Outcome]) -> Callable[[Call], Outcome]:
    def act(call: Call) -> Outcome:
        return operation(
            payout_ids=call.payout_ids,
            actor=call.actor,
            now=call.now,
            reason=call.values["reason"],
            seen=call.seen,
        )

    return act


def _do_hold(call: Call) -> Outcome:
    stale = _stale(call)
    fine = [pk for pk in call.payout_ids if pk not in {refusal.payout_id for refusal in stale.refused}]
    outcome = holds.hold(
        payout_ids=fine,
        actor=call.actor,
        now=call.now,
        reason=call.values["reason"],
        note=call.values["note"],
        until=call.values["until"],
    )
    return Outcome(outcome.moved, [*stale.refused, *outcome.refused])


def _do_release(call: Call) -> Outcome:
    """Every open hold on these payouts themselves; a hold on the seller is released on the seller.

    What two people release is asked for and confirmed where each reads what the other found out: on the page of holds.
    """
    found: dict[int, list[int]] = {}
    for_two: dict[int, Hold] = {}
    for hold in Hold.objects.filter(payout__in=call.payout_ids, released_at__isnull=True).order_by("pk"):
        found.setdefault(hold.payout_id or 0, []).append(hold.pk)
        if hold.needs_two:
            for_two.setdefault(hold.payout_id or 0, hold)
    outcome = _stale(call)
    stale = {refusal.payout_id for refusal in outcome.refused}
    for payout in Payout.objects.filter(pk__in=call.payout_ids).order_by("pk"):
        if payout.pk in stale:
            continue
        if payout.pk not in found:
            seller_held = Hold.objects.filter(seller=payout.seller_id, released_at__isnull=True).exists()
            reason = (
                "its seller is on hold: release that on the seller's page"
                if seller_held
                else "it is not on hold"
            )
            outcome.refused.append(refuse(payout, "not_held", reason))
        elif payout.pk in for_two:
            reason = (
                f"two people release it ({for_two[payout.pk].get_reason_display()}): ask on the page of holds"
            )
            outcome.refused.append(refuse(payout, "second_person", reason))
        else:
            outcome.moved.append(payout.pk)
    wanted = [hold_id for payout_id in outcome.moved for hold_id in found[payout_id]]
    holds.release(hold_ids=wanted, actor=call.actor, note=call.values["note"], now=call.now)
    return outcome


def _one_by_one(operation: Callable[..., Any]) -> Callable[[Call], Outcome]:
    """An operation for one payout, on each in a transaction of its own."""

    def act(call: Call) -> Outcome:
        outcome = _stale(call)
        stale = {refusal.payout_id for refusal in outcome.refused}
        for payout in Payout.objects.filter(pk__in=call.payout_ids).order_by("pk"):
            if payout.pk in stale:
                continue
            try:
                with transaction.atomic():
                    operation(payout_id=payout.pk, actor=call.actor, now=call.now)
            except Refused as refusal:
                if call.single or refusal.status == 403:
                    raise
                code = "changed" if isinstance(refusal, Conflict) else refusal.code
                outcome.refused.append(refuse(payout, code, str(refusal)))
            else:
                outcome.moved.append(payout.pk)
        return outcome

    return act


def _stale(call: Call) -> Outcome:
    """Refusals of payouts that are not what the caller saw, for operations that do not compare themselves."""
    chosen = set(call.payout_ids).intersection(call.seen or ())
    payouts = list(Payout.objects.filter(pk__in=chosen).order_by("pk"))
    changed = shown.changes(payouts, call.seen)
    return Outcome(refused=[refuse(p, "changed", changed[p.pk]) for p in payouts if p.pk in changed])


_MOVES: dict[str, tuple[str, Any, Callable[[Call], Outcome]]] = {
    "review": ("Mark as reviewed, by a first person", _note, _do_review),
    "approve": ("Approve, by a second person; never with a token", _note, _do_approve),
    "send_back": ("Send back to review", _reason, _with_reason(review.send_back)),
    "take_out": ("Take out of its batch", _reason, _with_reason(batching.take_out)),
    "cancel": ("Cancel before it is sent", _reason, _with_reason(givebacks.cancel)),
}


def _of_table() -> Iterable[Verb]:
    for name in dict.fromkeys(move.name for move in TRANSITIONS if move.button):
        summary, fields, act = _MOVES[name]
        yield Verb(name, summary, fields, act)


VERBS: tuple[Verb, ...] = (
    *_of_table(),
    Verb("hold", "Put on hold", _hold, _do_hold),
    Verb("release", "Release its holds; never with a token", _release, _do_release),
    Verb(
        "reissue",
        "Pay the money of a dead payout again, as a new payout",
        _nothing,
        _one_by_one(givebacks.reissue),
    ),
    Verb("roll", "Let the next run take the money of a dead payout", _nothing, _one_by_one(givebacks.roll)),
)


class SeenMap(serializers.DictField):
    """{"12": "token"}: the `seen` of each payout as it was read."""

    child = serializers.CharField(max_length=200)

    def to_internal_value(self, data: Any) -> dict[int, str]:
        found = super().to_internal_value(data)
        wrong = [name for name in found if numbers.whole(name) is None]
        if wrong:
            raise serializers.ValidationError(f"“{wrong[0][:40]}” is no payout id.")
        return {int(name): seen for name, seen in found.items()}


def body_for_one(verb: Verb) -> type[Body]:
    """The body of the endpoint for one payout."""
    seen = Text(required=False, max_length=200, help_text="the payout's `seen` as it was read")
    return type(f"{_camel(verb.name)}Body", (Body,), {**verb.fields(), "seen": seen, "__doc__": verb.summary})


def body_for_many(verb: Verb) -> type[Body]:
    """The body of the endpoint for many payouts."""
    ids = serializers.ListField(child=Whole(min_value=1, max_value=2**53), min_length=1, max_length=MOST)
    fields = {"ids": ids, **verb.fields(), "seen": SeenMap(required=False), "__doc__": verb.summary}
    return type(f"{_camel(verb.name)}ManyBody", (Body,), fields)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
