"""Lines without a match come from an index in the order of their days, and are counted by one; nothing waits while they are built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0031_statements_by_two")]

    operations = [
        AddIndexConcurrently(
            "statementline",
            models.Index(
                fields=["booking_date", "id"],
                condition=models.Q(matched_at__isnull=True),
                name="statement_line_open_by_day",
            ),
        ),
        AddIndexConcurrently(
            "statementline",
            models.Index(
                fields=["statement"],
                condition=models.Q(matched_at__isnull=True),
                name="statement_line_open_of",
            ),
        ),
    ]
