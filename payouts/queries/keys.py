"""Which master keys are still needed: by sellers' data keys, which can be rewrapped, and by files, which cannot."""

from collections import Counter

from django.apps import apps
from django.db import connection, models
from django.db.models import Count
from psycopg import sql

from sellers import vault
from sellers.models import DataKey


def data_keys() -> dict[str, int]:
    """How many sellers' data keys are wrapped under each master key."""
    return dict(DataKey.objects.order_by("master_key_id").values_list("master_key_id").annotate(Count("pk")))


def files() -> dict[str, int]:
    """How many encrypted files of all tables name each master key in their head. Reads every row."""
    found: Counter[str] = Counter()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            column = str(field.column)
            if isinstance(field, models.BinaryField) and column.endswith("_ciphertext"):
                found.update(_heads(model._meta.db_table, column))
    return dict(sorted(found.items()))


def _heads(table: str, column: str) -> dict[str, int]:
    """Files by the master key that their head names: four bytes, one with the length of the name, the name."""
    statement = sql.SQL(
        "SELECT substring({column} FROM 1 FOR 5 + get_byte({column}, 4)), count(*) FROM {table}"
        " WHERE length({column}) > 5 GROUP BY 1"
    ).format(column=sql.Identifier(column), table=sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {vault.blob_master_key_id(head): count for head, count in cursor.fetchall()}
