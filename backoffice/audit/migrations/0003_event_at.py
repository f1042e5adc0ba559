"""Events by day. The index stands on the largest table there is: nobody waits while it is built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0002_guards")]

    operations = [
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(fields=["at", "id"], name="audit_event_at"),
        ),
    ]
