"""The database and the broker of this start, ours or those that DATABASE_URL and CELERY_BROKER_URL name."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from psycopg import conninfo

from backoffice.embedded import plan as plans
from backoffice.embedded import postgres, processes, roles, stopping, valkey
from backoffice.embedded.errors import CannotStart
from backoffice.settings import env

APP, OWNER, DATABASE = "payouts_app", "payouts_owner", "payouts"
Say = Callable[[str], None]
Start = Callable[[], None]
Embedded = postgres.Postgres | valkey.Valkey


class Services:
    """`start` leaves a database with its two roles and a broker; `environment` says where they are."""

    def __init__(self, plan: plans.Plan, *, say: Say, register: processes.Register) -> None:
        self.plan = plan
        self.say = say
        self.register = register
        self.postgres: postgres.Postgres | None = None
        self.valkey: valkey.Valkey | None = None
        self.addresses: roles.Addresses | None = None

    def start(self) -> None:
        self.addresses = self._external_database() if self.plan.database_url else self._embedded_database()
        if not self.plan.broker_url:
            self.valkey = valkey.Valkey(self.plan.data_dir / "valkey", log=self.plan.log_dir / "valkey.log")
            self.start_valkey()

    def start_postgres(self) -> None:
        assert self.postgres
        self.postgres.start()
        assert self.postgres.process
        self.register.add("postgres", self.postgres.process.pid)

    def start_valkey(self) -> None:
        assert self.valkey
        self.valkey.start()
        assert self.valkey.process
        self.register.add("valkey", self.valkey.process.pid)

    def stop(self) -> None:
        if self.valkey:
            self.valkey.stop()
            self.register.remove("valkey")
        if self.postgres:
            self.postgres.stop()
            self.register.remove("postgres")

    def environment(self, *, owner: bool) -> dict[str, str]:
        """For a child; the owner's address goes only to those who migrate."""
        assert self.addresses
        found = {
            "DATABASE_URL": self.addresses.app,
            "CELERY_BROKER_URL": self.plan.broker_url or (self.valkey.url() if self.valkey else ""),
            "DATA_DIR": str(self.plan.data_dir),
            "DEMO": "1" if self.plan.demo else "0",
        }
        return found | ({"DATABASE_OWNER_URL": self.addresses.owner} if owner else {})

    def _embedded_database(self) -> roles.Addresses:
        self.postgres = postgres.Postgres(
            self.plan.data_dir / "postgres", log=self.plan.log_dir / "postgres.log", wanted=self.plan.postgres
        )
        self.start_postgres()
        found = self.postgres.found
        self.say(f"PostgreSQL {found.major} ({found.source}) keeps its data in {self.postgres.folder}")
        return roles.ensure(admin_url=self.postgres.url(), database=DATABASE, app=APP, owner=OWNER)

    def _external_database(self) -> roles.Addresses:
        given = self.plan.database_url
        try:
            name = str(conninfo.conninfo_to_dict(given).get("dbname") or "")
        except Exception as error:
            raise CannotStart(f"DATABASE_URL is not a PostgreSQL address: {error}") from error
        if self.plan.owner_url:
            return roles.Addresses(app=given, owner=self.plan.owner_url)
        kept = self.plan.data_dir / "database.json"
        passwords: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
        database = DATABASE if name in ("", "postgres", "template1") else name
        try:
            return roles.ensure(admin_url=given, database=database, app=APP, owner=OWNER, passwords=passwords)
        finally:
            descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(passwords, file)


def manage(
    *arguments: str, environment: dict[str, str], log: pathlib.Path, register: processes.Register
) -> None:
    """Run a management command as our child to its end. Raises CannotStart with the end of its output when it fails."""
    command = [sys.executable, str(env.BASE_DIR / "manage.py"), *arguments]
    process = processes.start(command, log=log, environment={**os.environ, **environment}, cwd=env.BASE_DIR)
    register.add(f"manage {arguments[0]}", process.pid)
    try:
        while process.poll() is None:
            stopping.check()
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            processes.stop(process, patience_seconds=5)
        register.remove(f"manage {arguments[0]}")
    if process.returncode != 0:
        raise CannotStart(
            f"`manage.py {' '.join(arguments)}` failed. {log} ends:\n{processes.tail(log, lines=25)}"
        )


def prepare(services: Services, *, always: bool) -> None:
    """Tables, rights and roles as this version wants them. Quick when nothing changed, unless `always`."""
    stamp = services.plan.run_dir / "prepared"
    assert services.addresses
    version = f"{_version()} {hashlib.sha256(services.addresses.owner.encode()).hexdigest()}"  # another database, anew
    if not always and stamp.exists() and stamp.read_text() == version:
        return
    arguments: dict[str, Any] = {"log": services.plan.log_dir / "prepare.log", "register": services.register}
    manage("migrate", "--no-input", environment=services.environment(owner=True), **arguments)
    manage("grant_app_role", environment=services.environment(owner=True), **arguments)
    manage("setup_roles", environment=services.environment(owner=False), **arguments)
    stamp.write_text(version)


def _version() -> str:
    digest = hashlib.sha256()
    for room in ("backoffice", "sellers", "payouts"):
        for path in sorted((env.BASE_DIR / room).rglob("*.py")):
            digest.update(f"{path}:{path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def run_command(arguments: list[str], *, environment: dict[str, str]) -> int:
    """`manage.py ARGUMENTS` at this terminal; its exit code."""
    command = [sys.executable, str(env.BASE_DIR / "manage.py"), *arguments]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    told = False
    while process.poll() is None:
        if stopping.asked() and not told:  # Ctrl-C reached it already; SIGTERM reached only us
            told = True
            process.terminate()
        time.sleep(0.05)
    return process.returncode
