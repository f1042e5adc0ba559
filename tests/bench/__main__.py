"""Runs the chosen benches on a database of their own; prints a table, and a JSON line each."""

import json
import os
import sys
from importlib import import_module
from typing import Any

from tests import standalone
from tests.bench.pages import measuring

WORKS = ("approve", "run", "submit", "jobs")
MILLION = dict.fromkeys(("exports", "changes", "imports", "corrections", "statements"), "1000000")
"""Works that are measured on a million rows, and only when named: they take minutes."""
PAGES = "pages"


def main() -> int:
    """Each work named by WORK (all but the pages when it is empty) is measured on SIZE payouts, the pages on ROWS."""
    chosen = [name for name in os.environ.get("WORK", "").replace(",", " ").split() if name] or list(WORKS)
    every = (*WORKS, *MILLION, PAGES)
    unknown = [name for name in chosen if name not in every]
    if unknown:
        print(f"No such bench: {', '.join(unknown)}. There are: {', '.join(every)}.")
        return 2
    with standalone.server():
        for name in chosen:
            if name == PAGES:
                print(measuring.HEAD)
                for row in measuring.measure(rows=int(os.environ.get("ROWS") or 1_000_000)):
                    measuring.show(row)
                continue
            size = int(os.environ.get("SIZE") or MILLION.get(name, "10000"))
            with standalone.database(f"bench_{name}") as database:
                for row in import_module(f"tests.bench.{name}").measure(size=size, owner_url=database.owner):
                    _show(name, row)
    return 0


def _show(work: str, row: dict[str, Any]) -> None:
    memory = f" {row['mb']:>6,} MB" if "mb" in row else ""
    print(
        f"{work:<11}{row['what']:<46}{row['rows']:>9,} rows {row['seconds']:>9.3f} s {row['ratio']:>7.2f} x{memory}"
    )
    print(json.dumps({"work": work, **row}))


if __name__ == "__main__":
    sys.exit(main())
