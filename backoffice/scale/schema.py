"""What is taken off tables while millions of rows come in, and put back, checked, before the commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper
from psycopg import sql

_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND (conrelid::regclass::text = ANY(%(tables)s) OR confrelid::regclass::text = ANY(%(tables)s))
ORDER BY 1, 2
"""

# Unique and excluding: those of the primary keys stay.
_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('u', 'x') AND conrelid::regclass::text = ANY(%(tables)s) ORDER BY 1, 2
"""

_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i
WHERE i.indrelid::regclass::text = ANY(%(tables)s) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
ORDER BY 1
"""


@contextmanager
def bare(cursor: CursorWrapper, *, tables: list[str], keep_triggers: list[tuple[str, str]]) -> Iterator[None]:
    """Inside, the tables have no foreign keys, no indexes but their primary keys and no triggers but the kept ones
    (table, name); afterwards all of them again, by the definitions PostgreSQL gave, every row checked.
    """
    arguments = {"tables": tables}
    cursor.execute(_FOREIGN_KEYS, arguments)
    keys = cursor.fetchall()
    cursor.execute(_CONSTRAINTS, arguments)
    constraints = cursor.fetchall()
    cursor.execute(_INDEXES, arguments)
    indexes = cursor.fetchall()
    for table in tables:
        _run(cursor, "ALTER TABLE {} DISABLE TRIGGER USER", sql.Identifier(table))
    for table, trigger in keep_triggers:
        _run(cursor, "ALTER TABLE {} ENABLE TRIGGER {}", sql.Identifier(table), sql.Identifier(trigger))
    for table, name, _ in [*keys, *constraints]:
        _run(cursor, "ALTER TABLE {} DROP CONSTRAINT {}", sql.Identifier(table), sql.Identifier(name))
    for name, _ in indexes:
        _run(cursor, "DROP INDEX {}", sql.Identifier(name))
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in [*constraints, *keys]:
        _run(
            cursor,
            f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {definition}",
            sql.Identifier(table),
            sql.Identifier(name),
        )
    for table in tables:
        _run(cursor, "ALTER TABLE {} ENABLE TRIGGER USER", sql.Identifier(table))


def renumber(cursor: CursorWrapper, *, tables: list[str]) -> None:
    """The next row of each table gets a number that none has."""
    for table in tables:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT coalesce(max(id), 1) FROM {table}))",  # noqa: S608
            [table],
        )


def _run(cursor: CursorWrapper, statement: str, *names: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*names))
