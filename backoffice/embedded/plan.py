"""What this start is asked for, read once from the environment."""

import pathlib
from typing import NamedTuple

import environ

from backoffice.embedded.errors import CannotStart
from backoffice.settings import env

_HIGHEST_PORT = 65_535


class Plan(NamedTuple):
    data_dir: pathlib.Path
    host: str
    port: int
    demo: bool
    demo_password: str
    database_url: str  # "" means the embedded PostgreSQL
    owner_url: str
    broker_url: str  # "" means the embedded Valkey
    simbank_url: str  # "" means the simulated bank that we start
    postgres: str  # which binaries: "", "wheel", "celerp", "system", "path" or a folder
    worker_processes: int
    web_processes: int

    @property
    def run_dir(self) -> pathlib.Path:
        return self.data_dir / "run"

    @property
    def log_dir(self) -> pathlib.Path:
        return self.data_dir / "log"

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}/"


def from_environment() -> Plan:
    """Raises `CannotStart` for a number that is none, or a port that cannot be."""
    plan = _read()
    if not 1 <= plan.port <= _HIGHEST_PORT:
        raise CannotStart(f"PORT is {plan.port}: choose 1 to {_HIGHEST_PORT}.")
    return plan


def _number(name: str, default: int) -> int:
    try:
        return int(env.read.int(name, default=default))
    except (ValueError, environ.ImproperlyConfigured) as error:
        raise CannotStart(f"{name} must be a number, as {name}={default}.") from error


def _read() -> Plan:
    return Plan(
        data_dir=env.data_dir(),
        host=env.read.str("HOST", default="127.0.0.1"),
        port=_number("PORT", 8000),
        demo=env.read.bool("DEMO", default=True),
        demo_password=env.read.str("DEMO_PASSWORD", default="demo"),
        database_url=env.read.str("DATABASE_URL", default=""),
        owner_url=env.read.str("DATABASE_OWNER_URL", default=""),
        broker_url=env.read.str("CELERY_BROKER_URL", default=""),
        simbank_url=env.read.str("SIMBANK_URL", default=""),
        postgres=env.read.str("EMBEDDED_POSTGRES", default=""),
        worker_processes=_number("WORKER_PROCESSES", 2),
        web_processes=_number("WEB_PROCESSES", 2),
    )
