"""The call itself: outside every transaction, at most once per lease, never past its end."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction

from payouts import transports
from payouts.operations import _journal, incidents, switches
from payouts.operations._leases import Lease
from payouts.operations._watch import Watch
from payouts.rails import base, registry
from payouts.rails.transports import DirectoryTransport

log = structlog.get_logger(__name__)

MARGIN = timedelta(seconds=30)
"""A call is not begun when less than this is left of its lease: its answer would come too late."""
FRESH = 4
"""Seconds after a look at the switch in which a call may begin: with the look itself, a stop bites within five."""
JOURNAL = "journal"
"""The key of the incident about a journal that takes no line."""
STOPPED = base.Answer(
    outcome=base.Outcome.UNKNOWN,
    code="STOPPED",
    text="The rail was stopped before this was handed over. It waits until the rail is let go on.",
)

UNWRITTEN = base.Answer(
    outcome=base.Outcome.UNKNOWN,
    code="UNWRITTEN",
    text="It could not be written down outside the database, so it was not handed over.",
)
TOO_LATE = base.Answer(
    outcome=base.Outcome.UNKNOWN,
    code="TOO_LATE",
    text="The worker's time was over before this was handed over. Nothing was sent.",
)


def deliver(*, leases: Sequence[Lease], watch: Watch) -> list[tuple[Lease, base.Answer]]:
    """Each lease's bytes are handed over; answers what came back. A lease too close to its end is left to die.

    Before anything goes out it stands in the journal outside the database. Before each call the switch of the rail is
    looked at, and a call that does not begin soon after that look is not made: once the rail is stopped, nothing new
    goes out.
    """
    answers: list[tuple[Lease, base.Answer]] = []
    if not leases:
        return answers
    closed = _Closed(leases[0].rail)
    if closed():
        return [(lease, STOPPED) for lease in leases]
    try:
        _journal.write(leases=leases, watch=watch)
    except _journal.NotWritten as error:
        _stop_unwritten(error, watch)
        return [(lease, UNWRITTEN) for lease in leases]
    at_once = registry.get(leases[0].rail).capabilities.at_once
    with transports.to(leases[0].rail) as transport, ThreadPoolExecutor(max_workers=at_once) as pool:
        pending: dict[Future[base.Answer], Lease] = {}

        def gather(done: Iterable[Future[base.Answer]]) -> None:
            answers.extend((pending.pop(future), future.result()) for future in done)

        for lease in leases:
            if len(pending) >= at_once:
                gather(wait(pending, return_when=FIRST_COMPLETED).done)
            if closed():
                answers.append((lease, STOPPED))
            elif watch.now() + MARGIN < lease.until:
                pending[pool.submit(_call, lease, transport, watch, closed.asked)] = lease
        gather(wait(pending).done)
    return answers


def look_up(*, rail: str, key: str, body: bytes, watch: Watch) -> base.Answer:
    """What the other side knows under the key of these bytes."""
    with transports.to(rail) as transport:
        try:
            return registry.get(rail).lookup(key=key, body=body, transport=transport, now=watch.now())
        except Exception as error:
            return _broken(error, key)


def _call(lease: Lease, transport: Any, watch: Watch, looked_at: float) -> base.Answer:
    if watch.now() + MARGIN >= lease.until:
        return TOO_LATE  # a worker that was stopped in between finds that its time is over
    if time.monotonic() - looked_at > FRESH:
        return TOO_LATE  # or that the rail may have been stopped since
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


def _stop_unwritten(error: Exception, watch: Watch) -> None:
    """What leaves no trace outside the database must not leave: every rail stops, and a person is told."""
    log.error("journal_not_written", reason=str(error))
    with transaction.atomic():
        incidents.open_one(code="journal", key=JOURNAL, text=str(error), now=watch.now())
        reason = "What is handed over cannot be written down outside the database"
        switches.stop_by_itself(rail=switches.ALL, reason=reason, now=watch.now())


class _Closed:
    """Whether the rail is stopped, asked of the database at most once a second. ``asked`` is when it was, last."""

    def __init__(self, rail: str) -> None:
        self._rail = rail
        self._answer = False
        self.asked = float("-inf")

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._answer and now - self.asked > 1:
            self._answer = switches.open_on(self._rail) is not None
            self.asked = now
        return self._answer
