"""One seed: its dice, its clock, its bank, its people, and what has happened so far."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection

from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts.rails import base
from payouts.rails.sandbox.rail import Sandbox
from payouts.rails.sepa.rail import Sepa
from tests.simulate import clock, interrupts, wire
from tests.simulate import focus as focuses
from tests.simulate.bank import OtherSide
from tests.simulate.focus import Focus
from tests.simulate.interrupts import Crash
from tests.simulate.judge_wire import WireRules
from tests.simulate.memory import LostTime, Memory, Sale

if TYPE_CHECKING:
    from tests.simulate.stage import Stage

T = TypeVar("T")
_NAPS = (1.0, 40.0, 200.0, 290.0, 310.0, 600.0, 800.0)


@dataclass(frozen=True)
class Mood:
    """How rough a seed is: the chance of each at every point, between 0 and 1."""

    crash: float
    others: float
    nap: float
    fault: float
    lost: float
    twice: float


def _mood(rng: Random, focus: Focus) -> Mood:
    return Mood(
        crash=rng.choice((0.0, 0.02, 0.06)),
        others=rng.choice((0.03, 0.12, 0.25)),
        nap=rng.choice((0.0, 0.03, 0.1)),
        fault=max(rng.choice((0.1, 0.3, 0.6)), focus.fault),
        lost=rng.choice((0.1, 0.4)),
        twice=rng.choice((0.1, 0.3)),
    )


@dataclass(frozen=True)
class Plan:
    """Before which steps a backup is taken and the database is put back to it.

    Nothing is lost where nothing left: so it is put back as soon as something has, between two steps.
    """

    backup: int
    earliest: int
    latest: int
    told: bool
    """Whether who restores it says so, and the rails are asked before anything else."""


def _plan(rng: Random, focus: Focus) -> Plan | None:
    """A sixth of the other seeds has one, too."""
    if rng.random() >= 1 / 6 and not focus.restored:
        return None
    backup = rng.randrange(20)
    earliest = backup + rng.randint(1, 12)
    return Plan(backup=backup, earliest=earliest, latest=earliest + 8, told=rng.random() < 0.5)


class World:
    def __init__(self, seed: int, *, stage: "Stage", folder: Path) -> None:
        self.seed, self.rng = seed, Random(seed)
        self.clock, self.people, self.observer = stage.clock, stage.people, stage.observer
        self.clock.now = clock.START + timedelta(minutes=self.rng.randrange(5 * 24 * 60))
        self.focus = focuses.drawn(self.rng)
        self.mood = _mood(self.rng, self.focus)
        self.calm = True
        """Nothing goes wrong and nobody comes in between: while the market is set up and at the end."""
        self.plan = _plan(self.rng, self.focus)
        self.countries = self.rng.choice((["US"], ["US"], ["FR"], ["US", "FR"]))
        self.window = timedelta(minutes=self.rng.choice((30, 60, 600)))
        self.rails = _rails(self.rng, self.window, self.focus)
        deduplicates = self.rails["sandbox"].capabilities.deduplicates
        self.bank = OtherSide(
            folder, clock=self.clock, rng=self.rng, deduplicates=deduplicates, window=self.window
        )
        self.wire_rules = WireRules(self)
        self.lines: dict[str, Any] = wire.lines(self)
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.story: list[str] = []
        self.violations: list[str] = []
        self.steps = self.crashes = 0
        self.numbers = itertools.count(1)
        self.memory = Memory()
        self.lost: LostTime | None = None
        """What the database has forgotten since it was put back to a backup."""
        self.sales: list[Sale] = []
        """What the source of the earnings has to tell, oldest first."""
        self.earned: dict[int, int] = {}
        """Seller to the minor units that they have ever earned."""
        self.act: Callable[[], None] = lambda: None
        """One step of somebody, drawn by the scheduler."""
        self._depth = 0

    # Dice

    def some(self, items: Sequence[T], *, most: int = 4) -> list[T]:
        """One to ``most`` of these, in their order."""
        count = min(len(items), self.rng.randint(1, most))
        return [items[n] for n in sorted(self.rng.sample(range(len(items)), count))]

    def one(self, role: str) -> Actor:
        return self.rng.choice(self.people[role])

    def fault(self, faults: Sequence[str]) -> str:
        """What goes wrong with this call; empty when nothing does."""
        if self.calm or self.rng.random() >= self.mood.fault:
            return ""
        chosen = self.rng.choice(faults)
        self.say(f"    ~ {chosen}")
        return chosen

    # Time, and coming in between

    def sleep(self, seconds: float) -> None:
        self.bank.let_pass(seconds)

    def point(self, where: str) -> None:
        """Here the process may die, sleep, or be overtaken."""
        if self.calm:
            return
        if self.rng.random() < self.mood.crash:
            self.crashes += 1
            self.say(f"    x dies {where}")
            raise Crash(where)
        if where == interrupts.BEFORE_COMMIT or connection.in_atomic_block:
            return  # nobody else can see what is not committed yet
        sleepy = (
            self.mood.nap if where in (interrupts.BEFORE_CALL, interrupts.AFTER_CALL) else self.mood.nap / 4
        )
        if self.rng.random() < sleepy:
            nap = self.rng.choice(_NAPS)
            self.say(f"    z sleeps {nap:.0f} s {where}")
            self.sleep(nap)
        if self._depth < 3 and self.rng.random() < self.mood.others:
            self.say(f"    + {where}")
            self.act()

    def step(self, who: str, deed: Callable[[], object]) -> bool:
        """One deed of one process, whatever becomes of it. Answers whether it came to its end."""
        self.steps += 1
        self.sleep(self.rng.uniform(0.1, 9))
        line = len(self.story)
        self.story.append("")
        self._depth += 1
        ended = True
        try:
            what = str(deed() or "done")
        except Crash:
            what, ended = "died", False
        except Refused as refusal:
            what = f"refused: {refusal}"
        except Exception as error:
            what = f"broke: {error!r}"
            self.broke(f"{who}: {error!r}")
        finally:
            self._depth -= 1
        self.story[line] = f"{self.clock.now:%d %H:%M:%S} {'  ' * self._depth}{who}: {what}"
        return ended

    def say(self, text: str) -> None:
        self.story.append(f"{'':11}{'  ' * self._depth}{text}")

    def broke(self, text: str) -> None:
        """Something that must not be."""
        if text not in self.violations:
            self.violations.append(text)


def _rails(rng: Random, window: timedelta, focus: Focus) -> dict[str, base.Rail[Any]]:
    """The rails as this seed has them: what they promise is data, so a promise can be taken away."""
    made: dict[str, base.Rail[Any]] = {"sandbox": Sandbox(), "sepa": Sepa()}
    for rail in made.values():
        deduplicates = focus.deduplicates or rng.random() < 0.6
        lookup = rng.random() < 0.85 if focus.lookup is None else focus.lookup
        call = rail.capabilities.shape is base.Shape.CALL
        chunk = rng.choice((1, 2, 100)) if deduplicates else 1
        rail.capabilities = dataclasses.replace(  # type: ignore[misc]
            rail.capabilities,
            deduplicates=deduplicates,
            key_window=window if deduplicates else None,
            lookup=lookup,
            chunk_size=chunk if call else rail.capabilities.chunk_size,
        )
    return made
