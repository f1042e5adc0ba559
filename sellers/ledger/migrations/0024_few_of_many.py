"""Entries of a quiet book and transactions of a rare kind come from indexes of their own; nothing waits meanwhile."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0023_statements_by_two")]

    operations = [
        AddIndexConcurrently(
            "transaction",
            models.Index(
                fields=["kind", "booked_on", "id"],
                condition=models.Q(
                    ("kind__in", ("sale", "commission", "refund", "reserve", "submitted")), _negated=True
                ),
                name="transaction_rare_kind",
            ),
        ),
        AddIndexConcurrently(
            "entry",
            models.Index(
                fields=["book", "currency", "transaction"],
                condition=models.Q(
                    ("book__in", ["bank_charges", "adjustments", "write_offs", "suspense"])
                ),
                name="entry_quiet_book",
            ),
        ),
    ]
