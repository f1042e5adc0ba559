"""Commands outside pytest (`make bench`, `make simulate`, `make races`): their server, their clone, Django on it."""

import contextlib
import os
from collections.abc import Iterator

import django

from tests import postgres


@contextlib.contextmanager
def server() -> Iterator[None]:
    """PostgreSQL with the tests' template, for as long as the block runs."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "backoffice.settings.test"
    running = postgres.Server()
    running.start()
    try:
        yield
    finally:
        running.stop()


@contextlib.contextmanager
def database(name: str) -> Iterator[postgres.Database]:
    """A clone of the template, and Django on it as the role that owns nothing."""
    with postgres.clone(name) as made:
        from django.conf import settings
        from django.db import connections

        from backoffice.settings import env

        settings.DATABASES["default"].update(env.database(made.app))
        django.setup()
        connections["default"].close()
        connections["default"].settings_dict.update(env.database(made.app))
        try:
            yield made
        finally:
            connections.close_all()
