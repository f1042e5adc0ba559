"""Progress of a command for whoever looks: a bar on a terminal, a plain line now and then in a log."""

import sys
import time

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from backoffice.words import later, number

ROWS = later("{done} of {total} rows{left}")
ENTRIES = later("{done} of {total} journal entries{left}")
_EVERY_SECONDS = 5  # between two plain lines
_BAR = 30


class Shown:
    """Told how much is done, and of how much; ``step`` says of what, where there are several.

    ``words`` say how much of what, with the holes {done}, {total} and {left}.
    """

    def __init__(self, command: BaseCommand, words: str = ROWS) -> None:
        self._words = words
        self._out = command.stderr
        self._bar = sys.stderr.isatty()
        self._started = time.monotonic()
        self._said = -1.0
        self._step = ""

    def step(self, step: str, done: int, total: int) -> None:
        """As `__call__`, of a step with a name; each has a pace of its own. A log is told of long ones only."""
        if step != self._step:
            if self._bar and self._step:
                self._out.write("")
            self._step, self._started, self._said = step, time.monotonic(), -1.0
        self(done, total)

    def __call__(self, done: int, total: int) -> None:
        over = done >= total
        words = str(self._words).format(done=number(done), total=number(total), left=self._left(done, total))
        words = f"{self._step}: {words}" if self._step else words
        if self._bar:
            full = _BAR if total == 0 else _BAR * min(done, total) // total
            line = f"\r{'█' * full}{'·' * (_BAR - full)} {words}"
            ending = "\n" if over and done and not self._step else ""
            self._out.write(f"{line:<100}", style_func=str, ending=ending)  # no error: not in red
            self._out.flush()
            return
        passed = time.monotonic() - self._started
        if (over and not self._step) or passed - self._said >= _EVERY_SECONDS:
            self._said = passed
            self._out.write(words, style_func=str)

    def end(self) -> None:
        """The bar's line is over."""
        if self._bar and self._step:
            self._out.write("")

    def _left(self, done: int, total: int) -> str:
        passed = time.monotonic() - self._started
        if not done or done >= total or passed < 1:
            return ""
        return _(", about {value} s left").format(value=round(passed / done * (total - done)) or 1)
