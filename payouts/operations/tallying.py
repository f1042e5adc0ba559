"""The tallies that triggers append to are kept short."""

from django.db import connection


def fold() -> None:
    """One row stands for each status, currency and country, of all that were there; what is appended meanwhile stays.

    No number changes, and nobody waits: readers see the rows before or after, writers append new ones.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT payouts_fold_tallies()")
