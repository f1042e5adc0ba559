"""The run's own PostgreSQL, which may be killed: one of a few kept clusters, and in it a database for this run."""

import contextlib
import fcntl
import os
import pathlib
import signal
import time
from typing import IO

import psycopg

from backoffice.embedded import postgres, processes, roles, stopping
from backoffice.embedded.errors import CannotStart
from tests import postgres as tests_postgres

_PATIENCE_SECONDS = 60


class Database:
    """`start` leaves a migrated database that nobody else uses; `kill` and `restart` are the faults."""

    def __init__(self, base: pathlib.Path) -> None:
        self._base = base
        self._lock: IO[str] | None = None
        self._server: postgres.Postgres | None = None
        self._database: tests_postgres.Database | None = None

    @property
    def server(self) -> postgres.Postgres:
        assert self._server
        return self._server

    @property
    def url(self) -> str:
        """As the program's role."""
        assert self._database
        return self._database.app

    def start(self) -> None:
        """Durable, unlike the tests' clusters: what was committed must outlive a kill."""
        self._base.mkdir(parents=True, exist_ok=True)
        number = next(n for n in range(1, 100) if self._take(n))
        place = self._base / f"postgres-{number}"
        self._server = postgres.Postgres(place, log=place.with_suffix(".log"))
        self._start_patiently()
        admin = self.server.url()
        os.environ[tests_postgres._ADMIN] = admin
        os.environ[tests_postgres._TEMPLATE] = tests_postgres.build_template(admin, password="")
        name = f"chaos_{os.getpid()}"
        self._database = tests_postgres.Database(
            name=name,
            admin=self.server.url(database=name),
            app=roles.address(admin, user=tests_postgres.APP, database=name),
            owner=roles.address(admin, user=tests_postgres.OWNER, database=name),
        )
        tests_postgres.renew(self._database)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # or the first recovery copies the template once more

    def _take(self, number: int) -> bool:
        lock = (self._base / f"postgres-{number}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True

    def kill(self) -> None:
        """SIGKILL to the server; its backends follow it."""
        assert self.server.process
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()

    def is_down(self) -> bool:
        return self.server.process is None or self.server.process.poll() is not None

    def restart(self) -> None:
        if self.is_down():
            self._start_patiently()

    def _start_patiently(self) -> None:
        """A killed server's backends may hold its memory for a moment longer."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self.server.start()
                return
            except CannotStart:
                if time.monotonic() > deadline:
                    raise
            stopping.check()
            time.sleep(0.1)

    def stop(self) -> None:
        """The run's database is gone, the cluster stays for the next run."""
        with contextlib.suppress(Exception):
            if self._database and not self.is_down():
                tests_postgres.drop(self._database)
        if self._server:
            self._server.stop()
            if self._server.process:
                processes.stop(self._server.process)
        if self._lock:
            self._lock.close()
