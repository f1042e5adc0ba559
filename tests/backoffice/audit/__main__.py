"""`make rewrites [TRIALS=10000] [SEED=1]`: rewritten history must be found; the last line is one JSON object."""

import json
import os
import sys
import tempfile
import time

from tests import standalone


def main() -> int:
    """1 where a rewriting was not found, or a whole trail was called rewritten."""
    count, seed = int(os.environ.get("TRIALS") or 10_000), int(os.environ.get("SEED") or 1)
    with (
        standalone.server(),
        standalone.database("rewrites") as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        from django.conf import settings

        from tests.backoffice.audit import rewriting

        settings.AUDIT_ANCHOR_DIR = folder
        began = time.perf_counter()
        rewriting.write_trail()
        with rewriting.as_owner(database):
            tally = rewriting.trials(count=count, seed=seed)
        seconds = round(time.perf_counter() - began, 1)
    line = {"trials": tally.tried.total(), "found": tally.tried.total() - tally.missed.total()}
    line |= {"missed": dict(tally.missed), "false_alarms": tally.false_alarms, "seconds": seconds}
    print(json.dumps({"tried": dict(sorted(tally.tried.items()))}))
    print(json.dumps(line))
    return 1 if tally.missed or tally.false_alarms else 0


if __name__ == "__main__":
    sys.exit(main())
