"""Running a seed: who acts next is drawn from those who can, until the steps are used up; then the end."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.test import override_settings

from tests.simulate import desk, drain, judge, judge_bank, machines, market, people, restore, uploads, view
from tests.simulate.stage import Stage
from tests.simulate.world import World

STEPS = 45
"""Steps of a seed that nobody else began. Those who come in between are not counted."""
LONGER = 70
"""Steps of a seed whose database is put back to a backup: what was lost takes its time."""
CLOSELY = 8
"""After how many of them every invariant is asked."""
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Result:
    seed: int
    steps: int
    crashes: int
    payouts: int
    carried: int
    """Instructions the bank took."""
    violations: tuple[str, ...]
    story: tuple[str, ...]


def run(seed: int, *, stage: Stage) -> Result:
    """What became of this seed. Stops at the first step that broke something."""
    folder = Path(tempfile.mkdtemp(prefix="simulate-", dir=_MEMORY if _MEMORY.is_dir() else None))
    stage.clear()
    world = World(seed, stage=stage, folder=folder)
    stage.world = world
    outside = _outside(world, folder)
    try:
        with override_settings(**outside):
            _play(world, stage)
        payouts = sum(len(ids) for ids in view.look(stage.observer).payouts.values())
        return Result(
            seed=seed,
            steps=world.steps,
            crashes=world.crashes,
            payouts=payouts,
            carried=len(world.bank.bank.books.instructions),
            violations=tuple(world.violations),
            story=tuple(world.story),
        )
    finally:
        stage.world = None
        world.bank.close()
        shutil.rmtree(folder)


def _outside(world: World, folder: Path) -> dict[str, str]:
    """Where what a restore does not reach stands, in seeds that have one: the anchors and the journal."""
    if world.plan is None:
        return {}
    return {"AUDIT_ANCHOR_DIR": str(folder / "anchors"), "HANDOVER_DIR": str(folder / "handovers")}


def _play(world: World, stage: Stage) -> None:
    court = judge.Judge(world, stage.observer)
    world.step("the market opens", lambda: market.open_market(world))
    world.act = lambda: _step(world, stage)
    world.calm = False
    backup = restore.Backup(world, stage)
    for number in range(STEPS if world.plan is None else LONGER):
        backup.when_due(number)
        world.act()
        (court.look_closely if number % CLOSELY == CLOSELY - 1 else court.look)()
        if world.violations:
            return
    court.look_closely()
    if world.violations:
        return
    drain.drain(world)
    court.look_closely()
    judge_bank.look_at_the_end(world, stage.observer)


def _step(world: World, stage: Stage) -> None:
    seen = view.look(stage.observer)
    deeds = [
        *machines.deeds(world, seen),
        *people.deeds(world, seen),
        *desk.deeds(world, seen),
        *uploads.deeds(world),
        *restore.deeds(world, seen),
    ]
    weights = [weight * world.focus.weight(who) for weight, who, _ in deeds]
    _, who, deed = world.rng.choices(deeds, weights=weights)[0]
    world.step(who, deed)
