"""Being asked to end. A signal only leaves a note; the places that wait look for it.

An exception raised by a handler can be swallowed where Python ignores exceptions (callbacks around a fork, finalizers),
and the request would be lost.
"""

import contextlib
import signal
from collections.abc import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_asked = False


class Stopped(BaseException):
    """We were asked to end. No Exception, so that nothing takes it for an error."""


def asked() -> bool:
    return _asked


def check() -> None:
    """Raise Stopped when a signal has asked for it; every loop that waits calls this."""
    if _asked:
        raise Stopped


@contextlib.contextmanager
def on_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP are noted while the block runs; a second one changes nothing."""
    global _asked  # noqa: PLW0603 - a signal is the process's

    def note(number: int, frame: object) -> None:
        global _asked  # noqa: PLW0603
        _asked = True

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _asked = False
