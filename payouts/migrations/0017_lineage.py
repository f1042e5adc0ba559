"""What changed since an earlier export: whose rows it is compared with, the order, and how long hashes are kept."""

import django.db.models.deletion
from django.db import migrations, models

from backoffice.audit.guards import function

SAME = """BEGIN
  IF NOT EXISTS (SELECT FROM payouts_export AS e WHERE e.id = NEW.since_id AND e.id < NEW.id AND e.kind = NEW.kind
                 AND e.requested_by_id = NEW.requested_by_id) THEN
    RAISE EXCEPTION 'export % cannot be compared with %: not an earlier one of the same kind and person',
      NEW.id, NEW.since_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0016_schedules")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "export",
            "sort",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="as in the list's address; empty: the usual order",
                max_length=20,
            ),
        ),
        migrations.AddField(
            "export",
            "order_text",
            models.TextField(blank=True, db_default="", default="", help_text="the order in words"),
        ),
        migrations.AddField(
            "export",
            "since",
            models.ForeignKey(
                db_index=False,
                help_text="only what changed since that export",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.export",
            ),
        ),
        migrations.AddField(
            "export",
            "hashed_columns",
            models.JSONField(db_default=[], default=list, help_text="the columns that its row hashes are of"),
        ),
        migrations.AddField("export", "hashes_until", models.DateTimeField(null=True)),
        migrations.AddField("export", "rows_new", models.BigIntegerField(null=True)),
        migrations.AddField("export", "rows_changed", models.BigIntegerField(null=True)),
        migrations.AddField("export", "rows_withdrawn", models.BigIntegerField(null=True)),
        migrations.AlterModelOptions(
            "export",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("request_export", "Can export payouts"),
                    ("export_seller_totals", "Can export the yearly totals of sellers for tax authorities"),
                ],
            },
        ),
        function("payouts_export_since()", SAME),
        migrations.RunSQL(
            """CREATE TRIGGER guard_since BEFORE INSERT OR UPDATE OF since_id, kind, requested_by_id ON payouts_export
               FOR EACH ROW WHEN (NEW.since_id IS NOT NULL) EXECUTE FUNCTION payouts_export_since()""",
            "DROP TRIGGER guard_since ON payouts_export",
        ),
    ]
