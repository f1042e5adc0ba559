"""The database is put back to a backup: what it did since is gone, but not at the bank, the journal and the broker.

Then the routine of docs/runbooks/restore-from-backup.md: the rails are asked, what was lost is settled seller by seller
(`runbook`), the source sends its earnings again, and two people let the rails go on (`people`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backoffice.audit.actors import SYSTEM
from payouts.operations import restoring
from tests.simulate import market, runbook
from tests.simulate.memory import LostTime, Memory, rails_asked, written
from tests.simulate.people import Deed
from tests.simulate.view import View
from tests.simulate.world import World

if TYPE_CHECKING:
    from tests.simulate.stage import Stage


class Backup:
    """Between two steps of a seed, when its dice say so; never within somebody's deed."""

    def __init__(self, world: World, stage: "Stage") -> None:
        self._world, self._stage = world, stage
        self._memory = Memory()
        self._sales = 0
        self._handed_over: set[str] = set()

    def when_due(self, step: int) -> None:
        """The backup is taken, or the database put back to it, if this is the step."""
        plan, world = self._world.plan, self._world
        if plan is None:
            return
        if step == plan.backup:
            self._stage.copies.take()
            self._memory, self._sales = world.memory.copy(), len(world.sales)
            self._handed_over = world.wire_rules.keys()
            world.say("a backup is taken")
        if world.lost is not None or step < plan.earliest:
            return
        if step == plan.latest or world.wire_rules.keys() > self._handed_over:
            self._put_back(told=plan.told)
            if plan.told:
                world.step("operator asks the rails", lambda: ask(world))

    def _put_back(self, *, told: bool) -> None:
        """All processes are stopped. Payouts that the backup does not know have their number below zero from now on:
        their ids are given to others."""
        world, observer = self._world, self._stage.observer
        before = written(observer)
        self._stage.copies.put_back()
        stand = {(row.end_to_end_id, row.sha256) for row in written(observer)}
        payouts = {pk for (pk,) in observer.execute("SELECT id FROM payouts_payout")}
        keys = {key for (key,) in observer.execute("SELECT key FROM payouts_submission")}
        lost = [row for row in before if (row.end_to_end_id, row.sha256) not in stand]
        world.lost = LostTime(
            restored_at=world.clock.now,
            memory=world.memory,
            rows={
                (row.end_to_end_id, row.sha256): row
                if row.payout in payouts
                else row._replace(payout=-row.payout)
                for row in lost
            },
            handed_over=world.wire_rules.keys() - keys,
            sales=self._sales,
            told=told,
        )
        world.memory = self._memory.copy()
        world.say(f"the database is put back: {', '.join(sorted(world.lost.names)) or 'nothing'} is lost")


def deeds(world: World, view: View) -> Iterator[Deed]:
    """What people do once the database was put back."""
    lost = world.lost
    if lost is None:
        return
    asked = rails_asked(world.observer)
    if lost.told or view.restored:
        yield (0.3 if asked else 6), "operator asks the rails", lambda: ask(world)
    if lost.sales < len(world.sales):
        yield 2, "the source sends its earnings again", lambda: _send_again(world)
    if view.held_back:
        yield (
            4,
            "somebody settles what was lost",
            lambda: runbook.settle(world, world.rng.choice(view.held_back)),
        )


def ask(world: World) -> str:
    asked = restoring.ask(actor=SYSTEM, now=world.clock.now)
    return f"{', '.join(one.end_to_end_id for one in asked.found) or 'nothing'} was lost"


def _send_again(world: World) -> str:
    """Every sale since the backup, under the numbers that they had; those known already change nothing."""
    assert world.lost is not None
    for sale in world.sales[world.lost.sales :]:
        market.book(world, sale)
    return f"{len(world.sales) - world.lost.sales} sales"
