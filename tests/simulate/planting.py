"""`make planted`: runs seeds over every planted bug until one finds it."""

import contextlib
import time
from dataclasses import dataclass

from django.db import connections

from tests import postgres
from tests.simulate import scheduler
from tests.simulate.bug import Bug
from tests.simulate.planted import BUGS
from tests.simulate.stage import Stage

SEEDS = 50


@dataclass(frozen=True)
class Find:
    bug: Bug
    seed: int | None
    """The first that found it; None: the bug survived."""
    how: str
    seconds: float


def table(database: postgres.Database, *, only: str = "") -> int:
    """A line for each bug; 1 when one survives. ``only`` may hold parts of names, with commas between."""
    survivors, parts = 0, [part for part in only.split(",") if part]
    chosen = [bug for bug in BUGS if not parts or any(part in bug.name for part in parts)]
    print(f"{'bug':<34}{'seed':>5}{'s':>7}  what it breaks / how it was found", flush=True)
    for bug in chosen:
        found = hunt(bug, database=database)
        survivors += found.seed is None
        print(f"{bug.name:<34}{found.seed or '–':>5}{found.seconds:>7.1f}  {bug.breaks}", flush=True)
        print(f"{'':<48}{found.how[:150]}", flush=True)
    print(f"{len(chosen)} planted, {survivors} survived {SEEDS} seeds.")
    return 1 if survivors else 0


def hunt(bug: Bug, *, database: postgres.Database, seeds: int = SEEDS) -> Find:
    """Seeds 1 to ``seeds`` with the bug in place. The database is a new clone afterwards, if the bug changed it."""
    started = time.perf_counter()
    try:
        with Stage(database) as stage, contextlib.ExitStack() as patches:
            if bug.sql:
                stage.tamper(bug.sql)
            for patch in bug.patches():
                patches.enter_context(patch)
            for seed in range(1, seeds + 1):
                result = scheduler.run(seed, stage=stage)
                if result.violations:
                    return Find(bug, seed, result.violations[0], time.perf_counter() - started)
        return Find(bug, None, "IT SURVIVED", time.perf_counter() - started)
    finally:
        if bug.sql:
            connections.close_all()
            postgres.renew(database)
