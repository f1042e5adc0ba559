"""The tests' own database keeps the promises that every other test leans on."""

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connection, utils

from backoffice.audit import models as audit_models
from tests import postgres


@pytest.mark.django_db
def test_tests_run_as_the_role_that_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (postgres.APP, 0)


@pytest.mark.django_db
def test_the_program_may_not_truncate_or_change_tables(raw_sql):
    for statement in (
        "TRUNCATE auth_group CASCADE",
        "ALTER TABLE auth_group ADD x int",
        "DROP TABLE auth_group",
    ):
        with pytest.raises(utils.ProgrammingError, match=r"permission denied|must be owner"):
            raw_sql(statement)


@pytest.mark.django_db
def test_the_program_may_not_change_an_append_only_table_even_without_its_trigger(raw_sql):
    table = audit_models.Event._meta.db_table
    for statement in (f"UPDATE {table} SET action = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(utils.ProgrammingError, match=r"permission denied"):
            raw_sql(statement)


@pytest.mark.django_db(transaction=True)
def test_what_a_committing_test_leaves(owner_connection):
    Group.objects.create(name="left behind")
    row = owner_connection.execute("SELECT count(*) FROM auth_group WHERE name = 'left behind'").fetchone()
    assert row == (1,)


@pytest.mark.django_db(transaction=True)
def test_what_a_committing_test_left_is_gone_for_the_next():
    assert not Group.objects.filter(name="left behind").exists()


@pytest.mark.django_db
def test_the_owner_is_refused_by_the_guards_too(database):
    """Privileges stop the program's role, triggers stop everybody's plain statement."""
    with psycopg.connect(database.owner) as owner, pytest.raises(psycopg.Error):
        owner.execute(f"TRUNCATE {audit_models.Event._meta.db_table}")
