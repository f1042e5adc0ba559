"""Operations of migrations that take an index away: nothing waits for them, and they can be begun again.

Not inside a transaction: `atomic = False`. The version that runs before and beside them never asks for an index.
"""

from typing import Any

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def covered(model: str, field: str, column: "models.Field[Any, Any]", *, table: str, index: str) -> Operation:
    """The index of the foreign key ``field`` goes, whose column another index begins with; ``column`` is it after."""
    name = f"{field}_id"
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AlterField(model, field, column)],
        database_operations=[_dropped(index, f"{table} ({name})")],
    )


def unlike(
    model: str,
    field: str,
    column: "models.Field[Any, Any]",
    *,
    table: str,
    index: str,
    operators: str,
) -> Operation:
    """The index of a unique text ``field`` for LIKE goes, which nothing asks; ``column`` is it after.

    It stays unique by the very constraint that it has, which the model names from now on.
    """
    unique = models.UniqueConstraint(fields=[field], name=f"{table}_{field}_key")
    return migrations.SeparateDatabaseAndState(
        state_operations=[
            migrations.AlterField(model, field, column),
            migrations.AddConstraint(model, unique),
        ],
        database_operations=[_dropped(index, f"{table} ({field} {operators})")],
    )


def _dropped(index: str, on: str) -> Operation:
    return migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {on}",
    )
