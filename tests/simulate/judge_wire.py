"""What may be handed to a bank at all, looked at on the line: never a blind resend, nothing once a rail is stopped."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from tests.simulate.memory import rails_asked

if TYPE_CHECKING:
    from tests.simulate.world import World

SOON = timedelta(seconds=5)
"""How soon after a stop no new call begins."""
_STOPPED = "SELECT rail, stopped_at FROM payouts_railswitch WHERE restored_at IS NULL"


def _journal() -> str:
    return "".join(path.read_text() for path in Path(settings.HANDOVER_DIR).glob("*"))


class WireRules:
    """Keeps every hand-over that was begun, whether or not it arrived."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._first: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._keys: dict[str, str] = {}

    def keys(self) -> set[str]:
        """Everything that was handed over, whether or not it arrived."""
        return {key for _, key in self._first}

    def look(self, *, rail: str, key: str, references: Sequence[str], body: bytes) -> None:
        """A hand-over begins now."""
        world, now = self._world, self._world.clock.now
        digest = hashlib.sha256(body).hexdigest()
        promised = world.rails[rail].capabilities
        before = self._first.get((rail, key))
        if before is None:
            self._first[rail, key] = (digest, now)
        elif before[0] != digest:
            world.broke(f"other bytes went out under the key {key}")
        elif not promised.deduplicates:
            world.broke(f"{key} went out again on a rail that does not deduplicate")
        elif promised.key_window is not None and now >= before[1] + promised.key_window:
            world.broke(f"{key} went out again after its window")
        for reference in references:
            if self._keys.setdefault(reference, key) != key:
                world.broke(f"{reference} went out under the keys {self._keys[reference]} and {key}")
        if world.plan is not None and digest not in _journal():
            world.broke(f"{key} went out before it stood in the journal")
        lost = world.lost
        if lost is not None and lost.handed_over and not rails_asked(world.observer):
            world.broke(f"{key} went out between the restore of the database and the asking of the rails")
        for name, since in world.observer.execute(_STOPPED).fetchall():
            if name in (rail, "*") and now > since + SOON:
                world.broke(f"{key} went out although {name} was stopped at {since:%H:%M:%S}")
