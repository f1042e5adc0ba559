"""One database served by gunicorn as production is, and a client of it."""

import base64
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests import postgres

WORKERS = 1


@dataclass
class Answer:
    """What one request came to."""

    seconds: float
    status: int
    queries: int
    slowest_ms: float
    slowest_sql: str
    cpu_ms: float
    database_cpu_ms: float
    body: bytes


@dataclass
class Served:
    """A running server and who is signed in to it."""

    port: int
    signed_in: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, *, person: str) -> Answer:
        """The page as this person gets it; `token` asks the API."""
        headers = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}
        if person == "token":
            headers["Authorization"] = f"Token {self.signed_in['token']}"
        else:
            headers["Cookie"] = f"__Host-session={self.signed_in[person]}"
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        return Answer(
            seconds=time.perf_counter() - begun,
            status=response.status,
            queries=int(response.headers.get("X-Queries", 0)),
            slowest_ms=float(response.headers.get("X-Slowest", 0)),
            slowest_sql=response.headers.get("X-Slowest-Sql", ""),
            cpu_ms=float(response.headers.get("X-Cpu", 0)),
            database_cpu_ms=float(response.headers.get("X-Database-Cpu", 0)),
            body=body,
        )


@contextmanager
def serve(*, app_url: str, static: str, settings: str = "production") -> Iterator[Served]:
    """The database behind this address, served until the block ends with these settings of this folder."""
    environment = _environment(app_url, static) | {"DJANGO_SETTINGS_MODULE": f"tests.bench.pages.{settings}"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _run(["manage.py", "collectstatic", "--no-input", "-v0"], environment)
    signed_in = json.loads(_run(["-m", "tests.bench.pages.sign_in"], environment))
    command = [sys.executable, "-m", "gunicorn", "backoffice.wsgi:application", "--workers", str(WORKERS)]
    command += ["--bind", f"127.0.0.1:{port}", "--timeout", "300", "--log-level", "error"]
    server = subprocess.Popen(command, cwd=postgres.ROOT, env=environment)
    try:
        _wait(port, server)
        yield Served(port, signed_in)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _environment(app_url: str, static: str) -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return os.environ | {
        "DATABASE_URL": app_url,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "MASTER_KEYS": f"k1:{key()}",
        "BLIND_INDEX_KEY": key(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "CELERY_BROKER_URL": "memory://",
        "STATIC_ROOT": static,
        "DATA_DIR": static,
        "API_RATE": "1000000/min",
    }


def _run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=postgres.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("gunicorn did not start.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("gunicorn did not answer within a minute.")
