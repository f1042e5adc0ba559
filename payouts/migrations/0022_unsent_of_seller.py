"""What a hold of a whole seller stops comes from an index; nothing waits while it is built, and it can be begun again."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0021_batch_items_index")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS payout_unsent_of_seller", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            "payout",
            models.Index(
                fields=["seller"],
                condition=Q(status__in=["PENDING_REVIEW", "REVIEWED", "APPROVED", "BATCHED"]),
                name="payout_unsent_of_seller",
            ),
        ),
    ]
