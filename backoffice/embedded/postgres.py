"""A PostgreSQL of our own: a foreground child on a Unix socket that only its account (and root) can reach."""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg

from backoffice.embedded import accounts, binaries, processes, stopping
from backoffice.embedded.errors import CannotStart

SUPERUSER = "postgres"
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


class Postgres:
    """One cluster. `folder` is where it should lie; `start` makes it on first use and leaves it answering."""

    def __init__(
        self, folder: pathlib.Path, *, log: pathlib.Path, durable: bool = True, wanted: str = ""
    ) -> None:
        self.log = log
        self.durable = durable
        self.folder = self._place(folder.resolve())
        self.data = self.folder / "data"
        version = self.data / "PG_VERSION"
        major = int(version.read_text().strip()) if version.exists() else None
        self.found = binaries.postgres(wanted=wanted, major=major)
        self.socket = self._socket_folder()
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, *, user: str = SUPERUSER, database: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.socket}"

    def start(self, *, patience_seconds: float = 90) -> None:
        """Afterwards the server accepts connections. Raises CannotStart with the end of its log."""
        if not (self.data / "PG_VERSION").exists():
            self._make()
        self._end_earlier_server()
        accounts.owned_folder(self.socket)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "100",
        }
        if not self.durable:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "max_wal_size": "4GB",
                # Where tests roll back, it counts pages without rows, and the planner takes any table for an empty one.
                "autovacuum": "off",
            }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = processes.start(
            [str(self.found.bin / "postgres"), "-D", str(self.data), *options],
            log=self.log,
            environment=_plain_environment(),
            death_signal=signal.SIGINT,  # fast stop: roll back what is open, write a checkpoint, leave
            as_user=accounts.popen_arguments(),
        )
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=3).close()
                return
            except psycopg.OperationalError as error:
                if self.process.poll() is not None:
                    raise CannotStart(
                        f"PostgreSQL stopped at once. {self.log} ends:\n{processes.tail(self.log)}"
                    ) from error
                if time.monotonic() > deadline:
                    self.stop()
                    raise CannotStart(
                        f"PostgreSQL does not answer after {patience_seconds:.0f} s; see {self.log}."
                    ) from error
            stopping.check()
            time.sleep(0.05)

    def stop(self, *, patience_seconds: float = 30) -> None:
        """A fast, clean stop; a crash stop (the next start recovers) when that takes too long."""
        if self.process is not None:
            processes.stop(self.process, number=signal.SIGINT, patience_seconds=patience_seconds)
        if self.socket != self.folder:
            shutil.rmtree(self.socket, ignore_errors=True)

    @staticmethod
    def _place(folder: pathlib.Path) -> pathlib.Path:
        """`folder`, or one under /var/tmp keyed by its path where the server's account cannot reach it."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        if accounts.server_account() is None or accounts.can("test", "-x", folder.parent):
            return accounts.owned_folder(folder)
        key = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        return accounts.owned_folder(binaries.SHARED_PLACE / f"payouts-{os.geteuid()}-{key}")

    def _socket_folder(self) -> pathlib.Path:
        if len(str(self.folder)) <= _LONGEST_SOCKET_FOLDER:
            return self.folder
        key = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
        return pathlib.Path(tempfile.gettempdir()) / f"payouts-{os.geteuid()}-{key}"

    def _make(self) -> None:
        draft = (
            self.folder / "data.new"
        )  # a start that is killed half way leaves a draft, never half a cluster
        shutil.rmtree(draft, ignore_errors=True)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.found.major < 17:
            locale = (
                ["--locale=C.UTF-8"]
                if accounts.can("sh", "-c", "locale -a | grep -qix 'c.utf-\\?8'")
                else ["--locale=C"]
            )
        command = [
            str(self.found.bin / "initdb"),
            *("-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", "--auth-local=trust", "--auth-host=reject"),
            *("--data-checksums", *locale),
            *(() if self.durable else ("--no-sync",)),
        ]
        done = subprocess.run(
            command,
            cwd="/",
            env=_plain_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **accounts.popen_arguments(),
        )
        if done.returncode != 0:
            raise CannotStart(
                f"initdb could not make a database in {draft}:\n{done.stderr.strip() or done.stdout.strip()}"
            )
        draft.rename(self.data)

    def _end_earlier_server(self) -> None:
        """A killed start may have left its server, or a lock file whose pid now names some other process."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if processes.began(pid) and self._serves_this_data(pid):
            processes.end_all([pid], patience_seconds=20)
        lock.unlink(missing_ok=True)

    def _serves_this_data(self, pid: int) -> bool:
        answer = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return str(self.data) in answer.stdout


def _plain_environment() -> dict[str, str]:
    """Nothing of ours reaches the server: no secret, and no PG* variable that would bend it."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "LANG": "C"}
