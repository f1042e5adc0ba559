"""What makes one long transaction of many operations quick, where nothing has statistics before the commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def one_go() -> Iterator[None]:
    """Inside the caller's transaction: operations take no savepoints, and the planner takes indexes.

    What breaks in one operation then breaks the whole transaction. `renew_plans` when the tables have grown much.
    """
    with connection.cursor() as cursor:
        # With wild guesses compiling costs more than it saves, and whole tables are read for single rows.
        cursor.execute("SET LOCAL jit = off; SET LOCAL enable_seqscan = off")
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        del connection.features.uses_savepoints


def renew_plans() -> None:
    """The guards' plans are made anew: they were made for smaller tables, and nothing commits that would renew
    them.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
