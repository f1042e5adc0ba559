"""A real Celery worker, in a process of its own, between a real broker and the real simulated bank."""

import base64
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.audit.clock import database_now
from payouts.models import Submission
from payouts.operations import sweeping
from tests import brokers, make_payouts
from tests.payouts import line_to_the_bank as lines

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def worker(*, broker: str, database: str, bank: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one child, killed with all its children when the block ends."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "backoffice.settings.local",
        "DATABASE_URL": database,
        "CELERY_BROKER_URL": broker,
        "SIMBANK_URL": bank,
        "DATA_DIR": str(folder / "worker"),
        "MASTER_KEYS": "t1:" + base64.b64encode(b"1" * 32).decode(),
        "BLIND_INDEX_KEY": base64.b64encode(b"2" * 32).decode(),
    }
    command = [sys.executable, "-m", "celery", "-A", "backoffice", "worker", "-c", "1", "-l", "WARNING"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(what: Callable[[], object], *, folder: Path, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            pytest.fail(f"It did not happen. The worker said:\n{(folder / 'worker.log').read_text()[-3000:]}")
        time.sleep(0.1)


def test_an_approved_batch_is_submitted_by_the_worker_that_hears_the_bell(
    database, broker_url, tmp_path, settings
):
    with (
        brokers.ringing_at(broker_url),
        make_payouts.bank(tmp_path, settings) as bank,
        worker(broker=broker_url, database=database.app, bank=bank.url, folder=tmp_path),
    ):
        batch = make_payouts.approved_batch([1200, 3400], country="US", now=database_now())

        wait_for(lambda: make_payouts.statuses(batch) == ["SUBMITTED"] * 2, folder=tmp_path)
        wait_for(lambda: bank.bank.judgement()["count"] == 2, folder=tmp_path)


def test_a_worker_killed_while_the_bank_answers_pays_nothing_twice_and_loses_nothing(
    database, broker_url, tmp_path, settings
):
    with (
        brokers.ringing_at(broker_url),
        make_payouts.bank(tmp_path, settings) as bank,
        lines.line(bank.url, settings) as line,
    ):
        with worker(broker=broker_url, database=database.app, bank=line.url, folder=tmp_path) as process:
            killed = []

            def kill() -> None:
                """The bank has taken the payment; its answer finds nobody."""
                if not killed:
                    killed.append(True)
                    os.killpg(process.pid, signal.SIGKILL)

            line.before_answering = kill
            batch = make_payouts.approved_batch([1200, 3400, 560], country="US", now=database_now())
            wait_for(lambda: killed, folder=tmp_path)
            process.wait()

        assert set(Submission.objects.values_list("status", flat=True)) == {"DELIVERING"}
        sweeping.sweep(now=database_now() + timedelta(minutes=6))

        assert set(Submission.objects.values_list("status", flat=True)) == {"ACCEPTED"}
        judged = bank.bank.judgement()
        assert (judged["count"], judged["repeated"]) == (3, [])
        assert make_payouts.statuses(batch) == ["SUBMITTED"] * 3
