"""Whatever went wrong but the expected no: nobody may ever be shown it."""

from django.db import connection

DEADLOCK = "deadlock"


def told(error: Exception) -> str:
    """The error in one line; one that begins with `DEADLOCK` where PostgreSQL broke a circle of locks."""
    cause = error.__cause__ or error
    name = DEADLOCK if getattr(cause, "sqlstate", "") == "40P01" else type(error).__name__
    return f"{name}: {str(error).splitlines()[0] if str(error) else ''}"


def deadlocks() -> int:
    """How many PostgreSQL counted in this database, also those that somebody swallowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        (count,) = cursor.fetchone()
        return count
