"""How messages travel under our settings, over every broker there is: real worker processes, real kills."""

import os
import pathlib
import pickle
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator

import kombu
import psycopg
import pytest
from django.db import connection as django_connection

from payouts import tasks

ROOT = pathlib.Path(__file__).resolve().parents[2]
APP = [sys.executable, "-m", "celery", "-A", "tests.backoffice.worker_app"]


def wait_until(condition: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def surroundings(broker_url: str, tmp_path: pathlib.Path) -> Iterator[dict[str, str]]:
    """The environment of a worker with a queue of its own, which is gone afterwards."""
    queue = f"test-{uuid.uuid4().hex[:12]}"
    yield os.environ | {
        "DJANGO_SETTINGS_MODULE": "backoffice.settings.local",
        "DATA_DIR": str(tmp_path / "data"),
        "CELERY_BROKER_URL": broker_url,
        "WORKER_APP_QUEUE": queue,
    }
    with kombu.Connection(broker_url) as connection:
        connection.default_channel.queue_delete(queue)


@pytest.fixture
def worker(surroundings: dict[str, str], tmp_path: pathlib.Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [*APP, "worker", "--concurrency", "1", "--loglevel", "INFO", "--without-mingle", "--without-gossip"],
            cwd=ROOT, env=surroundings, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: b" ready." in (tmp_path / "worker.log").read_bytes())
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_task_whose_process_is_killed_runs_again_at_once(surroundings, worker, tmp_path):
    note = tmp_path / "note.txt"
    send = "from tests.backoffice.worker_app import work; import sys; work.delay(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", send, str(note)], cwd=ROOT, env=surroundings, check=True, timeout=60
    )
    wait_until(lambda: note.exists() and note.read_text().strip())
    os.kill(int(note.read_text()), signal.SIGKILL)
    wait_until(lambda: note.with_suffix(".done").exists())
    assert len(note.read_text().split()) == 2


def test_a_pickled_message_is_refused_and_never_opened(surroundings, worker, tmp_path, broker_url):
    trap = tmp_path / "opened"

    class Trap:
        def __reduce__(self):
            return pathlib.Path.touch, (trap,)

    with kombu.Connection(broker_url) as connection:
        connection.default_channel.basic_publish(
            connection.default_channel.prepare_message(
                pickle.dumps(((Trap(),), {}, {})),
                content_type="application/x-python-serialize",
                content_encoding="binary",
                headers={"task": "worker_app.work", "id": uuid.uuid4().hex},
                properties={"delivery_mode": 2},
            ),
            exchange="",
            routing_key=surroundings["WORKER_APP_QUEUE"],
        )
    wait_until(lambda: b"ContentDisallowed" in (tmp_path / "worker.log").read_bytes())
    assert not trap.exists()


@pytest.mark.django_db(transaction=True)
def test_a_task_after_a_restart_of_the_database_opens_a_new_connection(database):
    with django_connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    done = tasks.check_invariants.apply()

    assert done.state == "SUCCESS", done.result
