"""Work that one worker does at a time, for as long as it lives."""

import contextlib
from collections.abc import Iterator

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper


@contextlib.contextmanager
def only_one(number: int, *, space: int) -> Iterator[BaseDatabaseWrapper | None]:
    """A connection beside the program's own that holds this number's lock while it lives; None when another has it.

    A ``space`` of advisory locks is for one kind of work.
    """
    side, lock, held = connection.copy(), [space, number % 2**31], False
    try:
        with side.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
            row = cursor.fetchone()
        held = bool(row and row[0])
        yield side if held else None
    finally:
        try:
            if held:
                # A session that is only closed goes on holding it for a moment, and the next try would find it taken.
                with contextlib.suppress(Error), side.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
        finally:
            side.close()
