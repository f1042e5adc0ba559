"""The bank's own references, to search by. The two indexes stand on large tables: nobody waits while they are built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0014_saved_views")]

    operations = [
        AddIndexConcurrently(
            model_name="statementline",
            index=models.Index(
                condition=models.Q(("bank_reference", ""), _negated=True),
                fields=["bank_reference"],
                name="statement_line_bank_ref",
            ),
        ),
        AddIndexConcurrently(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("bank_reference", ""), _negated=True),
                fields=["bank_reference"],
                name="submission_bank_ref",
            ),
        ),
    ]
