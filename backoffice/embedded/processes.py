"""Child processes that never outlive us by accident.

On Linux the kernel signals a child when its parent dies, even by SIGKILL (PR_SET_PDEATHSIG). Elsewhere, and should that
fail, the children's pids stand in a file with the moment each began, and the next start ends those that are still the
same process. Nothing else is ever signalled.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(number: int) -> Callable[[], None] | None:
    """For `preexec_fn`: the child gets signal `number` when the thread that started it ends. Runs after the change of
    user, which would clear it."""
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            os.kill(os.getpid(), number)

    return arrange


def end_with_parent() -> None:
    """From now on we get SIGTERM when our own parent ends."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def began(pid: int) -> str | None:
    """When process `pid` began, as text that no other process with this pid will show; None when there is none."""
    if sys.platform == "linux":
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


class Register:
    """The children of this folder, written down so that the next start finds what a killed one left behind."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.entries: dict[str, tuple[int, str]] = {}

    def add(self, name: str, pid: int) -> None:
        self.entries[name] = (pid, began(pid) or "")
        self._write()

    def remove(self, name: str) -> None:
        if self.entries.pop(name, None):
            self._write()

    def end_left_behind(self, *, patience_seconds: float = 12) -> list[str]:
        """End the children an earlier, killed start left; the names of those that were still there."""
        try:
            known = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return []
        alive = {
            name: int(pid) for name, (pid, moment) in known.items() if moment and began(int(pid)) == moment
        }
        end_all(alive.values(), patience_seconds=patience_seconds)
        self.path.unlink(missing_ok=True)
        return sorted(alive)

    def _write(self) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(self.entries))
        draft.replace(self.path)


def signal_group(pid: int, number: int) -> None:
    """Signal the process group that `pid` leads, or the process alone where it leads none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def end_all(pids: Iterable[int], *, patience_seconds: float) -> None:
    """They had the news of their parent's death: SIGINT (a fast stop for PostgreSQL), then SIGTERM, then SIGKILL."""
    left = {pid: began(pid) for pid in pids}
    for number, share in ((signal.SIGINT, 0.5), (signal.SIGTERM, 0.35), (signal.SIGKILL, 0.15)):
        left = {pid: moment for pid, moment in left.items() if moment and began(pid) == moment}
        for pid in left:
            signal_group(pid, number) if number == signal.SIGKILL else _signal(pid, number)
        deadline = time.monotonic() + patience_seconds * share
        while time.monotonic() < deadline and any(began(pid) == moment for pid, moment in left.items()):
            time.sleep(0.05)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def start(
    command: list[str],
    *,
    log: pathlib.Path,
    environment: Mapping[str, str] | None = None,
    cwd: pathlib.Path | str = "/",
    death_signal: int = signal.SIGTERM,
    as_user: Mapping[str, object] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (Ctrl-C reaches only us; we pass it on in order), writing to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as output:
        return subprocess.Popen(  # type: ignore[call-overload]
            command,
            cwd=cwd,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dies_with_parent(death_signal),  # noqa: PLW1509 - prctl only, no lock, no allocation
            **(as_user or {}),
        )


def stop(
    process: subprocess.Popen[bytes], *, number: int = signal.SIGTERM, patience_seconds: float = 20
) -> None:
    """Ask with `number`, wait, then SIGKILL the whole group. Afterwards the process is gone and reaped."""
    if process.poll() is None:
        _signal(process.pid, number)
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            signal_group(process.pid, signal.SIGKILL)
            process.wait(10)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # what a child of ours may have left in its session


def tail(log: pathlib.Path, *, lines: int = 15) -> str:
    """The last lines of a log, for the sentence that says why something did not start."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
