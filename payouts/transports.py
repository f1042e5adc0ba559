"""The way to each rail's other side, as the settings name it. A rail itself is pure and is handed its transport."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from payouts.rails.transports import DirectoryTransport, HttpTransport


class NotConfigured(LookupError):
    """The settings say no way to a rail's other side. The message says what to add."""


def missing(rail: str) -> str:
    """What the settings lack to reach this rail's other side, as a sentence; empty when there is a way."""
    names = settings.RAIL_TRANSPORTS.get(rail, {})
    if "url" not in names and not {"outbox", "inbox"} <= names.keys():
        return f"RAIL_TRANSPORTS names no address for the rail “{rail}”: add its url, or outbox and inbox."
    empty = [name for name in names.values() if not getattr(settings, name, "")]
    return f"The rail “{rail}” has no address: set {' and '.join(empty)}." if empty else ""


@contextlib.contextmanager
def to(rail: str) -> Iterator[Any]:
    """The open transport of a rail, closed when the block ends. Raises `NotConfigured`.

    ``RAIL_TRANSPORTS`` maps a rail to the names of the settings that hold its addresses: {"url": …} for calls,
    {"outbox": …, "inbox": …} for files.
    """
    lack = missing(rail)
    if lack:
        raise NotConfigured(lack)
    names = settings.RAIL_TRANSPORTS[rail]
    if "url" in names:
        with HttpTransport(getattr(settings, names["url"])) as transport:
            yield transport
    else:
        outbox, inbox = (Path(getattr(settings, names[side])) for side in ("outbox", "inbox"))
        yield DirectoryTransport(outbox=outbox, inbox=inbox)
