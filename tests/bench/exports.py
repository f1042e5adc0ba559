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
"""Of each job and of `\\copy` beside it, whose medians are told."""
SHEET_ROWS = 100_000
"""About as many go into the workbook, beside `\\copy` of the same."""
_FIRST_DAY = datetime(2026, 1, 3, 3, 46, 40, tzinfo=UTC)


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds, rows and peak memory of each, in one run; ratios against `\\copy` of the same rows right before it."""
    _register.payouts(count=size, owner_url=owner_url)
    url = psycopg.conninfo.make_conninfo(owner_url, user=settings.DATABASES["default"]["USER"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        limit = _copy(url, "", path)
        yield _row("psql \\copy, the same columns raw", limit, limit)
        for form in ("csv", "csv.gz", "excel_csv"):
            yield _job(url, form, path)
        for form in ("csv", "csv.gz", "jsonl", "excel_csv", "parquet"):
            yield _beside(f"the writing, {form}", url, path, "ours", form, "")
        yield _beside("csv writer over an iterator", url, path, "iterator")
        yield _beside("import-export's own", url, path, "library")
        some = _some(size)
        limit = _copy(url, some, path)
        yield _row("psql \\copy, some 100,000 rows", limit, limit)
        yield _job(url, "xlsx", path, query=some)
        yield _beside("the writing, xlsx, the same rows", url, path, "ours", "xlsx", some, query=some)


def _beside(what: str, url: str, path: Path, *way: str, query: str = "") -> dict[str, Any]:
    limit = _copy(url, query, path)
    return _row(what, _child(url, way[0], path, *way[1:]), limit)


def _job(url: str, form: str, path: Path, *, query: str = "") -> dict[str, Any]:
    """The whole job in turn with `\\copy`, by a worker that has made a small file; medians, and the most memory."""
    name, _, packed = form.partition(".")
    limits, found = [], []
    with _worker.running(url) as pid:
        _worker.export(pid, format=name, query="search=P1")
        for _ in range(ROUNDS):
            limits.append(_copy(url, query, path))
            found.append(_worker.export(pid, format=name, query=query, compressed=bool(packed)))
    middle = {**_median(found), "mb": max(each["mb"] for each in found)}
    return _row(f"the job, {form}", middle, _median(limits))


def _median(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return sorted(found, key=lambda each: float(each["seconds"]))[len(found) // 2]


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
