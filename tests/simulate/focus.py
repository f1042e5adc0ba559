"""What a seed dwells on: two of three let some actors act more often, and the lines fail in one way more.

With everything equally likely all the time, an error that needs three rare things in a row is found once in a
hundred seeds; in a seed that dwells on those three, in every third or so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Focus:
    """``actors``: how much more often, by the beginning of their names. ``send`` and ``ask``: the only things that
    go wrong with a call, and ``fault`` the least chance that something does. ``deduplicates`` and ``lookup``: what
    the rails promise, where that is not drawn."""

    name: str = ""
    actors: Mapping[str, float] = field(default_factory=dict)
    send: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    fault: float = 0.0
    restored: bool = False
    deduplicates: bool = False
    lookup: bool | None = None

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
    # Nobody can say what became of it, and the same bytes go again, late.
    Focus(
        "again",
        {"operator sends again": 8, "operator finds out": 0.1, "time": 2, "collector": 0.3},
        send=("late", "drop"),
        fault=0.6,
        deduplicates=True,
        lookup=False,
    ),
    # Two people decide what became of it while it is on its way.
    Focus(
        "never",
        {"operator finds out": 6, "second person": 4, "time": 0.3, "sweeper": 0.3, "worker looks": 0.3},
        send=("late",),
        fault=0.6,
    ),
    # Somebody with a shell meddles with what is approved.
    Focus("meddling", {"stranger": 4, "treasurer approves": 2}),
    # Bank accounts change while money is with the bank, and comes back unsent.
    Focus(
        "accounts",
        {
            "analyst asks for another account": 6,
            "compliance decides": 2,
            "account clock": 5,
            "time": 2,
            "operator finds out": 3,
            "second person": 3,
        },
        send=("refused", "busy", "drop"),
        fault=0.6,
    ),
    # The database is put back to a backup.
    Focus("restoring", {"operator asks": 0.5}, restored=True),
    # Statements come by every door.
    Focus("statements", {"treasurer uploads": 4, "collector": 2, "bank": 2}),
)


def drawn(rng: Random) -> Focus:
    """Every third seed dwells on nothing."""
    return rng.choice(FOCI) if rng.random() < 2 / 3 else Focus()
