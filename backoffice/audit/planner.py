"""What PostgreSQL's planner has to be told, where its statistics cannot know it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper


@contextmanager
def no_loops(cursor: CursorWrapper) -> Iterator[None]:
    """Statements inside compare sets by hashing or sorting, never by a loop over each row for each. In a transaction.

    For sets that came in a moment ago: they are not in the statistics yet, the planner takes them for a few rows, and
    such a loop over many would not end. Only the owner of a table may have it analysed before PostgreSQL 17, and the
    program owns none.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop = on")
