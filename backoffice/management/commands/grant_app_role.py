"""`manage.py grant_app_role`: what the program's role may do, read off the models. The owner runs it after migrate."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from psycopg import sql

FUNCTIONS = ("ledger_analyse_staged", "payouts_fold_tallies")
"""What the program may have its tables' owner do, each a migration's own function."""


class Command(BaseCommand):
    help = "Grants the program's role its rights: rows of every table, no change of append-only ones, no TRUNCATE."

    def handle(self, *args: Any, **options: Any) -> None:
        role = settings.APP_ROLE
        with transaction.atomic(), connection.cursor() as cursor:
            _refuse_wrong_role(cursor, role=role)
            name = sql.Identifier(role)
            _run(cursor, "GRANT USAGE ON SCHEMA public TO {}", name)
            _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", name)
            _run(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", name)
            _run(cursor, "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {}", name)
            _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", name)
            for function in FUNCTIONS:
                cursor.execute("SELECT to_regprocedure(%s)", [f"{function}()"])
                if (
                    cursor.fetchone()[0] is not None
                ):  # before it is migrated the tables below are not there either
                    _run(cursor, "GRANT EXECUTE ON FUNCTION {}() TO {}", sql.Identifier(function), name)
            _run(cursor, "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}", name)
            there = set(connection.introspection.table_names(cursor))
            models = [model for model in apps.get_models() if model._meta.managed]
            for model in models:
                if model._meta.db_table not in there:
                    self.stderr.write(
                        f"{model._meta.db_table} is not there yet: run migrate, then this again."
                    )
            models = [model for model in models if model._meta.db_table in there]
            narrowed = [model for model in models if _narrow(cursor, model=model, role=role)]
        if options["verbosity"] > 0:
            self.stdout.write(f"{role} may use every table; {len(narrowed)} of them only in part.")


def _narrow(cursor: CursorWrapper, *, model: type[Model], role: str) -> bool:
    """Take back what this model's class forbids.

    `append_only`: any change. `app_may_update`: all but these columns, also of what is append-only.
    `written_by_triggers`: everything but reading.
    """
    append_only = bool(getattr(model, "append_only", False))
    by_triggers = bool(getattr(model, "written_by_triggers", False))
    columns = getattr(model, "app_may_update", None)
    if not append_only and not by_triggers and columns is None:
        return False
    table, grantee = sql.Identifier(model._meta.db_table), sql.Identifier(role)
    if by_triggers:
        _run(cursor, "REVOKE INSERT, DELETE ON {} FROM {}", table, grantee)
    _run(cursor, "REVOKE UPDATE ON {} FROM {}", table, grantee)
    if append_only:
        _run(cursor, "REVOKE DELETE ON {} FROM {}", table, grantee)
    if columns:
        by_name = {
            name: str(field.column)
            for field in model._meta.concrete_fields
            for name in (field.name, field.attname)
        }
        fields = [sql.Identifier(by_name[name]) for name in columns]
        _run(cursor, "GRANT UPDATE ({}) ON {} TO {}", sql.SQL(", ").join(fields), table, grantee)
    return True


def _run(cursor: CursorWrapper, statement: str, *names: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*names))


def _refuse_wrong_role(cursor: CursorWrapper, *, role: str) -> None:
    """The program's role must exist, not be ours, be no superuser, own nothing and not be able to become the owner."""
    cursor.execute("SELECT current_user")
    (ours,) = cursor.fetchone()
    if ours == role:
        raise CommandError(
            f"This runs as {role} itself, which then owns the tables and passes their guards. Set DATABASE_OWNER_URL to"
            f" the address of the owning role ({settings.OWNER_ROLE}) and run it again."
        )
    cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
    found = cursor.fetchone()
    if found is None:
        raise CommandError(
            f"The role {role} does not exist. As an administrator: CREATE ROLE {role} LOGIN PASSWORD '…';"
        )
    if any(found):
        raise CommandError(
            f"The role {role} is a superuser or bypasses row security: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;"
        )
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND pg_has_role(%s, relowner, 'MEMBER') ORDER BY relname LIMIT 1",
        [role],
    )
    owned = cursor.fetchone()
    if owned:
        raise CommandError(
            f"The role {role} owns {owned[0]} or can become its owner, and so passes the guards. Give the tables to"
            f" {settings.OWNER_ROLE} (REASSIGN OWNED) and take the membership away (REVOKE … FROM {role})."
        )
