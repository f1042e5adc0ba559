"""Indexes for lists sorted by the time of their status and by amount, and for the list of open holds; nothing waits for them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0011_tallies")]

    operations = [
        AddIndexConcurrently(
            "payout", models.Index(fields=["status", "status_at", "id"], name="payout_status_at")
        ),
        AddIndexConcurrently(
            "payout",
            models.Index(fields=["status", "currency", "amount_minor", "id"], name="payout_status_amount"),
        ),
        AddIndexConcurrently(
            "hold",
            models.Index(condition=models.Q(released_at__isnull=True), fields=["id"], name="hold_open"),
        ),
    ]
