"""A backup of the database within one process: the rows of every table, copied aside and put back.

People and their rights stay as they are, and so do the connections: nobody is in a transaction between two steps.
"""

from typing import Any

import psycopg

_TABLES = """
SELECT c.relname, string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attgenerated = ''
  AND c.relname !~ '^(auth|django)_'
GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = """
SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND sequencename !~ '^(auth|django)_' ORDER BY 1
"""


class Copies:
    """Tables and sequences as they are cleared, copied and put back, each as one string of statements."""

    def __init__(self, admin: psycopg.Connection[Any]) -> None:
        self._admin = admin
        self._tables: dict[str, str] = dict(admin.execute(_TABLES).fetchall())
        self._sequences = [name for (name,) in admin.execute(_SEQUENCES).fetchall()]
        self._numbers: dict[str, tuple[int, bool]] = {}
        self._made = False

    def clear(self) -> None:
        """Every table is empty and ids begin at 1."""
        self._run(
            [f'DELETE FROM "{name}"' for name in self._tables], dict.fromkeys(self._sequences, (1, False))
        )

    def take(self) -> None:
        """What stands now can be put back later. The copy before is gone."""
        if not self._made:
            self._make()
        self._run(
            [
                f'DELETE FROM backup."{name}"; INSERT INTO backup."{name}" SELECT {columns} FROM public."{name}"'
                for name, columns in self._tables.items()
            ],
            {},
        )
        numbers = " UNION ALL ".join(
            f"SELECT '{name}', last_value, is_called FROM public.\"{name}\"" for name in self._sequences
        )
        self._numbers = {name: (last, called) for name, last, called in self._admin.execute(numbers)}

    def put_back(self) -> None:
        """The database is as it was when the copy was taken, the next ids too."""
        statements = [f'DELETE FROM public."{name}"' for name in self._tables]
        statements += [
            f'INSERT INTO public."{name}" ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM backup."{name}"'
            for name, columns in self._tables.items()
        ]
        self._run(statements, self._numbers)

    def _make(self) -> None:
        parts = ["DROP SCHEMA IF EXISTS backup CASCADE", "CREATE SCHEMA backup"]
        parts += [
            f'CREATE UNLOGGED TABLE backup."{name}" AS SELECT {columns} FROM public."{name}" WITH NO DATA'
            for name, columns in self._tables.items()
        ]
        self._admin.execute("; ".join(parts).encode())
        self._made = True

    def _run(self, statements: list[str], numbers: dict[str, tuple[int, bool]]) -> None:
        """With the triggers asleep, in one transaction."""
        set_to = [f"setval('\"{name}\"', {last}, {called})" for name, (last, called) in numbers.items()]
        parts = [
            "SET session_replication_role = replica",
            *statements,
            "SET session_replication_role = DEFAULT",
        ]
        parts += [f"SELECT {', '.join(set_to)}"] if set_to else []
        self._admin.execute("; ".join(parts).encode())
