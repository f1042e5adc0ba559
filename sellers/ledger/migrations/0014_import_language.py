"""A file's errors are written in the language of who brought it, whoever reads it.

Safe while the version before is running: what it receives is in English, as its workers write.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_adjustment_withdrawn")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "importfile",
            "language",
            models.CharField(
                db_default="en",
                default="en",
                help_text="of who brought it: its errors are written in it",
                max_length=10,
            ),
        ),
    ]
