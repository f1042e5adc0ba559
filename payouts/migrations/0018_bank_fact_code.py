"""The bank's reasons, to filter by. The index stands on a large table: nobody waits while it is built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0017_lineage")]

    operations = [
        AddIndexConcurrently(
            model_name="bankfact",
            index=models.Index(
                condition=models.Q(("code", ""), _negated=True), fields=["code", "attempt"], name="bank_fact_code"
            ),
        ),
    ]
