"""One world for a whole file of tests: committed, and gone with its database afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings

from tests import conftest, postgres
from tests.access import world


@pytest.fixture(scope="module")
def standing(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[world.World]:
    """The world. Tests that change it use `undone`."""
    with django_db_blocker.unblock():
        try:
            with override_settings(), world.world(tmp_path_factory.mktemp("world"), settings) as made:
                yield made
        finally:
            connections.close_all()
            postgres.renew(conftest._current[0])


@pytest.fixture
def undone(standing: world.World) -> Iterator[None]:
    """What happens in the test has not happened afterwards."""
    with world.undone():
        yield
