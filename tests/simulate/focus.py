"""What a seed dwells on: half of the seeds let some actors act more often, and the lines fail in one way more.

With everything equally likely all the time, an error that needs three rare things in a row is found once in a
hundred seeds; in a seed that dwells on those three, in every third or so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Focus:
    """``actors``: how much more often, by the beginning of their names. ``send`` and ``ask``: the only things that
    go wrong with a call, and ``fault`` the least chance that something does."""

    name: str = ""
    actors: Mapping[str, float] = field(default_factory=dict)
    send: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    fault: float = 0.0
    restored: bool = False

    def weight(self, who: str) -> float:
        """How much more often than usual this one acts."""
        return next((times for begin, times in self.actors.items() if who.startswith(begin)), 1.0)


FOCI = (
    # Money is on its way while the bank is asked whether it has it.
    Focus(
        "asking",
        {"worker looks": 4, "sweeper": 2, "operator looks up": 3, "operator finds out": 0.2},
        send=("late", "late", "drop"),
        ask=("stale",),
        fault=0.6,
    ),
    # Two people decide what became of it, early; and the same bytes go again, late.
    Focus("desk", {"operator": 4, "second person": 4, "time": 2}, send=("late", "drop", "refused"), fault=0.6),
    # Somebody with a shell meddles with what is approved; accounts change under it.
    Focus("meddling", {"stranger": 4, "analyst asks for another account": 3, "treasurer approves": 2}),
    # The database is put back to a backup.
    Focus("restoring", {"operator asks": 0.5}, restored=True),
    # Statements come by every door.
    Focus("statements", {"treasurer uploads": 4, "collector": 2, "bank": 2}),
)


def drawn(rng: Random) -> Focus:
    """Every second seed dwells on nothing."""
    return rng.choice(FOCI) if rng.random() < 0.5 else Focus()
