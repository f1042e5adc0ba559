"""Sellers to whom no money may go come from an index; nothing waits while it is built, and it can be begun again."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sellers", "0004_country_since")]

    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS seller_barred", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "seller",
            models.Index(
                fields=["id"],
                condition=Q(suspended_at__isnull=False) | Q(verified_at__isnull=True),
                name="seller_barred",
            ),
        ),
    ]
