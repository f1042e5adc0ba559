"""A large file of earnings, from its bytes to the ledger: ours by phase, beside COPY of the same rows.

The limit is what PostgreSQL takes to COPY the same transactions, entries and earnings into tables with the same
columns, indexes and checks, no trigger and no foreign key: nothing is read from a CSV, compared or judged.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests.bench import _market

EARNINGS_EACH = 100
TABLES = ("ledger_transaction", "ledger_entry", "ledger_earning")


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds, rows and peak memory of each phase in a process of its own; ratios against COPY."""
    sellers = -(-size // EARNINGS_EACH)
    _market.sellers(count=sellers, earnings_each=0)
    _market.analyze(owner_url)
    url = psycopg.conninfo.make_conninfo(owner_url, user=settings.DATABASES["default"]["USER"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "earnings.csv"
        _write(path, size=size, sellers=sellers)
        phases = ours(url, path, "earnings")
        limit = copy(owner_url, Path(folder), TABLES)
    yield from figures(phases, limit, size=size, what="ours, from the file to the ledger")


def figures(phases: list[dict[str, Any]], limit: float, *, size: int, what: str) -> Iterator[dict[str, Any]]:
    """The limit, each phase beside it, and all of them together under the name ``what``."""
    yield {"what": "COPY of the same rows, raw", "rows": size, "seconds": limit, "ratio": 1.0}
    total = 0.0
    for phase in phases:
        total += phase["seconds"]
        yield {**phase, "rows": size, "ratio": phase["seconds"] / limit}
    yield {
        "what": what,
        "rows": size,
        "seconds": total,
        "ratio": total / limit,
        "mb": max(phase["mb"] for phase in phases),
        "mb_before": phases[0]["mb_before"],
    }


def _write(path: Path, *, size: int, sellers: int) -> None:
    with path.open("w") as file:
        file.write("external_id,seller,kind,amount,currency,occurred_date,due_date,order,description\n")
        for n in range(size):
            day = f"2026-10-{n % 28 + 1:02}"
            amount = f"{10 + n % 9000}.{n % 100:02}"
            file.write(
                f"e{n},bench-{n % sellers + 1},sale,{amount},EUR,{day},2026-11-16,o{n},Order line {n}\n"
            )


def ours(url: str, path: Path, kind: str) -> list[dict[str, Any]]:
    """The file of this kind is received, read and posted; answers seconds and peak memory of each."""
    command = [sys.executable, "-m", "tests.bench._import_child", str(path), kind]
    done = subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, check=True)
    return list(json.loads(done.stdout))


def copy(owner_url: str, folder: Path, tables: tuple[str, ...]) -> float:
    """What ours wrote, once more by COPY from files, into tables like those; answers seconds."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            with (
                (folder / table).open("wb") as file,
                connection.cursor().copy(f"COPY {table} TO STDOUT") as out,
            ):
                for data in out:
                    file.write(data)
        started = time.perf_counter()
        with connection.transaction():
            for table in tables:
                copying = connection.cursor().copy(f"COPY bench_{table} FROM STDIN")
                with (folder / table).open("rb") as file, copying as copy:
                    while piece := file.read(1 << 20):
                        copy.write(piece)
        seconds = time.perf_counter() - started
        for table in tables:
            connection.execute(f"DROP TABLE bench_{table}")
    return seconds
