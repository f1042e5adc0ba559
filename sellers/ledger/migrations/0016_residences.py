"""A seller who moves leaves a row behind: where, and until which day of the books.

Safe while the version before is running: its sellers leave rows, too, by the trigger. 0017 adds the moves of before.
"""

import django.db.models.deletion
from django.db import migrations, models

from backoffice.audit.guards import append_only, function

# Never a day that is closed, and never before the seller's last move, though the clock of the machine went back.
MOVED = """DECLARE
  books ledger_books;
  today date;
BEGIN
  SELECT * INTO books FROM ledger_books;
  today := (now() AT TIME ZONE coalesce(books.zone, 'UTC'))::date;
  INSERT INTO ledger_residence (seller_id, country, left_on)
  VALUES (OLD.id, OLD.country, greatest(today, books.frozen_through + 1,
    (SELECT max(left_on) FROM ledger_residence WHERE seller_id = OLD.id)));
  RETURN NULL;
END"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_line_of_statement"), ("sellers", "0003_seller_file")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Residence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("left_on", models.DateField(help_text="a day in the books' time zone")),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="residences",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["seller", "left_on", "id"], name="residence_of_seller")
                ],
            },
        ),
        *append_only("ledger_residence"),
        function("ledger_seller_moved()", MOVED),
        # The program's role may not write the table: only this function, which runs as its owner, does.
        migrations.RunSQL("ALTER FUNCTION ledger_seller_moved() SECURITY DEFINER", migrations.RunSQL.noop),
        migrations.RunSQL("REVOKE ALL ON FUNCTION ledger_seller_moved() FROM PUBLIC", migrations.RunSQL.noop),
        migrations.RunSQL(
            """CREATE TRIGGER keep_residence AFTER UPDATE OF country ON sellers_seller FOR EACH ROW
               WHEN (OLD.country IS DISTINCT FROM NEW.country) EXECUTE FUNCTION ledger_seller_moved()""",
            "DROP TRIGGER keep_residence ON sellers_seller",
        ),
    ]
