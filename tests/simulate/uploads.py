"""A treasurer brings statements by hand: one that never came, the same twice, an older one after a newer, one that the
collector reads too."""

import io
from collections.abc import Iterator

from payouts.operations import imports
from sellers.ledger.importing.progress import quiet
from tests.simulate.people import Deed
from tests.simulate.world import World


def deeds(world: World) -> Iterator[Deed]:
    if statements := world.bank.statements():
        yield 2, "treasurer uploads a statement", lambda: _upload(world, statements)


def _upload(world: World, statements: dict[str, bytes]) -> str:
    name = world.rng.choice(sorted(statements))
    who = {"actor": world.one("treasurer"), "now": world.clock.now, "say": quiet}
    stream = io.BytesIO(statements[name])
    file = imports.receive(kind="statement", stream=stream, name=name, **who)
    if file.needs_another:
        who["actor"] = next(each for each in world.people["treasurer"] if each != who["actor"])
    file = imports.confirm(import_file_id=file.pk, **who)
    return f"{name}: {file.new_count} new"
