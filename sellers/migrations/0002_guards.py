"""What was found out and written about a seller stays; sellers are never deleted."""

from django.db import migrations

from backoffice.audit.guards import append_only, no_delete


class Migration(migrations.Migration):
    dependencies = [("sellers", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        *no_delete("sellers_seller"),
        *no_delete("sellers_datakey"),
        *append_only("sellers_verification"),
        *append_only("sellers_note"),
    ]
