"""A Valkey of our own as Celery's broker: on a Unix socket, every message on disk before it is acknowledged."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import redis

from backoffice.embedded import binaries, processes, stopping
from backoffice.embedded.errors import CannotStart

_LONGEST_SOCKET = 100


class Valkey:
    """One server over `folder`, which keeps its append-only file between starts."""

    def __init__(self, folder: pathlib.Path, *, log: pathlib.Path, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.log = log
        self.durable = durable
        self.socket = self.folder / "valkey.sock"
        if len(str(self.socket)) > _LONGEST_SOCKET:
            key = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
            self.socket = (
                pathlib.Path(tempfile.gettempdir()) / f"payouts-mq-{os.geteuid()}-{key}" / "valkey.sock"
            )
        self.process: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        """What Celery takes as broker."""
        return f"redis+socket://{self.socket}"

    def start(self, *, patience_seconds: float = 30) -> None:
        """Afterwards the server answers PING with its data loaded."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if self.socket.parent != self.folder:
            self.socket.parent.mkdir(mode=0o700, exist_ok=True)
            if self.socket.parent.stat().st_uid != os.geteuid():
                raise CannotStart(f"{self.socket.parent} belongs to another user; remove it.")
        self.socket.unlink(missing_ok=True)
        command = [
            str(binaries.valkey()),
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--save", "", "--appendonly", "yes" if self.durable else "no"),
            *("--appendfsync", "always", "--maxmemory-policy", "noeviction", "--databases", "4"),
            *("--daemonize", "no", "--loglevel", "notice"),
        ]
        self.process = processes.start(
            command, log=self.log, environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
        )
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2) as client:
                    if client.ping():
                        return
            except redis.RedisError as error:
                if self.process.poll() is not None:
                    raise CannotStart(
                        f"Valkey stopped at once. {self.log} ends:\n{processes.tail(self.log)}"
                    ) from error
                if time.monotonic() > deadline:
                    self.stop()
                    raise CannotStart(
                        f"Valkey does not answer after {patience_seconds:.0f} s; see {self.log}."
                    ) from error
            stopping.check()
            time.sleep(0.05)

    def stop(self, *, patience_seconds: float = 15) -> None:
        if self.process is not None:
            processes.stop(self.process, patience_seconds=patience_seconds)
        if self.socket.parent != self.folder:
            shutil.rmtree(self.socket.parent, ignore_errors=True)
