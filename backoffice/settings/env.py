"""The only place that reads the environment.

A secret may also come from a file: `NAME_FILE=/run/secrets/name` is read when `NAME` is not set (django-environ).
"""

import base64
import binascii
import json
import os
import pathlib
import secrets
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from psycopg import conninfo

read = environ.FileAwareEnv()
BASE_DIR = pathlib.Path(__file__).resolve().parents[2]


def data_dir() -> pathlib.Path:
    """Where everything that changes lies: database, queue, bank files, exports. `./var` unless DATA_DIR is set."""
    return pathlib.Path(read.str("DATA_DIR", default=str(BASE_DIR / "var"))).expanduser().resolve()


def as_owner() -> bool:
    """Whether this process acts as the owner of the tables: manage.py says so for migrate and its kind."""
    return read.bool("DATABASE_AS_OWNER", default=False)


def test_database_url() -> str:
    """The database the tests begin from; tests/postgres puts the worker's own clone in its place."""
    return read.str("DATABASE_URL", default="postgres://payouts_app@127.0.0.1:5432/payouts_test")


def running_services(data: pathlib.Path) -> dict[str, str]:
    """What a `make run` on this folder has announced (URLs of its database and queue), or nothing."""
    try:
        found = json.loads((data / "run" / "services.json").read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.get("environment", {}).items()}


def lease_seconds() -> int:
    """How long a worker has a submission for itself; longer than a task may deliver."""
    return read.int("SUBMISSION_LEASE_SECONDS", default=300)


def database(url: str) -> dict[str, Any]:
    """Django's description of the PostgreSQL database that `url` names, in any form libpq understands.

    PostgreSQL ends the session of who says nothing in a transaction for as long as a lease: a process that was frozen,
    or cut off, must not keep locks for which everybody else waits. Of a machine that is gone it learns within a minute,
    in place of the two hours that are usual: the locks of workers last as long as their sessions.
    """
    try:
        parts = conninfo.conninfo_to_dict(url)
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not a PostgreSQL address: {error}") from error
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    described: dict[str, Any] = {django: str(parts.pop(libpq, "") or "") for libpq, django in known.items()}
    if not described["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://user:password@host:5432/NAME")
    # The just-in-time compiler costs a second or two where our statements take a tenth of one.
    ours = f"-c jit=off -c idle_in_transaction_session_timeout={lease_seconds()}s"
    ours += " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
    return described | {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": dict(parts) | {"options": f"{ours} {parts.get('options', '')}".strip()},
        "CONN_HEALTH_CHECKS": True,
    }


def keys(value: str, *, name: str) -> dict[str, bytes]:
    """`k2:BASE64,k1:BASE64` → key by its name, the current one first; each is 32 bytes."""
    found: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in value.split(","))):
        label, colon, encoded = part.partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True) if colon else b""
        except binascii.Error:
            raw = b""
        if not label or len(raw) != 32:
            raise ImproperlyConfigured(
                f"{name} must be NAME:KEY[,NAME:KEY…], each KEY 32 random bytes in base64"
                " (make one: openssl rand -base64 32)."
            )
        found[label] = raw
    return found


def key(value: str, *, name: str) -> bytes:
    """One key of 32 bytes, written in base64."""
    return next(iter(keys(f"key:{value}", name=name).values()), b"") if value else b""


def generated(data: pathlib.Path) -> dict[str, str]:
    """The secrets of a trial installation: made once, kept in DATA_DIR/secrets.json (mode 0600), the same after."""
    path = data / "secrets.json"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        fresh = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "MASTER_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "BLIND_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        draft = data / f".secrets.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(fresh, file)
        try:
            os.link(draft, path)  # several processes start at once: the first one's secrets stand
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return {str(name): str(value) for name, value in json.loads(path.read_text()).items()}
