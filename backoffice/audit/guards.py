"""Migration operations that put guards on tables: plain triggers, which no session setting switches off.

Migrations of every app use them. They are frozen: a change here would change what old migrations did, so
write a new function instead.
"""

from django.db.migrations.operations import RunSQL


def _trigger(table: str, name: str, when: str, what: str) -> RunSQL:
    return RunSQL(
        f"CREATE TRIGGER {name} {when} ON {table} {what}",
        f"DROP TRIGGER {name} ON {table}",
    )


def append_only(table: str) -> list[RunSQL]:
    """UPDATE, DELETE and TRUNCATE of ``table`` are refused, whoever asks."""
    return [
        _trigger(
            table,
            "guard_append_only",
            "BEFORE UPDATE OR DELETE",
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        ),
        *no_truncate(table),
    ]


def no_truncate(table: str) -> list[RunSQL]:
    """TRUNCATE of ``table`` is refused: row triggers do not see it."""
    return [
        _trigger(
            table, "guard_truncate", "BEFORE TRUNCATE", "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    ]


def no_delete(table: str) -> list[RunSQL]:
    """DELETE and TRUNCATE of ``table`` are refused."""
    return [
        _trigger(table, "guard_delete", "BEFORE DELETE", "FOR EACH ROW EXECUTE FUNCTION refuse_change()"),
        *no_truncate(table),
    ]


def only_columns_change(table: str, *columns: str) -> list[RunSQL]:
    """An UPDATE of ``table`` may touch these columns only; DELETE and TRUNCATE are refused."""
    names = ", ".join(f"'{column}'" for column in columns)
    return [
        _trigger(
            table,
            "guard_columns",
            "BEFORE UPDATE",
            f"FOR EACH ROW EXECUTE FUNCTION refuse_other_columns({names})",
        ),
        *no_delete(table),
    ]


def function(name_and_arguments: str, body: str) -> RunSQL:
    """A PL/pgSQL trigger function, and its removal.

    No temporary table of a session can stand in for a real one; and no just-in-time compiler, which took 2 of the
    2.1 seconds of a check of 5,000 payouts.
    """
    return RunSQL(
        f"CREATE FUNCTION {name_and_arguments} RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = public, pg_temp SET jit = off AS $guard$\n{body}\n$guard$",
        f"DROP FUNCTION {name_and_arguments}",
    )
