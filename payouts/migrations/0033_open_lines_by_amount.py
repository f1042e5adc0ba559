"""Lines without a match come from an index in the order of their money, where one that undoes another is found, too."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0032_open_lines_by_day")]

    operations = [
        AddIndexConcurrently(
            "statementline",
            models.Index(
                fields=["amount_minor", "id"],
                condition=models.Q(matched_at__isnull=True),
                name="statement_line_open_amount",
            ),
        ),
    ]
