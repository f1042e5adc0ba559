"""The long-running programs of the back office: simulated bank, Celery worker and beat, web server."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from backoffice.embedded import plan as plans
from backoffice.embedded import processes
from backoffice.settings import env

ACCESS_LOG = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(L)s'
"""The path without what was searched for, and no referrer: both may hold names and e-mail addresses."""
_HEALTHY_AFTER_SECONDS = 60
_LONGEST_PAUSE_SECONDS = 30


class Program:
    """A child that is started again when it ends by itself, after 1, 2, 4 … 30 seconds."""

    def __init__(
        self,
        name: str,
        *,
        start: Callable[[], subprocess.Popen[bytes]],
        stop: Callable[[subprocess.Popen[bytes]], None] = processes.stop,
    ) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self._start = start
        self._stop = stop
        self._began_at = 0.0
        self._failures = 0
        self._again_at = 0.0

    def start(self) -> None:
        self.process = self._start()
        self._began_at = time.monotonic()

    def stop(self) -> None:
        if self.process:
            self._stop(self.process)

    def look(self, *, now: float) -> str:
        """Start it again when its pause is over. Answers what a person should read, or ""."""
        if self.process is None or self.process.poll() is None:
            return ""
        if not self._again_at:
            self._failures = 0 if now - self._began_at > _HEALTHY_AFTER_SECONDS else self._failures + 1
            pause = min(2 ** max(self._failures - 1, 0), _LONGEST_PAUSE_SECONDS)
            self._again_at = now + pause
            return f"{self.name} ended ({_ending(self.process.returncode)}); starting it again in {pause} s"
        if now >= self._again_at:
            self._again_at = 0.0
            self.start()
        return ""


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def commands(plan: plans.Plan, *, simbank: bool) -> dict[str, list[str]]:
    """What is started, in this order; stopped in the reverse."""
    python, celery = sys.executable, [sys.executable, "-m", "celery", "-A", "backoffice"]
    found: dict[str, list[str]] = {}
    if simbank:
        found["simbank"] = [python, str(env.BASE_DIR / "manage.py"), "simbank"]
    found["worker"] = [
        *celery, "worker", "--loglevel", "INFO", "--concurrency", str(plan.worker_processes),
        "--hostname", f"worker-{plan.port}@%h", "--without-mingle", "--without-gossip",
    ]  # fmt: skip
    found["beat"] = [
        *celery, "beat", "--loglevel", "INFO", "--schedule", str(plan.run_dir / "beat-schedule"), "--pidfile=",
    ]  # fmt: skip
    found["web"] = [
        python, "-m", "gunicorn", "backoffice.wsgi:application", "--bind", f"{plan.host}:{plan.port}",
        "--workers", str(plan.web_processes), "--threads", "4", "--timeout", "60", "--graceful-timeout", "10",
        "--access-logfile", "-", "--error-logfile", "-", "--access-logformat", ACCESS_LOG,
        "--logger-class", "backoffice.embedded.access_log.Log", "--limit-request-line", "8190",
    ]  # fmt: skip
    return found


def starter(
    name: str,
    command: list[str],
    *,
    plan: plans.Plan,
    environment: dict[str, str],
    register: processes.Register,
) -> Callable[[], subprocess.Popen[bytes]]:
    def start() -> subprocess.Popen[bytes]:
        process = processes.start(
            command,
            log=plan.log_dir / f"{name}.log",
            environment={**os.environ, **environment},
            cwd=env.BASE_DIR,
        )
        register.add(name, process.pid)
        return process

    return start


def shorten_logs(folder: pathlib.Path, *, limit_bytes: int = 20_000_000) -> None:
    """A log longer than the limit becomes NAME.log.1; the one before is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        if log.stat().st_size > limit_bytes:
            log.replace(log.with_suffix(".log.1"))


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
