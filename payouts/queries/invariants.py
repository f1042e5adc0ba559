"""What must always be true of money and state, each asked of the database in one statement of its own.

An answer is the ids of what offends, at most 20; nothing offends where all is well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from payouts.queries import invariants_money, invariants_state

LIMIT = 20
HARMLESS = frozenset({"unknown_has_an_alert"})
"""Broken, these are looked at, but money may go on: they stop no rail."""


@dataclass(frozen=True)
class Invariant:
    """One thing that must hold. ``sql`` answers one column, what offends, as people can look it up.

    ``sentence`` is as it is written down; a page says it in the reader's language.
    """

    name: str
    sentence: str
    sql: str


ALL: tuple[Invariant, ...] = tuple(
    Invariant(name, sentence, sql) for name, sentence, sql in (*invariants_money.ALL, *invariants_state.ALL)
)


def by_name(name: str) -> Invariant:
    return next(invariant for invariant in ALL if invariant.name == name)


def run(*, now: datetime) -> Iterator[tuple[Invariant, list[str]]]:
    """Each invariant with what breaks it, as references or ids."""
    arguments = {"now": now, "alert_minutes": settings.UNKNOWN_ALERT_MINUTES}
    for invariant in ALL:
        with connection.cursor() as cursor:
            # Materialized: with the limit in sight the planner bets on finding rows soon, and loses hours where there
            # are none.
            asked = f"WITH offending AS MATERIALIZED ({invariant.sql}) SELECT * FROM offending LIMIT {LIMIT}"  # noqa: S608
            cursor.execute(asked, arguments)
            yield invariant, [str(row[0]) for row in cursor.fetchall()]
