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
    for table, column in columns():
        found.update(_heads(table, column))
    return dict(sorted(found.items()))


def columns() -> list[tuple[str, str]]:
    """Every table and column in which `vault.encrypt_blob` leaves files: by their name, or as their model says."""
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField)
        and (
            str(field.column).endswith("_ciphertext") or field.name in getattr(model, "holds_ciphertext", ())
        )
    ]


def _heads(table: str, column: str) -> dict[str, int]:
    """Files by the master key that their head names: four bytes, one with the length of the name, the name."""
    statement = sql.SQL(
        "SELECT substring({column} FROM 1 FOR 5 + get_byte({column}, 4)), count(*) FROM {table}"
        " WHERE length({column}) > 5 AND substring({column} FROM 1 FOR 4) = %s GROUP BY 1"
    ).format(column=sql.Identifier(column), table=sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [vault.BLOB])
        return {vault.blob_master_key_id(head): count for head, count in cursor.fetchall()}
