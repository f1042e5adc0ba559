"""What a hold of a whole seller stops, and the holds of twelve weeks, come from indexes; nothing waits while they are built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0021_batch_items_index")]

    operations = [
        AddIndexConcurrently(
            "payout",
            models.Index(
                fields=["seller"],
                condition=Q(status__in=["PENDING_REVIEW", "REVIEWED", "APPROVED", "BATCHED"]),
                name="payout_unsent_of_seller",
            ),
        ),
        AddIndexConcurrently(
            "hold", models.Index(fields=["placed_at"], include=["payout"], name="hold_placed")
        ),
    ]
