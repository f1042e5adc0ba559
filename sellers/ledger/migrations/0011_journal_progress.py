"""How far a journal is. Columns that may be empty: the program before this one writes none of them.

A program before this one that is writing a journal keeps its table for so long: then this gives up after five seconds,
and is run again.
"""

from django.db import migrations, models

_COLUMNS = (
    "status", "asked_at", "finished_at", "file_name", "file_bytes", "lines", "sha256", "totals", "error",
)  # fmt: skip
_PATIENCE = "SET LOCAL lock_timeout = '5s'"
_PROGRESS = ("started_at", "entries_done", "entries_total")


def guard(*columns: str) -> str:
    names = ", ".join(f"'{column}'" for column in columns)
    return (
        "DROP TRIGGER guard_columns ON ledger_journalfile; "
        "CREATE TRIGGER guard_columns BEFORE UPDATE ON ledger_journalfile "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_other_columns({names})"
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_imports")]

    operations = [
        migrations.RunSQL(_PATIENCE, migrations.RunSQL.noop),
        migrations.AddField("journalfile", "started_at", models.DateTimeField(null=True)),
        migrations.AddField("journalfile", "entries_done", models.BigIntegerField(null=True)),
        migrations.AddField("journalfile", "entries_total", models.BigIntegerField(null=True)),
        migrations.RunSQL(guard(*_COLUMNS, *_PROGRESS), guard(*_COLUMNS)),
        migrations.RunSQL(migrations.RunSQL.noop, _PATIENCE),
    ]
