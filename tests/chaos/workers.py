"""The run's Celery: groups of workers and beat, each a process group of its own that may be killed or stopped."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from backoffice.embedded import processes, stopping
from backoffice.embedded.errors import CannotStart
from tests.chaos.bank import ROOT

CHILDREN = 2


class Program:
    """A long-running program with children. `start` may be called again when it has ended."""

    def __init__(
        self, name: str, arguments: list[str], *, environment: Mapping[str, str], folder: pathlib.Path
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = [sys.executable, "-m", "celery", "-A", "tests.chaos.worker", *arguments]
        self._environment = {**os.environ, **environment}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def start(self) -> None:
        self.process = processes.start(
            self._command,
            log=self.log,
            environment=self._environment,
            cwd=ROOT,
            death_signal=signal.SIGKILL,
        )

    def is_down(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def children(self) -> list[int]:
        """Pids of the pool's children, lowest first."""
        answer = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)
        pairs = (line.split() for line in answer.stdout.splitlines())
        return sorted(int(pid) for pid, parent in pairs if int(parent) == self.pid)

    def signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)
        if number == signal.SIGKILL and self.process:
            self.process.wait()

    def wait_ready(self, *, said_before: int = 0, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while b" ready." not in self.log.read_bytes()[said_before:]:
            if self.is_down() or time.monotonic() > deadline:
                raise CannotStart(f"{self.name} does not start:\n{processes.tail(self.log)}")
            stopping.check()
            time.sleep(0.05)

    def stop(self) -> None:
        """Whatever state it is in, it and its children are gone."""
        if self.process:
            self.signal_group(signal.SIGKILL)


def worker(number: int, *, environment: Mapping[str, str], folder: pathlib.Path) -> Program:
    name = f"worker-{number}"
    arguments = ["worker", "--concurrency", str(CHILDREN), "--loglevel", "INFO", "--hostname", f"{name}@%h"]
    return Program(
        name, [*arguments, "--without-mingle", "--without-gossip"], environment=environment, folder=folder
    )


def beat(*, environment: Mapping[str, str], folder: pathlib.Path) -> Program:
    arguments = ["beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(folder / "beat-schedule")]
    return Program("beat", [*arguments, "--max-interval", "1"], environment=environment, folder=folder)
