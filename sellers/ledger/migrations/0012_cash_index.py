"""What the books say of each of our bank accounts is summed from an index of its legs alone; nothing waits for it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0011_journal_progress")]

    operations = [
        AddIndexConcurrently(
            "entry",
            models.Index(
                condition=models.Q(book="cash"),
                fields=["funding_code"],
                include=["amount_minor"],
                name="entry_cash",
            ),
        ),
    ]
