"""What happens in one schedule, and when: everything here follows from its seed alone."""

import random
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    KILL_CHILD = "kill child"
    KILL_GROUP = "kill group"
    STOP_CHILD = "stop child past its lease"
    STOP_GROUP = "stop group past its lease"
    CUT_BROKER = "cut broker"
    EMPTY_BROKER = "empty broker"
    KILL_BROKER = "kill broker"
    RING_TWICE = "ring twice"
    KILL_BEAT = "kill beat"
    KILL_POSTGRES = "kill postgres"
    STOP_BANK = "stop bank past the call's patience"
    KILL_BANK = "kill bank"


_WEIGHTS = {
    Fault.KILL_CHILD: 6,
    Fault.KILL_GROUP: 6,
    Fault.STOP_CHILD: 3,
    Fault.STOP_GROUP: 3,
    Fault.CUT_BROKER: 3,
    Fault.EMPTY_BROKER: 3,
    Fault.KILL_BROKER: 2,
    Fault.RING_TWICE: 5,
    Fault.KILL_BEAT: 1,
    Fault.KILL_POSTGRES: 3,
    Fault.STOP_BANK: 2,
    Fault.KILL_BANK: 1,
}
_WINDOW_SECONDS = 4.0
"""When the last approval and the last fault begin, at the latest."""


@dataclass(frozen=True, kw_only=True)
class Strike:
    """One fault. Where ``records`` is not 0, it begins once the banks' logs have grown by so many bytes, if sooner."""

    fault: Fault
    at: float
    records: int
    pick: int
    """Which of several processes, or how long: any number, taken modulo."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Payouts that one person proposes and another approves at a moment."""

    country: str
    amounts: tuple[int, ...]
    approved_at: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    seed: int
    batches: tuple[Batch, ...]
    strikes: tuple[Strike, ...]


def make(seed: int, *, broker_may_die: bool) -> Plan:
    """The schedule of that seed: 10 to 40 payouts over all three rails, and 3 to 7 strikes."""
    rng = random.Random(seed)
    batches = []
    for country, batch_count in (("US", rng.randint(1, 2)), ("FR", rng.randint(1, 2)), ("GB", 1)):
        for _ in range(batch_count):
            amounts = tuple(rng.randint(100, 500_000) for _ in range(rng.randint(4, 8)))
            batches.append(
                Batch(country=country, amounts=amounts, approved_at=rng.uniform(0, _WINDOW_SECONDS / 2))
            )
    weights = {f: w for f, w in _WEIGHTS.items() if broker_may_die or f is not Fault.KILL_BROKER}
    strikes = [
        Strike(
            fault=rng.choices(list(weights), list(weights.values()))[0],
            at=rng.uniform(0.2, _WINDOW_SECONDS),
            records=rng.choice((0, rng.randint(1, 12_000))),
            pick=rng.randrange(10_000),
        )
        for _ in range(rng.randint(3, 7))
    ]
    return Plan(seed=seed, batches=tuple(batches), strikes=tuple(sorted(strikes, key=lambda s: s.at)))
