"""The verbs that people use on many payouts at once, by name: the right to each, and how it is done in portions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from backoffice.audit.actors import Actor
from backoffice.words import later
from payouts.models import Hold
from payouts.operations import _locks, _move, approval, batching, disposing, givebacks, holds, review
from payouts.operations._outcome import Outcome, refuse

MOST = 20_000
"""Payouts that one action takes; of more the rest waits for the next."""
SAME_HOLD = later("you put it on hold for this already")


@dataclass(frozen=True)
class Deed:
    """``act`` does it to payouts, as of ``now``, for what was ``seen`` of them, with what the form said.

    ``at_once`` payouts are done while the person waits, in about 2 seconds (docs/measurements.md); of more a worker
    does ``portion`` in one transaction.
    """

    permission: str
    act: Callable[..., Outcome]
    at_once: int = 2_000
    portion: int = 1_000

    @property
    def whole(self) -> bool:
        """Whether all of it is one portion."""
        return self.portion >= MOST


@transaction.atomic
def _hold(
    *,
    payout_ids: Iterable[int],
    actor: Actor,
    now: datetime,
    reason: str,
    note: str,
    until: datetime | None = None,
    seen: Mapping[int, str] | None = None,
) -> Outcome:
    """A hold is for safety: it is placed whatever changed since the page was read. A form that is sent twice holds
    once: where the same open hold of this person stands, no second one is placed.
    """
    payouts = _move.locked(payout_ids)
    same = Hold.objects.filter(payout__in=[p.pk for p in payouts], released_at__isnull=True)
    same = same.filter(placed_by=actor.user_id, reason=reason, note=note.strip(), until=until)
    held = set(same.values_list("payout_id", flat=True))
    others = [p.pk for p in payouts if p.pk not in held]
    outcome = holds.hold(payout_ids=others, actor=actor, reason=reason, note=note, now=now, until=until)
    outcome.refused += [refuse(p, "same_hold", SAME_HOLD) for p in payouts if p.pk in held]
    return outcome


def _propose(**values: Any) -> Outcome:
    _unused, outcome = batching.propose(**values)
    return outcome


@transaction.atomic
def _reissue(*, payout_ids: Iterable[int], **values: Any) -> Outcome:
    """All is locked before the first: each by itself takes its account, which in the order of payouts is no order."""
    ids = list(payout_ids)
    _locks.payouts(ids, alone=True)
    return disposing.reissue(payout_ids=ids, **values)


@transaction.atomic
def _roll(*, payout_ids: Iterable[int], **values: Any) -> Outcome:
    """As `_reissue`."""
    ids = list(payout_ids)
    _locks.payouts(ids, alone=True)
    return disposing.roll(payout_ids=ids, **values)


DEEDS: Mapping[str, Deed] = {
    "review": Deed("payouts.review_payout", review.review),
    "approve": Deed("payouts.approve_payout", approval.approve),
    "hold": Deed("payouts.place_hold", _hold),
    "send_back": Deed("payouts.send_back_payout", review.send_back),
    "cancel": Deed("payouts.cancel_payout", givebacks.cancel),
    # In one portion: each would make batches of its own.
    "batch": Deed("payouts.propose_batch", _propose, portion=MOST),
    "take_out": Deed("payouts.take_out_payout", batching.take_out),
    # Each payout by statements of its own.
    "reissue": Deed(disposing.PERMISSION, _reissue, at_once=50, portion=50),
    "roll": Deed(disposing.PERMISSION, _roll, at_once=50, portion=50),
}
