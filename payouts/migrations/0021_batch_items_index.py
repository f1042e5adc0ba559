"""A page of a batch's payouts comes from an index, however old the batch; nothing waits while it is built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0020_statement_documents")]

    operations = [
        AddIndexConcurrently(
            "batchitem", models.Index(fields=["batch", "id"], name="batch_item_of_batch")
        ),
    ]
