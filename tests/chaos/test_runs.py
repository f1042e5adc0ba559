"""`make chaos` itself, over every broker there is; that it finds bugs, and that it ends what it started."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from backoffice.embedded import processes
from tests.chaos.bank import ROOT

COMMAND = [sys.executable, "-m", "tests.chaos"]
FIELDS = (
    "schedules",
    "kills",
    "payouts",
    "duplicates",
    "lost",
    "false_paid",
    "unresolved_without_owner",
    "seconds",
)


def run(**given: str) -> tuple[int, dict[str, float], str]:
    """Exit code, the JSON line, and everything else that was said."""
    done = subprocess.run(
        COMMAND, cwd=ROOT, env=os.environ | given, capture_output=True, text=True, check=False, timeout=900
    )
    said = f"{done.stdout}\n{done.stderr}"
    *_, last = done.stdout.splitlines() or [""]
    assert last.startswith("{"), said
    return done.returncode, json.loads(last), said


@pytest.mark.parametrize(("broker", "schedules"), [("embedded", 1), ("amqp", 1), ("redis", 1)])
def test_nothing_is_paid_twice_lost_or_guessed(broker, schedules):
    if broker != "embedded" and not os.environ.get(f"TEST_{broker.upper()}_URL"):
        pytest.skip(f"TEST_{broker.upper()}_URL names no broker; the embedded one is tested")
    if broker == "amqp" and not shutil.which("rabbitmqctl"):
        pytest.skip("without rabbitmqctl there is no vhost of our own")

    code, line, said = run(BROKER=broker, SCHEDULES=str(schedules), SEED="4")

    assert code == 0, said
    assert tuple(line) == FIELDS
    assert line["schedules"] == schedules
    assert line["payouts"] >= 10 * schedules
    assert line["kills"] > 0
    assert [line[name] for name in FIELDS[3:7]] == [0, 0, 0, 0]


def test_a_planted_bug_is_found_with_its_seed_its_command_and_its_evidence():
    # It ends with the first violation. A strike falls between the bank's taking on and our commit by chance, so there
    # are more schedules than it ever took: five of them have been seen to miss.
    code, line, said = run(CHAOS_PLANTED="fresh-key", SCHEDULES="30", SEED="1")

    assert code == 1, said
    assert line["duplicates"] > 0, said
    assert f"make chaos SCHEDULES=1 SEED={line['schedules']} BROKER=embedded" in said
    assert "the bank carried SB" in said
    assert "lease fence 2" in said


def test_asked_to_end_it_ends_everything_it_started():
    with subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=os.environ | {"SCHEDULES": "50"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        started = _wait_for_descendants(
            process.pid, count=8
        )  # PostgreSQL, broker, two banks, two workers, beat, …
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 130
    assert {pid for pid, moment in started.items() if processes.began(pid) == moment} == set()


def _wait_for_descendants(root: int, *, count: int) -> dict[int, str]:
    """When each of them began, by pid: a pid may be another's later."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        found = _descendants(root)
        if len(found) >= count:
            return {pid: moment for pid in found if (moment := processes.began(pid))}
        time.sleep(0.2)
    pytest.fail("it started nothing")


def _descendants(root: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        pid, parent = map(int, line.split())
        children.setdefault(parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found
