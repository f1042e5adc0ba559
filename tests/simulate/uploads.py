"""A treasurer brings statements by hand: one that never came, the same twice, an older one after a newer, one that the
collector reads too."""

from collections.abc import Iterator

from payouts.operations import uploading
from tests.simulate.people import Deed
from tests.simulate.world import World


def deeds(world: World) -> Iterator[Deed]:
    if statements := world.bank.statements():
        yield 2, "treasurer uploads a statement", lambda: _upload(world, statements)


def _upload(world: World, statements: dict[str, bytes]) -> str:
    name = world.rng.choice(sorted(statements))
    new = uploading.statement(
        body=statements[name], name=name, actor=world.one("treasurer"), now=world.clock.now
    )
    return f"{name}: {len(new)} new"
