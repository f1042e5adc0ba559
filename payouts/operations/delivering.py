"""The call itself: outside every transaction, at most once per lease, never past its end."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import structlog

from payouts import transports
from payouts.operations import switches
from payouts.operations._leases import Lease
from payouts.operations._watch import Watch
from payouts.rails import base, registry
from payouts.rails.transports import DirectoryTransport

log = structlog.get_logger(__name__)

MARGIN = timedelta(seconds=30)
"""A call is not begun when less than this is left of its lease: its answer would come too late."""
AT_ONCE = 16
STOPPED = base.Answer(
    outcome=base.Outcome.UNKNOWN,
    code="STOPPED",
    text="The rail was stopped before this was handed over. It waits until the rail is let go on.",
)


TOO_LATE = base.Answer(
    outcome=base.Outcome.UNKNOWN,
    code="TOO_LATE",
    text="The worker's time was over before this was handed over. Nothing was sent.",
)


def deliver(*, leases: Sequence[Lease], watch: Watch) -> list[tuple[Lease, base.Answer]]:
    """Each lease's bytes are handed over; answers what came back. A lease too close to its end is left to die.

    Between any two calls the switch of the rail is looked at: once it is stopped, nothing new goes out.
    """
    answers: list[tuple[Lease, base.Answer]] = []
    if not leases:
        return answers
    closed = _Closed(leases[0].rail)
    with transports.to(leases[0].rail) as transport, ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        pending: dict[Future[base.Answer], Lease] = {}

        def gather(done: Iterable[Future[base.Answer]]) -> None:
            answers.extend((pending.pop(future), future.result()) for future in done)

        for lease in leases:
            if len(pending) >= AT_ONCE:
                gather(wait(pending, return_when=FIRST_COMPLETED).done)
            if closed():
                answers.append((lease, STOPPED))
            elif watch.now() + MARGIN < lease.until:
                pending[pool.submit(_call, lease, transport, watch)] = lease
        gather(wait(pending).done)
    return answers


def look_up(*, rail: str, key: str, body: bytes, watch: Watch) -> base.Answer:
    """What the other side knows under the key of these bytes."""
    with transports.to(rail) as transport:
        try:
            return registry.get(rail).lookup(key=key, body=body, transport=transport, now=watch.now())
        except Exception as error:
            return _broken(error, key)


def _call(lease: Lease, transport: Any, watch: Watch) -> base.Answer:
    if (
        watch.now() + MARGIN >= lease.until
    ):  # a worker that was stopped in between finds that its time is over
        return TOO_LATE
    if isinstance(transport, DirectoryTransport):
        transport = transport.only_while(lambda: watch.now() < lease.until)
    try:
        return registry.get(lease.rail).deliver(
            lease.body, key=lease.key, transport=transport, now=watch.now()
        )
    except Exception as error:  # it may have gone out before it broke
        return _broken(error, lease.key)


def _broken(error: Exception, key: str) -> base.Answer:
    log.error("rail_broke", key=key, error=type(error).__name__)
    text = f"The program broke while it talked to the bank ({type(error).__name__})."
    return base.Answer(outcome=base.Outcome.UNKNOWN, code="BROKEN", text=text)


class _Closed:
    """Whether the rail is stopped, asked of the database at most once a second."""

    def __init__(self, rail: str) -> None:
        self._rail = rail
        self._asked = float("-inf")
        self._answer = False
        self._clock: Callable[[], float] = time.monotonic

    def __call__(self) -> bool:
        if not self._answer and self._clock() - self._asked > 1:
            self._answer = switches.open_on(self._rail) is not None
            self._asked = self._clock()
        return self._answer
