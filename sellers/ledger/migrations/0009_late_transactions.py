"""What came late into a month is found without reading the month; nothing waits for the index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0008_kept_file")]

    operations = [
        AddIndexConcurrently(
            "transaction",
            models.Index(
                condition=models.Q(fact_on__isnull=False),
                fields=["booked_on", "fact_on"],
                name="transaction_late",
            ),
        ),
    ]
