"""How an import tells how far it is."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Say = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and of how much; 0 where that is not known. It may raise to stop."""
EVERY_ROWS = 2_000


def quiet(step: str, done: int, total: int) -> None:
    """Nobody looks."""


def counted(rows: Iterable[T], *, step: str, total: int, say: Say) -> Iterator[T]:
    """The same rows, and a word now and then."""
    for done, row in enumerate(rows):
        if done % EVERY_ROWS == 0:
            say(step, min(done, total) if total else done, total)
        yield row
