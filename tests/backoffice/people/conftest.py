"""Two administrators who may log in."""

from typing import NamedTuple

import pytest

from backoffice.audit.actors import Actor, person
from tests import make


class Two(NamedTuple):
    one: Actor
    other: Actor


@pytest.fixture
def two(db) -> Two:
    return Two(
        person(make.user("admin", is_staff=True, first_name="Samir", last_name="Haddad")),
        person(make.user("admin", is_staff=True, first_name="Hanna", last_name="Lind")),
    )
