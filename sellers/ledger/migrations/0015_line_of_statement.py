"""What is wrong with a bank's statement names the line it is about.

Safe while the version before is running: what it writes is about no single line, as before.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_import_language")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "stagedearning",
            "statement_line",
            models.IntegerField(
                db_default=0,
                default=0,
                help_text="of a bank's statement: the line that is wrong; 0: the statement",
            ),
        ),
        migrations.AlterField(
            "stagedearning",
            "row_number",
            models.IntegerField(help_text="line in the file, the header being 1; of a bank's file the statement"),
        ),
    ]
