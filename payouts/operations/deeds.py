"""The verbs that people use on many payouts at once, by name: the right to each, and how it is done in portions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from payouts.operations import approval, batching, disposing, givebacks, holds, review
from payouts.operations._outcome import Outcome

MOST = 20_000
"""Payouts that one action takes; of more the rest waits for the next."""


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


def _hold(
    *,
    payout_ids: Iterable[int],
    actor: Any,
    now: datetime,
    seen: Mapping[int, str] | None = None,
    **values: Any,
) -> Outcome:
    """A hold is for safety: it is placed whatever changed since the page was read."""
    return holds.hold(payout_ids=payout_ids, actor=actor, now=now, **values)


def _propose(**values: Any) -> Outcome:
    _unused, outcome = batching.propose(**values)
    return outcome


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
    "reissue": Deed(disposing.PERMISSION, disposing.reissue, at_once=50, portion=50),
    "roll": Deed(disposing.PERMISSION, disposing.roll, at_once=50, portion=50),
}
