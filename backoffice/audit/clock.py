"""The one clock: PostgreSQL's. Workers' clocks drift, a lease must not."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The database's wall clock, aware, UTC. Not the transaction's start: a long wait for a lock counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    return row[0]
