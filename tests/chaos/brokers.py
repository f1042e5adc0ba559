"""The run's broker: our Valkey, or a vhost or database of its own on the RabbitMQ or Redis that the environment names.

Workers reach it over a line that can be cut. Only our own Valkey is ever killed.
"""

import contextlib
import fcntl
import os
import pathlib
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import kombu
import redis

from backoffice.embedded import valkey
from backoffice.embedded.errors import CannotStart
from tests.chaos import proxy

KINDS = ("embedded", "amqp", "redis")
QUEUE = "payouts"


class Broker(Protocol):
    """`url` leads over `line`."""

    url: str
    line: proxy.Line

    def empty(self) -> None:
        """Every message that waits is lost."""


class Embedded:
    """Our own server, which may be killed."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.server = valkey.Valkey(folder, log=folder.with_suffix(".log"))
        self.server.start()
        self.line = proxy.Line(proxy.to_socket(str(self.server.socket)))
        self.url = f"redis://127.0.0.1:{self.line.port}/0"

    def empty(self) -> None:
        with redis.Redis(unix_socket_path=str(self.server.socket)) as client:
            client.flushall()

    def kill(self) -> None:
        assert self.server.process
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()

    def is_down(self) -> bool:
        return self.server.process is None or self.server.process.poll() is not None

    def restart(self) -> None:
        if self.is_down():
            self.server.start()


class Redis:
    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self.line = proxy.Line(proxy.to_port(parts.hostname or "127.0.0.1", parts.port or 6379))
        self.url = _over(url, self.line)

    def empty(self) -> None:
        with redis.Redis.from_url(self._url) as client:
            client.flushdb()


class RabbitMQ:
    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self.line = proxy.Line(proxy.to_port(parts.hostname or "127.0.0.1", parts.port or 5672))
        self.url = _over(url, self.line)

    def empty(self) -> None:
        with kombu.Connection(self._url) as connection, contextlib.suppress(*connection.channel_errors):
            connection.default_channel.queue_purge(QUEUE)


@contextlib.contextmanager
def started(kind: str, *, folder: pathlib.Path) -> Iterator[Broker]:
    """The broker of that kind, empty, for as long as the block runs. Raises CannotStart where there is none."""
    if kind == "embedded":
        embedded = Embedded(folder / "valkey")
        try:
            yield embedded
        finally:
            embedded.line.cut()
            embedded.server.stop()
    elif kind == "redis":
        with _database_of_its_own() as url:
            yield from _until_cut(Redis(url))
    else:
        with _vhost_of_its_own() as url:
            yield from _until_cut(RabbitMQ(url))


def _until_cut(broker: Redis | RabbitMQ) -> Iterator[Broker]:
    try:
        yield broker
    finally:
        broker.line.cut()


@contextlib.contextmanager
def _database_of_its_own() -> Iterator[str]:
    """The highest Redis database that is empty and that no other run has taken; empty again afterwards."""
    parts = urlsplit(os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379")
    for number in range(15, 0, -1):
        url = urlunsplit(parts._replace(path=f"/{number}"))
        name = f"payouts-chaos-redis-{parts.port or 6379}-{number}-{os.geteuid()}.lock"
        with (pathlib.Path(tempfile.gettempdir()) / name).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            try:
                with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
                    if client.dbsize():
                        continue
                    try:
                        yield url
                    finally:
                        client.flushdb()
                    return
            except redis.ConnectionError as error:
                raise CannotStart(f"No Redis answers at {parts.hostname}:{parts.port}: {error}") from error
    raise CannotStart("Every database of that Redis is in use; name another one with TEST_REDIS_URL.")


@contextlib.contextmanager
def _vhost_of_its_own() -> Iterator[str]:
    parts = urlsplit(os.environ.get("TEST_AMQP_URL") or "amqp://guest:guest@127.0.0.1:5672")
    vhost = f"payouts_chaos_{os.getpid()}"
    _rabbitmqctl("add_vhost", vhost)
    try:
        _rabbitmqctl("set_permissions", "-p", vhost, parts.username or "guest", ".*", ".*", ".*")
        yield urlunsplit(parts._replace(path=f"/{vhost}"))
    finally:
        _rabbitmqctl("delete_vhost", vhost)


def _rabbitmqctl(*arguments: str) -> None:
    try:
        done = subprocess.run(
            ["rabbitmqctl", "-q", *arguments], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotStart(f"rabbitmqctl does not answer: {error}") from error
    if done.returncode != 0:
        raise CannotStart(f"rabbitmqctl {arguments[0]} failed: {(done.stderr or done.stdout).strip()}")


def _over(url: str, line: proxy.Line) -> str:
    """The same address, reached over the line."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}{'@' if login else ''}127.0.0.1:{line.port}"))
