"""What the bank tells its customers, when it does not tell it at once, once and in order."""

import heapq
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

AGAIN, TORN = "again", "torn"
"""A second copy; a first half. The whole first copy is ""."""
_BEHIND = timedelta(seconds=1)

Leave = Callable[[str], None]
"""Leaves one copy where the customer finds it."""


def telling(*, after: float = 0, late: float, fault: str | None) -> dict[str, Any] | None:
    """How a notice is told, as its record says it: copies with the seconds until each; None: once and at once.

    `after` is how long the bank takes in any case, `late` how much longer when something goes wrong.
    """
    if fault is None and not after:
        return None
    copies = {
        "notice-twice": [[after, ""], [after + late, AGAIN]],
        "notice-late": [[after + late, ""]],
        "notice-reordered": [[after + late, ""]],
        "garbage": [[after, TORN], [after + late, ""]],
    }.get(fault or "", [[after, ""]])
    return {"copies": copies, "held": fault == "notice-reordered"}


class Notices:
    """The notices that are still to come. The same calls in the same order leave the same, at the same time."""

    def __init__(self) -> None:
        self._coming: dict[int, tuple[Leave, str]] = {}
        self._due: list[tuple[datetime, int]] = []
        self._held: dict[str, int] = {}
        """What a notice is about → the one that waits for the next about the same."""
        self._count = 0

    def __len__(self) -> int:
        return len(self._coming)

    def tell(self, about: str, leave: Leave, *, at: datetime, told: Mapping[str, Any] | None) -> None:
        """Now, or as `told` says. One that was held goes right behind this one."""
        overtaken = self._held.pop(about, None)
        copies: list[tuple[float, str]] = told["copies"] if told else [(0, "")]
        for after, copy in copies:
            if not after:
                leave(copy)
                continue
            self._count += 1
            self._coming[self._count] = (leave, copy)
            heapq.heappush(self._due, (at + timedelta(seconds=after), self._count))
            if told and told["held"]:
                self._held[about] = self._count
        if overtaken in self._coming:
            heapq.heappush(self._due, (at + _BEHIND, overtaken))

    @property
    def next_due(self) -> datetime | None:
        while self._due and self._due[0][1] not in self._coming:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def release(self, until: datetime) -> None:
        """Everything that is due by then, in the order in which it falls due."""
        while (due := self.next_due) is not None and due <= until:
            leave, copy = self._coming.pop(heapq.heappop(self._due)[1])
            leave(copy)
