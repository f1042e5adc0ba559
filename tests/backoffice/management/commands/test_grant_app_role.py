"""What the program's role may do, read back from PostgreSQL's own catalogue."""

import os

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from tests import postgres


def privileges(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER']) AS p"
            " WHERE has_table_privilege(current_user, %s, p)",
            [table],
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_every_append_only_model_takes_rows_and_gives_none_back():
    models = [model for model in apps.get_models() if getattr(model, "append_only", False)]
    assert len(models) > 10
    assert {
        model._meta.label for model in models if privileges(model._meta.db_table) != {"SELECT", "INSERT"}
    } == set()


@pytest.mark.django_db
def test_where_a_model_names_columns_only_these_may_change():
    narrowed = [model for model in apps.get_models() if getattr(model, "app_may_update", None) is not None]
    assert narrowed
    for model in narrowed:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND has_column_privilege(current_user, attrelid, attnum, 'UPDATE')",
                [model._meta.db_table],
            )
            may = {row[0] for row in cursor.fetchall()}
        assert may == {model._meta.get_field(name).column for name in model.app_may_update}, model


@pytest.mark.django_db
def test_no_table_may_be_truncated_and_the_list_of_migrations_only_read():
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    assert {table for table in tables if privileges(table) & {"TRUNCATE", "REFERENCES", "TRIGGER"}} == set()
    assert privileges("django_migrations") == {"SELECT"}


@pytest.mark.django_db
def test_the_programs_role_cannot_grant_itself_anything():
    with pytest.raises(CommandError, match="Set DATABASE_OWNER_URL"):
        call_command("grant_app_role")


@pytest.fixture
def as_owner(transactional_db, database):
    """Django's connection as the owner of the tables, until the test ends."""
    before = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = postgres.OWNER
    yield
    connection.close()
    connection.settings_dict["USER"] = before


def test_granting_twice_changes_nothing(as_owner, capsys):
    call_command("grant_app_role")
    assert "may use every table" in capsys.readouterr().out


def test_a_role_that_does_not_exist_is_named(as_owner, settings):
    settings.APP_ROLE = "nobody_here"
    with pytest.raises(CommandError, match="nobody_here does not exist"):
        call_command("grant_app_role")


def test_a_role_that_owns_a_table_is_refused(as_owner, database):
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute(f"ALTER TABLE auth_group OWNER TO {postgres.APP}")
    with pytest.raises(CommandError, match="owns auth_group or can become its owner"):
        call_command("grant_app_role")


def test_a_role_that_can_become_the_owner_is_refused(as_owner, database, settings):
    """A role of this test alone: what a role is a member of is the same in every other worker's database."""
    settings.APP_ROLE = f"payouts_test_heir_{os.getpid()}"
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {settings.APP_ROLE}")
        try:
            admin.execute(f"GRANT {postgres.OWNER} TO {settings.APP_ROLE}")
            with pytest.raises(CommandError, match="can become its owner"):
                call_command("grant_app_role")
        finally:
            admin.execute(f"DROP ROLE {settings.APP_ROLE}")
