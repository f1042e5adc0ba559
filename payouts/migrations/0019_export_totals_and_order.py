"""What an export's rows add up to, and the order that a schedule's files have, which another person confirms with it.

Safe while the version before is running: both columns have a default, and what it writes keeps the guard.
"""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("payouts.migrations.0016_schedules").CHANGED
NOW = BEFORE.replace("OLD.target_id)", "OLD.target_id, OLD.sort)").replace(
    "NEW.target_id)", "NEW.target_id, NEW.sort)"
)


def changed(body: str) -> str:
    return (
        "CREATE OR REPLACE FUNCTION payouts_schedule_changed() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = public, pg_temp SET jit = off AS $guard$\n{body}\n$guard$"
    )


class Migration(migrations.Migration):
    dependencies = [("payouts", "0018_bank_fact_code")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "export",
            "totals",
            models.JSONField(
                db_default=[],
                default=list,
                help_text="of each currency: its code, how many rows, and what they add up to in minor units",
            ),
        ),
        migrations.AddField(
            "exportschedule",
            "sort",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="as in the list's address; empty: the usual order",
                max_length=20,
            ),
        ),
        migrations.RunSQL(changed(NOW), changed(BEFORE)),
    ]
