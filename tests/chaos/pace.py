"""Time in a run: what a person would wait for minutes is waited for seconds, each share as in earnest.

A lease of 300 seconds lasts 4, and everything that stands in a relation to it shrinks with it. Nothing but the
lengths changes: who may write, and who may send, is decided by the same lines.
"""

import functools
from datetime import timedelta

LEASE_SECONDS = 4
CONNECT_SECONDS, READ_SECONDS = 0.5, 1.0
"""A call lasts at most so long, and is not begun with less than `MARGIN` of the lease left."""
MARGIN = timedelta(seconds=2)
BACKOFF = (0.5, 1, 1, 2)
CLAIM = timedelta(seconds=2.2)
PATIENCE = timedelta(seconds=1)
COOL_DOWN = timedelta(seconds=3)
LATE_SECONDS = 1.5
"""How late the bank accepts, or tells, at the latest."""

ENVIRONMENT = {"SUBMISSION_LEASE_SECONDS": str(LEASE_SECONDS), "UNKNOWN_ALERT_MINUTES": "0"}


def hasten() -> None:
    """From now on this process waits so."""
    from payouts import transports
    from payouts.operations import answering, delivering, lookups, sweeping
    from payouts.queries import unknown

    delivering.MARGIN = MARGIN
    answering._BACKOFF = BACKOFF
    lookups._CLAIM = CLAIM
    sweeping._PATIENCE = PATIENCE
    unknown.COOL_DOWN = COOL_DOWN
    transports.HttpTransport = functools.partial(
        transports.HttpTransport, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS
    )
