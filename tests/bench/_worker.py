"""A real Celery worker with one child beside a broker of its own, and exports as it makes them."""

import base64
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backoffice.audit.clock import database_now
from backoffice.embedded import valkey
from payouts.models import Export, ExportStatus
from payouts.operations import exporting
from tests import brokers, make
from tests.bench import _memory

_OPEN = (ExportStatus.WAITING, ExportStatus.RUNNING)


@contextlib.contextmanager
def running(url: str) -> Iterator[int]:
    """The number of the worker's process, on the database at ``url``; inside, our bells ring there."""
    with tempfile.TemporaryDirectory(prefix="payouts-bench-") as folder:
        base = Path(folder)
        broker = valkey.Valkey(base / "broker", log=base / "broker.log")
        broker.start()
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings.local",
            "DATABASE_URL": url,
            "CELERY_BROKER_URL": broker.url(),
            "DATA_DIR": str(base / "data"),
            "MASTER_KEYS": "t1:" + base64.b64encode(b"1" * 32).decode(),
            "BLIND_INDEX_KEY": base64.b64encode(b"2" * 32).decode(),
        }
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.bench._worker_app",
            "worker",
            "-c",
            "1",
            "-l",
            "WARNING",
        ]
        try:
            with (base / "worker.log").open("ab") as log, brokers.ringing_at(broker.url()):
                process = subprocess.Popen(
                    command, env=environment, stdout=log, stderr=log, start_new_session=True
                )
                try:
                    yield process.pid
                finally:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        finally:
            broker.stop()


def export(pid: int, *, format: str, query: str = "", compressed: bool = False) -> dict[str, Any]:
    """Seconds from the asking to the file that is offered, its rows, and the most that the worker's child has held."""
    actor = make.person("accountant")
    before, started = max(map(_memory.peak, _children(pid)), default=0), time.perf_counter()
    made = exporting.request(
        filters=query, format=format, locale="es", compressed=compressed, actor=actor, now=database_now()
    )
    while made.status in _OPEN:
        time.sleep(0.01)
        made = Export.objects.get(pk=made.pk)
    seconds = time.perf_counter() - started
    assert made.status == ExportStatus.READY, made.error
    return {
        "seconds": seconds,
        "rows": made.rows_done,
        "mb": max(map(_memory.peak, _children(pid))),
        "mb_before": before,
    }


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
