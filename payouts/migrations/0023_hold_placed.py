"""The holds of twelve weeks come from an index; nothing waits while it is built, and it can be begun again."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0022_unsent_of_seller")]

    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS hold_placed", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "hold", models.Index(fields=["placed_at"], include=["payout"], name="hold_placed")
        ),
    ]
