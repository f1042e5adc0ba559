"""A file's errors are stored in English and said in each reader's language, whoever brought it.

Nothing changes in the database. Safe while the version before is running: what it is given to read is in English, and
what it wrote in another language stays as it is.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0020_told_residences")]

    operations = [
        migrations.AlterField(
            "importfile",
            "language",
            models.CharField(
                db_default="en",
                default="en",
                help_text="in which a version before writes its errors; now they are English for everybody",
                max_length=10,
            ),
        ),
    ]
