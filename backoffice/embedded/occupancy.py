"""One `make run` for one DATA_DIR: a lock that ends with its process, a file that says where the services are."""

import fcntl
import json
import os
import pathlib
import time
from typing import IO

from backoffice.embedded import plan as plans
from backoffice.embedded import stopping
from backoffice.embedded.errors import CannotStart

RUN, COMMAND = "make run", "make manage"


class Occupancy:
    """Holds DATA_DIR for this process. The kernel frees the lock however the process ends."""

    def __init__(self, plan: plans.Plan) -> None:
        self.folder = plan.run_dir
        self._services = plan.run_dir / "services.json"
        self._lock: IO[str] | None = None

    def take(self, kind: str, *, patience_seconds: float) -> bool:
        """Take DATA_DIR; False when a `make run` has it for good. Waits for a holder that is stopping or a command."""
        _make_folders(self.folder)
        lock = (self.folder / "lock").open("a+")
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                holder = self.holder()
                steady = holder.get("kind") == RUN and not holder.get("stopping")
                if kind == COMMAND and steady and self._services.exists():
                    lock.close()
                    return False
                if time.monotonic() > deadline:
                    lock.close()
                    raise CannotStart(self._taken(holder)) from None
            stopping.check()
            time.sleep(0.1)
        self._lock = lock
        self._services.unlink(missing_ok=True)  # of a start that was killed
        self._say(kind=kind, stopping=False)
        return True

    def announce(self, environment: dict[str, str]) -> None:
        """Tell `make manage` and manage.py where the services are. Readable for this user only: it holds passwords."""
        draft = self._services.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"pid": os.getpid(), "environment": environment}, file, indent=1)
        draft.replace(self._services)

    def services(self) -> dict[str, str]:
        return {
            str(name): str(value)
            for name, value in json.loads(self._services.read_text())["environment"].items()
        }

    def stopping(self) -> None:
        if self._lock:
            self._services.unlink(missing_ok=True)
            self._say(kind=RUN, stopping=True)

    def leave(self) -> None:
        if self._lock:
            self._services.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def holder(self) -> dict[str, object]:
        try:
            found = json.loads((self.folder / "holder.json").read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _say(self, *, kind: str, stopping: bool) -> None:
        (self.folder / "holder.json").write_text(
            json.dumps({"pid": os.getpid(), "kind": kind, "stopping": stopping})
        )

    def _taken(self, holder: dict[str, object]) -> str:
        return (
            f"{holder.get('kind', 'Another start')} (pid {holder.get('pid', '?')}) is using {self.folder.parent}."
            " Stop it, or set DATA_DIR (and PORT) for a second one."
        )


def _make_folders(folder: pathlib.Path) -> None:
    """DATA_DIR may be crossed (the database's account must reach its folder) but not read; all in it is private."""
    data_dir = folder.parent
    if not data_dir.exists():
        data_dir.mkdir(parents=True)
        data_dir.chmod(0o711)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    os.umask(0o077)  # from here on, and for every child: bank files, exports, logs
