"""Time that goes on while an operation talks to a bank."""

import time
from datetime import datetime, timedelta


class Watch:
    """Starts at the `now` an operation was handed and runs with this machine's monotonic clock.

    The workers' own clocks are never read (HOUSE ruling 13), and a process that was stopped and woken again
    finds that the time has passed.
    """

    def __init__(self, now: datetime) -> None:
        self._started = now
        self._monotonic = time.monotonic()

    def now(self) -> datetime:
        return self._started + timedelta(seconds=time.monotonic() - self._monotonic)
