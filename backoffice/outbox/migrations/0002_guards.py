"""Facts are append-only."""

from django.db import migrations

from backoffice.audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial"), ("audit", "0002_guards")]

    operations = [*append_only("outbox_fact")]
