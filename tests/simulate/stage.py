"""What all seeds of one process share: a database that each begins with empty, people, and the harness' own parts in
place of clocks, messages and lines to the bank."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import psycopg
import structlog
from django.test import override_settings

from backoffice.audit.actors import Actor
from payouts import tasks, transports
from payouts.operations import _doorbell, _outside, _watch, delivering
from payouts.rails import registry
from tests import make, postgres
from tests.simulate import backup, interrupts
from tests.simulate.clock import Clock
from tests.simulate.world import World

SETTINGS = {"ACCOUNT_WAIT_HOURS": 1, "UNKNOWN_ALERT_MINUTES": 30, "SUBMISSION_LEASE_SECONDS": 300}
STAFF = {"analyst": 2, "approver": 2, "treasurer": 3, "compliance": 2}
TROUBLE = frozenset({"sweep_step_failed", "document_not_read", "rail_broke"})
"""What the program logs when it broke and went on: in a simulation nothing may break."""


class Stage:
    """Use it in a ``with``. `clear` before each seed, `put` the seed's world on it."""

    def __init__(self, database: postgres.Database) -> None:
        self.clock = Clock()
        self.world: World | None = None
        self.people: dict[str, list[Actor]] = {}
        self._database = database
        self._exits = contextlib.ExitStack()

    def __enter__(self) -> "Stage":
        enter = self._exits.enter_context
        self._admin = enter(psycopg.connect(self._database.admin, autocommit=True))
        self.observer = enter(psycopg.connect(self._database.app, autocommit=True, prepare_threshold=2))
        for role, count in STAFF.items():
            self.people[role] = [make.person(role) for _ in range(count)]
        self.copies = backup.Copies(self._admin)
        self._cleared = 0
        enter(override_settings(**SETTINGS))
        enter(mock.patch.object(_watch, "time", self.clock))
        enter(mock.patch.object(delivering, "time", self.clock))
        enter(mock.patch.object(delivering, "ThreadPoolExecutor", interrupts.OneByOne))
        enter(mock.patch.object(_outside, "ThreadPoolExecutor", interrupts.OneByOne))
        enter(mock.patch.object(tasks, "database_now", self.clock.read))
        enter(mock.patch.object(_doorbell, "_send", self._ring))
        enter(mock.patch.object(transports, "to", self._line))
        enter(mock.patch.object(registry, "get", self._rail(registry.get)))
        enter(interrupts.at_commits(self._point))
        enter(self._listening())
        return self

    def __exit__(self, *error: object) -> None:
        self._exits.close()

    def clear(self) -> None:
        """The database is as in the beginning, ids too; the people stay."""
        self.world = None
        self.copies.clear()
        self._cleared += 1
        if self._cleared % 40 == 0:
            self._admin.execute("VACUUM")

    def tamper(self, statements: str) -> None:
        """Owner's SQL, for planted bugs only."""
        with psycopg.connect(self._database.owner, autocommit=True) as owner:
            owner.execute(statements)

    def _point(self, where: str) -> None:
        if self.world is not None:
            self.world.point(where)

    def _ring(self, task: str, ids: dict[str, Any]) -> None:
        if self.world is not None:
            self.world.messages.append((task, ids))

    @contextlib.contextmanager
    def _line(self, rail: str) -> Iterator[Any]:
        assert self.world is not None
        yield self.world.lines[rail]

    def _rail(self, real: Any) -> Any:
        def get(name: str) -> Any:
            rails = self.world.rails if self.world is not None else {}
            return rails.get(name) or real(name)

        return get

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        """Nothing is logged; what says that the program broke is a violation."""
        processors = structlog.get_config()["processors"]
        kept = list(processors)

        def hear(logger: Any, method: str, event: dict[str, Any]) -> Any:
            if event.get("event") in TROUBLE and self.world is not None:
                self.world.broke(f"{event['event']}: {sys.exc_info()[1]!r}")
            raise structlog.DropEvent

        processors[:] = [hear]
        try:
            yield
        finally:
            processors[:] = kept
