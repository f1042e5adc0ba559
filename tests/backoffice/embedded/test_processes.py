import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from backoffice.embedded import processes

ROOT = pathlib.Path(__file__).resolve().parents[3]
PARENT = """
import pathlib, sys, time
from backoffice.embedded import processes
child = processes.start(["sleep", "300"], log=pathlib.Path(sys.argv[1]))
register = processes.Register(pathlib.Path(sys.argv[2]))
register.add("sleeper", child.pid)
print(child.pid, flush=True)
time.sleep(300)
"""


def gone(pid: int, *, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if processes.began(pid) is None:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel's own signal is Linux's; elsewhere the register serves"
)
def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log"), str(tmp_path / "children.json")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert processes.began(child)
        parent.kill()
    assert gone(child)


def test_a_register_ends_what_a_killed_start_left_and_names_it(tmp_path):
    left = subprocess.Popen(["sleep", "300"], start_new_session=True)
    register = processes.Register(tmp_path / "children.json")
    register.add("sleeper", left.pid)
    try:
        assert processes.Register(tmp_path / "children.json").end_left_behind(patience_seconds=4) == [
            "sleeper"
        ]
        assert left.wait(5) != 0
    finally:
        left.kill()


def test_a_register_leaves_a_process_alone_that_only_has_the_same_pid(tmp_path):
    other = subprocess.Popen(["sleep", "300"])
    try:
        (tmp_path / "children.json").write_text(f'{{"sleeper": [{other.pid}, "another boot:123"]}}')
        assert processes.Register(tmp_path / "children.json").end_left_behind(patience_seconds=1) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_stopping_a_child_that_will_not_listen_ends_its_whole_group(tmp_path):
    deaf = "trap '' TERM; sleep 300 & echo $!; wait; wait"
    child = processes.start(["sh", "-c", deaf], log=tmp_path / "log")
    deadline = time.monotonic() + 5
    while not (tmp_path / "log").read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.02)
    grandchild = int((tmp_path / "log").read_text())
    processes.stop(child, number=signal.SIGTERM, patience_seconds=0.5)
    assert child.returncode == -signal.SIGKILL
    assert gone(grandchild)


def test_a_process_that_ended_has_no_beginning():
    child = subprocess.Popen(["true"])
    child.wait()
    assert processes.began(child.pid) is None
    assert processes.began(os.getpid()) is not None
