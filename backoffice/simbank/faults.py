"""What goes wrong between the bank and its customers, and when. Pure: the same profile, key and try always give
the same answer, so that a run can be repeated and explained.

Nothing here carries a fault out. `teller.py` does for what comes in, `notices.py` for what the bank tells.
"""

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backoffice.simbank.profile import Profile

CALL, FILE = "call", "file"
"""The two channels."""


class Fault(StrEnum):
    REFUSE_BEFORE = "refuse-before"
    """HTTP 503 and nothing is recorded. A file is left lying until the next round."""
    DROP_BEFORE = "drop-before"
    """The connection breaks off and nothing is recorded."""
    ACCEPT_LATE = "accept-late"
    """The connection breaks off, and only `late_after` later it is recorded. A file is taken so much later."""
    DROP_AFTER = "drop-after"
    """It is recorded, then the connection breaks off."""
    ERROR_AFTER = "error-after"
    """It is recorded, then answered with HTTP 500."""
    GARBAGE = "garbage"
    """It is recorded, then answered with HTTP 200 and nonsense. An answer to a file arrives torn, and whole
    only `late_after` later."""
    STALE_NOT_FOUND = "stale-not-found"
    """Asked for a key it knows, the bank says that it knows nothing."""
    NOTICE_TWICE = "notice-twice"
    """An event or an answer to a file comes at once, and again `late_after` later."""
    NOTICE_LATE = "notice-late"
    """It comes only `late_after` later."""
    NOTICE_REORDERED = "notice-reordered"
    """It comes after the next one about the same payment or file, at the latest `late_after` later."""
    RETURN_AFTER_PAID = "return-after-paid"
    """A paid payment comes back after 1 to `return_days` days."""


class Point(StrEnum):
    """Where in the life of a payment something can go wrong."""

    SEND = "send"
    """A call or a file comes in. Key: the idempotency key, the file's name. Try: how often it came."""
    ASK = "ask"
    """Somebody asks what stands under a key. Try: how often somebody asked."""
    TELL = "tell"
    """The bank tells what became of it. Key: the EndToEndId; of an answer to a file its message id. Try: which
    notice."""
    SETTLE = "settle"
    """What becomes of a payment. Key: the EndToEndId."""


_NOTICES = (Fault.NOTICE_TWICE, Fault.NOTICE_LATE, Fault.NOTICE_REORDERED)
POSSIBLE: Mapping[tuple[str, Point], tuple[Fault, ...]] = {
    (CALL, Point.SEND): (
        Fault.REFUSE_BEFORE, Fault.DROP_BEFORE, Fault.ACCEPT_LATE,
        Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.GARBAGE,
    ),
    (CALL, Point.ASK): (
        Fault.REFUSE_BEFORE, Fault.DROP_BEFORE, Fault.STALE_NOT_FOUND, Fault.GARBAGE,
    ),
    (CALL, Point.TELL): _NOTICES,
    (CALL, Point.SETTLE): (Fault.RETURN_AFTER_PAID,),
    (FILE, Point.SEND): (Fault.REFUSE_BEFORE, Fault.ACCEPT_LATE),
    (FILE, Point.TELL): (*_NOTICES, Fault.GARBAGE),
    (FILE, Point.SETTLE): (Fault.RETURN_AFTER_PAID,),
}  # fmt: skip
"""Which faults can happen where; at most one at a time. Their order decides whom the shares meet."""


def possible(channel: str) -> frozenset[Fault]:
    """Every fault that can happen on this channel."""
    return frozenset(fault for (where, _), some in POSSIBLE.items() if where == channel for fault in some)


def decide(profile: "Profile", *, channel: str, point: Point, key: str, number: int = 1) -> Fault | None:
    """What goes wrong with this try, the `number`-th (from 1) of this key at this point; None: nothing.

    From try `calm_after` + 1 on nothing does, so that every run comes to an end.
    """
    shares = profile.of(channel).faults
    if not shares or number > profile.calm_after:
        return None
    left = lot(profile.seed, channel, point, key, number) % 1000
    for fault in POSSIBLE.get((channel, point), ()):
        share = shares.get(fault, 0)
        if left < share:
            return fault
        left -= share
    return None


def lot(*parts: object) -> int:
    """A number that looks drawn by chance and is always the same for the same parts."""
    return int.from_bytes(hashlib.sha256(":".join(map(str, parts)).encode()).digest()[:8])


def problems(channel: str, shares: Mapping[str, int]) -> Iterator[str]:
    """Sentences that say why these shares per thousand cannot be had on this channel."""
    for name, share in shares.items():
        if name not in possible(channel):
            known = ", ".join(sorted(possible(channel)))
            yield f"There is no fault “{name}” on the channel “{channel}”. There are: {known}."
        if not 0 <= share <= 1000:
            yield f"“{name}” cannot happen to {share} of 1,000: choose 0 to 1000."
    for (where, point), some in POSSIBLE.items():
        total = sum(shares.get(fault, 0) for fault in some)
        if where == channel and total > 1000:
            yield f"The faults at “{point}” on the channel “{channel}” add up to {total} of 1,000."
