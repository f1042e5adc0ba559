"""Brokers for tests: our Valkey always, a real RabbitMQ and Redis where the environment names them."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import tempfile
from collections.abc import Iterator

import kombu
import pytest
from celery import current_app

from backoffice.embedded import valkey


@pytest.fixture(scope="session")
def embedded_broker_url() -> Iterator[str]:
    """The address of a Valkey that ends with the session."""
    with tempfile.TemporaryDirectory(prefix="payouts-mq-") as folder:
        server = valkey.Valkey(pathlib.Path(folder) / "data", log=pathlib.Path(folder) / "valkey.log")
        server.start()
        try:
            yield server.url()
        finally:
            server.stop()


@contextlib.contextmanager
def ringing_at(url: str) -> Iterator[None]:
    """As long as the block runs, doorbells ring at this broker."""
    conf = current_app.conf
    before = {name: conf[name] for name in ("broker_url", *_QUORUM)}
    _configure({"broker_url": url} | (_QUORUM if url.startswith("amqp") else {}))
    try:
        yield
    finally:
        _configure(before)


_QUORUM = {
    "task_default_queue_type": "quorum",
    "task_default_exchange_type": "topic",
}  # as settings/base.py has it


def _configure(values: dict[str, str]) -> None:
    for name, value in values.items():
        setattr(current_app.conf, name, value)
    for cached in ("queues", "default_queue", "default_exchange", "router", "send_task_message"):
        current_app.amqp.__dict__.pop(cached, None)
    current_app._after_fork()  # forget the connections to the broker before


@pytest.fixture(params=["embedded", "amqp", "redis"])
def broker_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A test that takes this runs once for each kind of broker; TEST_AMQP_URL and TEST_REDIS_URL name the real ones."""
    if request.param == "embedded":
        yield str(request.getfixturevalue("embedded_broker_url"))
        return
    name = f"TEST_{request.param.upper()}_URL"
    url = os.environ.get(name, "")
    if not url:
        pytest.skip(f"{name} names no broker; the embedded one is tested")
    with _alone_at(url):
        yield url


@contextlib.contextmanager
def _alone_at(url: str) -> Iterator[None]:
    """One test at a time, of whatever process, uses a broker that is shared; it finds no messages of the one before."""
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    with (pathlib.Path(tempfile.gettempdir()) / f"payouts-test-broker-{name}-{os.geteuid()}.lock").open(
        "w"
    ) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with kombu.Connection(url) as connection, contextlib.suppress(*connection.channel_errors):
            connection.default_channel.queue_purge(
                "payouts"
            )  # not deleted: a pooled producer believes it declared
        yield
