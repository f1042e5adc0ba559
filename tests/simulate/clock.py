"""The only time there is in a simulation. It stands still until the scheduler moves it."""

from datetime import UTC, datetime

START = datetime(2024, 3, 4, 0, 0, tzinfo=UTC)
"""A Monday, far enough in the past that PostgreSQL's own clock never calls anything of a seed too early."""


class Clock:
    """Stands in for `database_now` at the doors and for the module `time` behind `Watch`."""

    def __init__(self) -> None:
        self.now = START

    def read(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - START).total_seconds()
