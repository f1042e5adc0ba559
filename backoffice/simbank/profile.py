"""How the simulated bank behaves: how fast, how forgetful, and what becomes of a payment.

What becomes of a payment is decided by rule, so that tests and demonstrations can steer it:

1. A marker in the payee's name decides: ``SIMREJECT``, ``SIMFAIL``, ``SIMRETURN`` or ``SIMSLOW``, with a
   reason code after a dash if it matters (``Ada Books SIMRETURN-AC06``). SIMSLOW may stand beside another.
2. Else the seed and the EndToEndId decide, if the profile asks for shares (``per_mille={"returned": 5}``).
3. Else it is paid.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

REJECTED, FAILED, RETURNED, PAID = "rejected", "failed", "returned", "paid"

_MARKER = re.compile(r"\bSIM(REJECT|FAIL|RETURN)\b(?:-([A-Z0-9]{4})\b)?")
_SLOW = re.compile(r"\bSIMSLOW\b")
_MARKED = {"REJECT": REJECTED, "FAIL": FAILED, "RETURN": RETURNED}
_REASONS = {REJECTED: "AC01", FAILED: "AC04", RETURNED: "AC04", PAID: ""}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One bank's manners."""

    settle_after: timedelta = timedelta(seconds=2)
    """From accepted to paid or failed."""
    slow_after: timedelta = timedelta(hours=1)
    """The same for payments marked SIMSLOW."""
    return_after: timedelta = timedelta(seconds=4)
    """From paid to returned."""
    key_window: timedelta = timedelta(hours=24)
    """How long the API remembers an Idempotency-Key. Afterwards the same key makes a new payment."""
    opening_minor: int = 0
    """What a funding account holds when the bank first hears of it."""
    seed: int = 1
    per_mille: Mapping[str, int] = field(default_factory=dict)
    """Of a thousand unmarked payments, how many are "rejected", "failed", "returned"."""


@dataclass(frozen=True)
class Plan:
    """What will become of one payment."""

    outcome: str
    reason: str
    slow: bool


def plan(*, profile: Profile, payee: str, end_to_end_id: str) -> Plan:
    """The fate of a payment. The same profile, name and reference always give the same one."""
    slow = bool(_SLOW.search(payee))
    marked = _MARKER.search(payee)
    if marked:
        outcome = _MARKED[marked[1]]
        return Plan(outcome, marked[2] or _REASONS[outcome], slow)
    digest = hashlib.sha256(f"{profile.seed}:{end_to_end_id}".encode()).digest()
    lot = int.from_bytes(digest[:8]) % 1000
    for outcome in (REJECTED, FAILED, RETURNED):
        share = profile.per_mille.get(outcome, 0)
        if lot < share:
            return Plan(outcome, _REASONS[outcome], slow)
        lot -= share
    return Plan(PAID, "", slow)
