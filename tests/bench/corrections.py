"""A large file of corrections, confirmed by a second person, from its bytes to the ledger: beside COPY of its rows.

The limit is as in `imports`, with the adjustments that stand beside the earnings.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests.bench import _market, imports

TABLES = (*imports.TABLES, "ledger_adjustment")


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds, rows and peak memory of each phase in a process of its own; ratios against COPY."""
    sellers = -(-size // imports.EARNINGS_EACH)
    _market.sellers(count=sellers, earnings_each=0)
    _market.analyze(owner_url)
    url = psycopg.conninfo.make_conninfo(owner_url, user=settings.DATABASES["default"]["USER"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corrections.csv"
        _write(path, size=size, sellers=sellers)
        phases = imports.ours(url, path, "corrections")
        limit = imports.copy(owner_url, Path(folder), TABLES)
    yield from imports.figures(phases, limit, size=size, what="ours, from the file to the ledger")


def _write(path: Path, *, size: int, sellers: int) -> None:
    """Adjustments, every third lowers what is owed, with a reason as people write one."""
    with path.open("w") as file:
        file.write("external_id,seller,kind,amount,currency,date,reason\n")
        for n in range(size):
            amount = f"{'-' if n % 3 == 0 else ''}{10 + n % 90}.{n % 100:02}"
            reason = f"Shipping label of order {n} was charged to the wrong seller"
            file.write(
                f"c{n},bench-{n % sellers + 1},adjustment,{amount},EUR,2026-10-{n % 28 + 1:02},{reason}\n"
            )
