"""The tests' database: a template built once for a set of migrations, a clone of it for every worker.

The controller starts a server (the embedded one unless DATABASE_URL names another), builds the template as the owner
and says in the environment where it is; each worker clones it and runs as the role that owns nothing. One that commits
(`transaction=True`) leaves a dirty clone, which is dropped and cloned anew: append-only tables refuse TRUNCATE.
"""

import contextlib
import fcntl
import hashlib
import hmac
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import IO, NamedTuple

import psycopg
from psycopg import conninfo, sql

from backoffice.embedded import postgres, roles
from backoffice.embedded.errors import CannotStart

ROOT = pathlib.Path(__file__).resolve().parents[1]
OWNER, APP = (
    "payouts_test_owner",
    "payouts_test_app",
)  # never the names of a real installation on the same server
_ADMIN, _TEMPLATE, _PASSWORD = "PAYOUTS_TEST_ADMIN_URL", "PAYOUTS_TEST_TEMPLATE", "PAYOUTS_TEST_PASSWORD"


class Database(NamedTuple):
    """One worker's clone, and who may reach it."""

    name: str
    admin: str
    app: str
    owner: str


class Server:
    """What the controller holds for a session."""

    def __init__(self) -> None:
        self._postgres: postgres.Postgres | None = None
        self._lock: IO[str] | None = None

    def start(self) -> None:
        """Afterwards the environment names a server and a template; raises CannotStart with a sentence."""
        given = os.environ.get("DATABASE_URL", "")
        admin = given or self._start_embedded()
        password = hmac.new(b"payouts tests", admin.encode(), hashlib.sha256).hexdigest() if given else ""
        template = build_template(admin, password=password)
        os.environ |= {_ADMIN: admin, _TEMPLATE: template, _PASSWORD: password}

    def stop(self) -> None:
        if self._postgres:
            self._postgres.stop()
        if self._lock:
            self._lock.close()

    def _start_embedded(self) -> str:
        """One of a few kept clusters, the first that no other session uses; its templates are still there next time."""
        base = pathlib.Path(os.environ.get("TEST_DATA_DIR", ROOT / "var" / "tests"))
        base.mkdir(parents=True, exist_ok=True)
        for number in range(16):
            lock = (base / f"postgres-{number}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                continue
            self._lock = lock
            wanted = os.environ.get("EMBEDDED_POSTGRES", "")
            server = postgres.Postgres(
                base / f"postgres-{number}", log=base / f"postgres-{number}.log", durable=False, wanted=wanted
            )
            server.start()
            self._postgres = server
            return server.url()
        raise CannotStart(f"16 test sessions use {base} already.")


def fingerprint() -> str:
    """Changes whenever a fresh template would differ: migrations, models, roles, grants, requirements."""
    names = [ROOT / "requirements.txt", ROOT / "backoffice" / "roles.py", pathlib.Path(__file__)]
    for room in ("backoffice", "sellers", "payouts"):
        for pattern in (
            "migrations/*.py",
            "models.py",
            "models/*.py",
            "guards.py",
            "commands/grant_app_role.py",
            "commands/setup_roles.py",
        ):
            names += (ROOT / room).rglob(pattern)
    digest = hashlib.sha256()
    for path in sorted(set(names)):
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def build_template(admin: str, *, password: str) -> str:
    """The name of a migrated, granted template on this server, made if absent. One session builds, others wait."""
    name = f"payouts_template_{fingerprint()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('payouts: test template'))")
        ready = connection.execute(
            "SELECT datistemplate FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if ready and ready[0]:
            return name
        _drop(connection, name)  # half built
        passwords = {OWNER: password, APP: password} if password else None
        urls = roles.ensure(admin_url=admin, database=name, app=APP, owner=OWNER, passwords=passwords)
        for command, url in (
            ("migrate", urls.owner),
            ("grant_app_role", urls.owner),
            ("setup_roles", urls.app),
        ):
            _manage(command, url=url)
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(identifier))
        _drop_old_templates(connection, keep=name)
    return name


def _manage(command: str, *, url: str) -> None:
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings.test",
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), command, "-v0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode != 0:
        raise CannotStart(
            f"manage.py {command} failed while the tests' database was made:\n{done.stdout}{done.stderr}"
        )


def _drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    with contextlib.suppress(psycopg.errors.InvalidCatalogName):
        connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_old_templates(connection: psycopg.Connection[tuple[object, ...]], *, keep: str) -> None:
    """Keep the few newest: branches are changed to and fro."""
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'payouts\\_template\\_%%' AND datname <> %s"
        " AND datistemplate ORDER BY oid DESC OFFSET 4",
        [keep],
    ).fetchall()
    for (name,) in rows:
        with contextlib.suppress(psycopg.Error):  # another session clones it this moment
            _drop(connection, str(name))


@contextlib.contextmanager
def clone(worker: str) -> Iterator[Database]:
    """A worker's own database for as long as the block runs."""
    admin, password = os.environ[_ADMIN], os.environ[_PASSWORD]
    name = f"payouts_test_{worker}_{os.getpid()}"
    database = Database(
        name=name,
        admin=roles.address(admin, database=name, **_login(admin)),
        app=roles.address(admin, user=APP, database=name, password=password or None),
        owner=roles.address(admin, user=OWNER, database=name, password=password or None),
    )
    renew(database)
    try:
        yield database
    finally:
        drop(database)


def drop(database: Database) -> None:
    """The clone is gone. Whatever is still connected to it is cut off."""
    with psycopg.connect(os.environ[_ADMIN], autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name))
        )


def renew(database: Database) -> None:
    """The clone as it was in the beginning. Whatever is still connected to it is cut off."""
    identifier, template = sql.Identifier(database.name), sql.Identifier(os.environ[_TEMPLATE])
    with psycopg.connect(os.environ[_ADMIN], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                identifier, template, sql.Identifier(OWNER)
            )
        )


def _login(url: str) -> dict[str, str | None]:
    parts = conninfo.conninfo_to_dict(url)
    return {
        "user": str(parts.get("user") or "postgres"),
        "password": str(parts["password"]) if parts.get("password") else None,
    }
