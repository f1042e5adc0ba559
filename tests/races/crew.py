"""Hands that act at the same moment, each on a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from django.db import connections

SECONDS = 60
"""A deed that takes longer is stuck."""


class Crew:
    """Threads that keep their connections from one race to the next; use it in a ``with``."""

    def __init__(self, size: int, *, seconds: float = SECONDS) -> None:
        self._size, self._seconds = size, seconds
        self._pool = ThreadPoolExecutor(size)

    def at_once(self, *deeds: Callable[[], Any]) -> list[Any]:
        """What each deed answers, or the error it raises; all begin at the same moment."""
        gate = threading.Barrier(len(deeds))

        def work(deed: Callable[[], Any]) -> Any:
            gate.wait(self._seconds)
            try:
                return deed()
            except Exception as error:
                return error

        running = [self._pool.submit(work, deed) for deed in deeds]
        return [each.result(self._seconds) for each in running]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.at_once(*[connections.close_all] * self._size)
        self._pool.shutdown()


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """One race: what each deed answers, or the error it raises."""
    with Crew(len(deeds)) as crew:
        return crew.at_once(*deeds)
