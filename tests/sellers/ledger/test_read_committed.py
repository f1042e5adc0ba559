"""Months close under postings: only a transaction that sees what was closed meanwhile may post."""

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nothing_is_posted_on_a_snapshot_from_before(level):
    with pytest.raises(DatabaseError, match="READ COMMITTED"):
        _post_at(level)


@transaction.atomic
def _post_at(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        cursor.execute("INSERT INTO ledger_transaction (key, kind, description) VALUES ('x', 'x', '')")
