"""The payout register as a file: ours beside `\\copy`, a csv writer over an iterator and import-export's own export.

Each runs in a process of its own, whose peak memory is told. `\\copy` writes the same rows, columns and order as they
stand in the database: no decimals of a currency, no words for codes, nothing made harmless. "The writing" is the file
alone; "the job" is all of it, from the asking over a Celery worker to the file that is offered, with the hashes of its
rows, its own and its progress.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.utils import timezone

from payouts.exports import rows
from payouts.exports.payouts import PAYOUTS
from tests.bench import _memory, _register, _worker

ROUNDS = 3
"""Of the limit and of the jobs, whose medians are told."""
SHEET_ROWS = 100_000
"""About as many go into the workbook, beside `\\copy` of the same."""
_FIRST_DAY = datetime(2026, 1, 3, 3, 46, 40, tzinfo=UTC)


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds, rows and peak memory of each, in one run; ratios against `\\copy` of the same rows."""
    _register.payouts(count=size, owner_url=owner_url)
    url = psycopg.conninfo.make_conninfo(owner_url, user=settings.DATABASES["default"]["USER"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        limit = _median([_copy(url, "", path) for _ in range(ROUNDS)])
        yield _row("psql \\copy, the same columns raw", limit, limit)
        yield from _jobs(url, ("csv", "csv.gz", "excel_csv"), limit)
        yield _row("the writing, csv", _child(url, "ours", path, "csv", ""), limit)
        yield _row("the writing, csv.gz", _child(url, "ours", path, "csv.gz", ""), limit)
        yield _row("the writing, jsonl", _child(url, "ours", path, "jsonl", ""), limit)
        yield _row("the writing, CSV for Excel in Spanish", _child(url, "ours", path, "excel_csv", ""), limit)
        yield _row("the writing, parquet", _child(url, "ours", path, "parquet", ""), limit)
        yield _row("csv writer over an iterator", _child(url, "iterator", path), limit)
        yield _row("import-export's own", _child(url, "library", path), limit)
        some = _some(size)
        of_some = _median([_copy(url, some, path) for _ in range(ROUNDS)])
        yield _row("psql \\copy, some 100,000 rows", of_some, of_some)
        yield from _jobs(url, ("xlsx",), of_some, query=some)
        yield _row("the writing, xlsx, the same rows", _child(url, "ours", path, "xlsx", some), of_some)


def _jobs(
    url: str, forms: Sequence[str], limit: dict[str, Any], *, query: str = ""
) -> Iterator[dict[str, Any]]:
    """Whole jobs, by a worker that has made one small file before: by its second, as all that follow it are."""
    for form in forms:
        name, _, packed = form.partition(".")
        with _worker.running(url) as pid:
            _worker.export(pid, format=name, query="search=P1")
            found = [
                _worker.export(pid, format=name, query=query, compressed=bool(packed)) for _ in range(ROUNDS)
            ]
        yield _row(f"the job, {form}", _median(found), limit)


def _median(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """That of the median time, with the most memory of all."""
    middle = sorted(found, key=lambda each: float(each["seconds"]))[len(found) // 2]
    return {**middle, "mb": max(each["mb"] for each in found)}


def _some(size: int) -> str:
    """The filter of some `SHEET_ROWS` of so many payouts: each day a tenth of them was made."""
    if size <= SHEET_ROWS:
        return ""
    last = _FIRST_DAY + timedelta(days=round(_register.PAYOUTS_EACH * SHEET_ROWS / size))
    return f"created_before={last:%Y-%m-%dT%H:%M:%SZ}"


def _row(what: str, found: dict[str, Any], limit: dict[str, Any]) -> dict[str, Any]:
    return {"what": what, **found, "ratio": found["seconds"] / limit["seconds"]}


def _copy(url: str, query: str, path: Path) -> dict[str, Any]:
    """By psql where there is one, else by psycopg's own loop, which is slower."""
    selection = rows.select(PAYOUTS, PAYOUTS.chosen(query, now=timezone.now()))
    wanted = ", ".join(column.sql for column in selection.columns)
    with psycopg.connect(url) as connection:
        given = psycopg.ClientCursor(connection).mogrify(
            f"SELECT {wanted} {selection.source} ORDER BY {PAYOUTS.order}", selection.params
        )
    one_line = " ".join(given.split())
    psql = shutil.which("psql")
    if psql is None:
        return _child(url, "copy", path, one_line)
    command = [psql, "-q", url, "-c", f"\\copy ({one_line}) TO '{path}' (FORMAT csv, HEADER)"]
    return _timed(command, path)


def _child(url: str, what: str, path: Path, *more: str) -> dict[str, Any]:
    return _timed([sys.executable, "-m", "tests.bench._export_child", what, str(path), *more], path, url=url)


def _timed(command: list[str], path: Path, *, url: str = "") -> dict[str, Any]:
    """Seconds from the first row asked for to the last byte, lines written, and the process's peak memory."""
    environment = os.environ | {"DATABASE_URL": url} if url else dict(os.environ)
    path.unlink(missing_ok=True)
    started = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    peak = 0
    while child.poll() is None:
        peak = max(peak, _memory.peak(child.pid))
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    assert child.returncode == 0, command
    told = child.stdout.read() if child.stdout else ""
    found: dict[str, Any] = {"seconds": seconds, "mb": peak}
    if told.strip():  # a child of ours says how long it took without the start of Python and Django
        taken, lines, before = told.split()
        found |= {"seconds": float(taken), "rows": int(lines), "mb_before": int(before)}
    else:
        with path.open("rb") as file:
            found["rows"] = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1
    return found
