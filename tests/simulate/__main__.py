"""`make simulate SEEDS=2000 SEED=1` and `make planted`."""

import json
import os
import signal
import sys
import time

from tests import postgres, standalone


def main() -> int:
    """SEEDS seeds from SEED on, or every planted bug; 1 where something was found that must not be, or was not found
    that must."""
    with standalone.server():
        if "planted" in sys.argv[1:]:
            with standalone.database("planted") as database:
                from tests.simulate import planting

                return planting.table(database, only=os.environ.get("BUG", ""))
        with standalone.database("simulate") as database:
            return simulate(
                database, first=int(os.environ.get("SEED", "1")), count=int(os.environ.get("SEEDS", "100"))
            )


def simulate(database: postgres.Database, *, first: int, count: int) -> int:
    """Ends with one JSON line, also when it is stopped (SIGTERM); a seed that fails says how to see it again."""
    from tests.simulate import scheduler
    from tests.simulate.stage import Stage

    totals = {"seeds": 0, "steps": 0, "crashes": 0, "payouts": 0, "carried": 0, "violations": 0}
    started = time.perf_counter()
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    with Stage(database) as stage:
        for seed in range(first, first + count):
            if stopped:
                break
            result = scheduler.run(seed, stage=stage)
            totals["seeds"] += 1
            for name in ("steps", "crashes", "payouts", "carried"):
                totals[name] += getattr(result, name)
            totals["violations"] += len(result.violations)
            if result.violations:
                print("\n".join(result.story))
                print(f"Seed {seed} broke: {'; '.join(result.violations)}")
                print(f"See it again: make simulate SEEDS=1 SEED={seed}", flush=True)
            elif count == 1 or os.environ.get("STORY"):
                print("\n".join(result.story))
            elif totals["seeds"] % 100 == 0:
                print(f"{totals['seeds']} seeds, {time.perf_counter() - started:.0f} s", flush=True)
    print(json.dumps({"first": first, **totals, "seconds": round(time.perf_counter() - started, 1)}))
    return 1 if totals["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
