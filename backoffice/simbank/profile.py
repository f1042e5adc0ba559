"""How the simulated bank behaves: how fast, how forgetful, and what becomes of a payment.

What becomes of a payment is decided by rule, so that tests and demonstrations can steer it:

1. A marker in the payee's name decides: ``SIMREJECT``, ``SIMFAIL``, ``SIMRETURN`` or ``SIMSLOW``, with a
   reason code after a dash if it matters (``Ada Books SIMRETURN-AC06``). SIMSLOW may stand beside another.
2. Else the seed and the EndToEndId decide, if the profile asks for shares (``per_mille={"returned": 5}``).
3. Else it is paid.

How the bank treats a customer is said for calls and for files, each in a `Channel`; what goes wrong now and then
is a share per thousand of each fault (see `faults.py`). Named profiles stand in `profiles.toml`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from backoffice.simbank import faults

REJECTED, FAILED, RETURNED, PAID = "rejected", "failed", "returned", "paid"

_MARKER = re.compile(r"\bSIM(REJECT|FAIL|RETURN)\b(?:-([A-Z0-9]{4})\b)?")
_SLOW = re.compile(r"\bSIMSLOW\b")
_MARKED = {"REJECT": REJECTED, "FAIL": FAILED, "RETURN": RETURNED}
_REASONS = {REJECTED: "AC01", FAILED: "AC04", RETURNED: "AC04", PAID: ""}


class OtherBody(StrEnum):
    """What a bank that deduplicates does with another body under a key it remembers."""

    REFUSED = "refused"
    IGNORED = "ignored"
    """The first payment is answered again; a file is dropped without a word."""
    CREATES = "creates"
    """A payment of its own is made."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """How the bank treats what comes by call, or by file. A file's key is its message id."""

    deduplicates: bool = True
    """A key that is sent again makes nothing new. Otherwise every call makes a payment, every file its own."""
    key_window: timedelta | None = None
    """How long a key is remembered. Afterwards the same key makes a new payment. None: for ever."""
    other_body: OtherBody = OtherBody.REFUSED
    answers_after: timedelta = timedelta()
    """From recorded to answered: real time for a call, the bank's time for an answer to a file."""
    accepts_after: timedelta = timedelta()
    """From received to recorded, in the bank's time. Where it is not zero the caller hears nothing: the
    connection breaks off, unless the bank knows the key already."""
    per_mille: Mapping[str, int] = field(default_factory=dict)
    """Goes before the profile's shares of the same outcome. "rejected" makes files that are accepted in part."""
    faults: Mapping[str, int] = field(default_factory=dict)
    """Of a thousand tries, how many meet each `faults.Fault`."""


@dataclass(frozen=True, kw_only=True)
class Calls(Channel):
    key_window: timedelta | None = timedelta(hours=24)
    lookup_lag: timedelta = timedelta()
    """How long a question about a key is answered with "not found" after the payment was recorded."""


@dataclass(frozen=True, kw_only=True)
class Files(Channel):
    """There is no lookup: who asks looks into the outbox."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One bank's manners. Raises `ValueError` for faults and shares that cannot be."""

    settle_after: timedelta = timedelta(seconds=2)
    """From accepted to paid or failed."""
    slow_after: timedelta = timedelta(hours=1)
    """The same for payments marked SIMSLOW."""
    return_after: timedelta = timedelta(seconds=4)
    """From paid to returned."""
    opening_minor: int = 0
    """What a funding account holds when the bank first hears of it."""
    seed: int = 1
    """Decides which payments the shares and faults meet."""
    per_mille: Mapping[str, int] = field(default_factory=dict)
    """Of a thousand unmarked payments, how many are "rejected", "failed", "returned"."""
    call: Calls = Calls()
    file: Files = Files()
    late_after: timedelta = timedelta(hours=1)
    """How late the faults "accept-late" and "notice-…" are, in the bank's time."""
    return_days: int = 180
    """The fault "return-after-paid" takes 1 to so many days."""
    calm_after: int = 4
    """How many tries of one key can go wrong. The next ones go well, so that every run comes to an end."""

    def __post_init__(self) -> None:
        found: list[str] = []
        for channel in (faults.CALL, faults.FILE):
            found += faults.problems(channel, self.of(channel).faults)
            shares = self.shares(channel)
            if unknown := shares.keys() - {REJECTED, FAILED, RETURNED}:
                found.append(f"No share of payments can be “{sorted(unknown)[0]}”.")
            if sum(shares.values()) > 1000 or min(shares.values(), default=0) < 0:
                found.append(f"The shares of what becomes of payments are not within 1,000: {dict(shares)}.")
        if self.return_days < 1 or self.calm_after < 0:
            found.append("“return_days” is at least 1, “calm_after” at least 0.")
        if found:
            raise ValueError(" ".join(dict.fromkeys(found)))

    def of(self, channel: str) -> Channel:
        return self.file if channel == faults.FILE else self.call

    def shares(self, channel: str) -> Mapping[str, int]:
        """Of a thousand unmarked payments of this channel, how many meet which outcome."""
        return {**self.per_mille, **self.of(channel).per_mille}


@dataclass(frozen=True)
class Plan:
    """What will become of one payment."""

    outcome: str
    reason: str
    slow: bool


def plan(*, profile: Profile, payee: str, end_to_end_id: str, channel: str = faults.CALL) -> Plan:
    """The fate of a payment. The same profile, name and reference always give the same one."""
    slow = bool(_SLOW.search(payee))
    marked = _MARKER.search(payee)
    if marked:
        outcome = _MARKED[marked[1]]
        return Plan(outcome, marked[2] or _REASONS[outcome], slow)
    left, shares = faults.lot(profile.seed, end_to_end_id) % 1000, profile.shares(channel)
    for outcome in (REJECTED, FAILED, RETURNED):
        share = shares.get(outcome, 0)
        if left < share:
            return Plan(outcome, _REASONS[outcome], slow)
        left -= share
    return Plan(PAID, "", slow)
