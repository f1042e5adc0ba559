"""`python -m tests.chaos`: SCHEDULES schedules from seed SEED over BROKER; the last line is one JSON object."""

import json
import os
import sys
import time
from collections import Counter
from typing import Any

from backoffice.embedded import stopping
from backoffice.embedded.errors import CannotStart
from tests.chaos import brokers, plan, stage
from tests.chaos.judge import Kind

VIOLATION, CANNOT = 1, 3
"""Exit codes: something was found; nothing could be run."""


def main() -> int:
    schedules, seed = int(os.environ.get("SCHEDULES") or 20), int(os.environ.get("SEED") or 1)
    kind = os.environ.get("BROKER") or "embedded"
    if kind not in brokers.KINDS or schedules < 1:
        print(f"BROKER is one of {', '.join(brokers.KINDS)}; SCHEDULES is at least 1.", file=sys.stderr)
        return CANNOT
    try:
        with stopping.on_signals():
            return _run(kind=kind, schedules=schedules, seed=seed)
    except CannotStart as error:
        print(f"Cannot run: {error}", file=sys.stderr)
        return CANNOT
    except stopping.Stopped:
        print("Stopped.", file=sys.stderr)
        return 130


def _run(*, kind: str, schedules: int, seed: int) -> int:
    began = time.monotonic()
    counts: Counter[str] = Counter()
    wrong = False
    planted = os.environ.get("CHAOS_PLANTED", "")
    with stage.built(broker_kind=kind, seed=seed, planted=planted) as (built, module):
        company = module.Company(built)
        for number in range(seed, seed + schedules):
            made = plan.make(number, broker_may_die=kind == "embedded")
            result = company.run(made)
            counts["payouts"] += result.payouts
            counts.update(finding.kind for finding in result.findings)
            told = ", ".join(f"{n} {status}" for status, n in sorted(result.statuses.items()))
            print(
                f"seed {number}: {result.seconds:.1f} s, {told}; {'; '.join(result.struck)}", file=sys.stderr
            )
            if result.findings or result.doubts:
                wrong = True
                _show(module.books, result, seed=number, kind=kind)
                break  # the program has stopped its rails by now: later schedules would tell nothing new
    line: dict[str, Any] = {
        "schedules": number - seed + 1,
        "kills": built.kills,
        "payouts": counts["payouts"],
    }
    line |= {str(each): counts[each] for each in Kind}
    print(json.dumps(line | {"seconds": round(time.monotonic() - began, 1)}))
    return VIOLATION if wrong else 0


def _show(books: Any, result: Any, *, seed: int, kind: str) -> None:
    print(
        f"VIOLATION in the schedule of seed {seed}. Replay it: make chaos SCHEDULES=1 SEED={seed} BROKER={kind}"
    )
    for finding in result.findings:
        print(f"{finding.kind}: {finding.reference} {finding.text}")
        print(books.story(finding.reference))
    for doubt in result.doubts:
        print(f"in doubt: {doubt}")


if __name__ == "__main__":
    sys.exit(main())
