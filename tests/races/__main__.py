"""`make races [ROUNDS=10000] [SEED=1]`: approvers, then holders against workers; the last line is one JSON object."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests import standalone


def main() -> int:
    """1 where something happened that must not; at most `SECONDS` of holds when that is given."""
    count, seed = int(os.environ.get("ROUNDS") or 10_000), int(os.environ.get("SEED") or 1)
    seconds = float(os.environ.get("SECONDS") or "inf")
    with standalone.server(), standalone.database("races"), tempfile.TemporaryDirectory() as folder:
        line, stories = play(count=count, seed=seed, seconds=seconds, folder=Path(folder))
    print("\n".join(stories[:50]))
    print(json.dumps(line))
    return 1 if stories else 0


def play(*, count: int, seed: int, seconds: float, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Both races on the database that Django is on: the numbers, and a line for each thing that must not be.

    That one side always won is one: then nobody raced.
    """
    from django.conf import settings

    from payouts.queries import invariants
    from tests import make_payouts
    from tests.make import NOW
    from tests.races import approvals, deeds, rounds, troubles

    began = time.perf_counter()
    seats = approvals.race(count=count, seed=seed)
    print(f"{seats.approvals} approvals by {seats.approvers} people in {seats.seconds:.0f} s", flush=True)
    with make_payouts.bank(folder, settings) as bank:
        held = rounds.race(rounds=count, seed=seed, bank=bank, seconds=seconds)
    verdicts = held.verdicts
    stories = [*seats.troubles, *held.troubles, *verdicts.stories]
    stories += [f"{one.name}: {', '.join(ids)}" for one, ids in invariants.run(now=NOW) if ids]
    deadlocks = troubles.deadlocks()
    bad = {
        "approved_twice": seats.approved_twice,
        "wrong": seats.wrong,
        "untold": seats.untold,
        "deadlocks": deadlocks,
    }
    stories += [f"{name}: {number}" for name, number in bad.items() if number]
    stories += [f"{name}: never" for name in ("held_first", "sent_first") if not verdicts[name]]
    line = {
        "approvals": seats.approvals,
        "approvers": seats.approvers,
        "approved_twice": seats.approved_twice,
        "rounds": verdicts["rounds"],
        "by_deed": {kind: verdicts[kind] for kind in deeds.Kind},
        "batches": held.batches,
        "in_flight": verdicts["in_flight"],
        "held_first": verdicts["held_first"],
        "sent_first": verdicts["sent_first"],
        "held_and_sent": verdicts["held_and_sent"],
        "deadlocks": deadlocks,
        "broken": len(stories),
        "seconds": round(time.perf_counter() - began, 1),
    }
    return line, stories


if __name__ == "__main__":
    sys.exit(main())
