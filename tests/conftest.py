"""What every test may use: the database (tests/postgres.py), raw connections, brokers and a browser."""

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import testcases
from django.utils import translation

from backoffice.embedded.errors import CannotStart
from tests import postgres

# No test fails for being slow: the machine may be busy with other work.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

pytest_plugins = ["tests.brokers", "tests.browsers"]
_SERVER = pytest.StashKey[postgres.Server]()
_current: list[postgres.Database] = []


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the server before xdist starts its workers, which find it in the environment."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    server = postgres.Server()
    config.stash[_SERVER] = server
    try:
        server.start()
    except CannotStart as error:
        server.stop()
        pytest.exit(f"The tests have no database. {error}", returncode=3)


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_SERVER, None)
    if server:
        server.stop()


@pytest.fixture(autouse=True)
def _nobodys_language() -> None:
    """A test begins in the language of the settings: a request of the one before leaves its reader's."""
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(worker_id: str, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's own: the default connection is this worker's clone, as the role that owns nothing."""
    with postgres.clone(worker_id) as database:
        _current.append(database)
        described = _describe(database.app)
        settings.DATABASES["default"].update(described)
        # Not while the tests run: one that names no database must fail wherever it stands in the order.
        with django_db_blocker.unblock():
            connections["default"].close()
            connections["default"].settings_dict.update(described)
        yield
        with django_db_blocker.unblock():
            connections.close_all()
        _current.clear()


def _describe(url: str) -> dict[str, Any]:
    from backoffice.settings import env

    return env.database(url)


def _renew_clone(self: testcases.TransactionTestCase) -> None:
    """Instead of Django's flush, which truncates: what a committing test leaves goes with its whole database."""
    connections.close_all()
    postgres.renew(_current[0])


testcases.TransactionTestCase._fixture_teardown = _renew_clone  # type: ignore[attr-defined]


@pytest.fixture
def database(db: None) -> postgres.Database:
    """This worker's database and the addresses of its roles."""
    return _current[0]


@pytest.fixture
def app_connection(transactional_db: None) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A raw connection as the program's role, beside Django's: it sees only what is committed."""
    with psycopg.connect(_current[0].app) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A raw connection as the owner of the tables, for what only a migration or a thief of its password could try."""
    with psycopg.connect(_current[0].owner) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def raw_sql(db: None) -> Callable[..., list[tuple[Any, ...]]]:
    """`raw_sql("UPDATE …", [values])` as the program's role, in the test's transaction; a refusal undoes only itself.

    Deferred constraints are checked at once, as a commit would.
    """
    from django.db import connection, transaction

    def run(statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            rows = cursor.fetchall() if cursor.description else []
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return rows

    return run
