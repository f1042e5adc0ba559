"""The run's simulated banks, processes of their own, and their logs, which judge.

One deduplicates and takes calls and files; the other takes calls and does not.
"""

import dataclasses
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter

from backoffice.embedded import processes, stopping
from backoffice.embedded.errors import CannotStart
from backoffice.simbank import journal
from backoffice.simbank.process import LOG_NAME

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAIR, BLIND = "fair", "blind"
READY = "Simulated bank ready"


@dataclasses.dataclass(frozen=True)
class Carried:
    """One instruction that a bank took on, and every status it ever had."""

    id: str
    key: str
    end_to_end_id: str
    amount_minor: int
    currency: str
    statuses: frozenset[str]


class Bank:
    """`start` leaves it answering at `url`; until then another could take the port.

    It may be killed and started again: its log is all it knows.
    """

    def __init__(self, name: str, *, folder: pathlib.Path, seed: int) -> None:
        self.folder = folder / name
        self.name = name
        self.outbox, self.inbox = self.folder / "outbox", self.folder / "inbox"
        self._seed = seed
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self.folder / "bank.log"
        said_before = log.stat().st_size if log.exists() else 0
        self.process = processes.start(
            self._command(),
            log=log,
            environment=os.environ,
            cwd=ROOT,
            death_signal=signal.SIGKILL,
        )
        deadline = time.monotonic() + 60
        while (
            READY.encode() not in log.read_bytes()[said_before:]
        ):  # another's answer on the port is not ours
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"The simulated bank does not start:\n{processes.tail(log)}")
            stopping.check()
            time.sleep(0.02)

    def is_down(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def signal(self, number: int) -> None:
        assert self.process
        os.kill(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGKILL)

    def carried(self) -> list[Carried]:
        """Every instruction in the log, oldest first."""
        return read(self.folder / "data" / LOG_NAME)

    def keeps_waiting(self) -> bool:
        """Whether it has received something that it has not taken on yet: nobody may say "never" now."""
        log = self.folder / "data" / LOG_NAME
        seen = Counter(record["type"] for record in journal.read(log)) if log.exists() else Counter()
        return seen["waiting"] > seen["waited"]

    def log_bytes(self) -> int:
        try:
            return (self.folder / "data" / LOG_NAME).stat().st_size
        except FileNotFoundError:
            return 0

    def _command(self) -> list[str]:
        module = [sys.executable, "-m", "tests.chaos.banker", self.name]
        return [*module, str(self._seed), str(self._port), str(self.folder)]


def read(log: pathlib.Path) -> list[Carried]:
    """What a log says was carried; it may be written to at the same time."""
    if not log.exists():
        return []
    found: dict[str, dict[str, object]] = {}
    statuses: dict[str, set[str]] = {}
    for record in journal.read(log):
        if record["type"] == "instruction":
            found[record["id"]] = record
            statuses[record["id"]] = {"accepted"}
        elif record["type"] == "status":
            statuses[record["id"]].add(record["status"])
    names = ("id", "key", "end_to_end_id", "amount_minor", "currency")
    return [
        Carried(**{name: record[name] for name in names}, statuses=frozenset(statuses[identity]))
        for identity, record in found.items()
    ]


def _free_port() -> int:
    """Below 32768, where no outgoing connection sits, so that a bank started again finds it free.

    Drawn by chance: several runs begin at the same moment, and a bank takes a second until it has its port.
    """
    for _ in range(100):
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CannotStart("No port is free for the simulated bank.")
