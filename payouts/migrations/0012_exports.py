"""Exports: columns, language and gzip of each; links that fetch once; choices of columns under a name."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import function, only_columns_change

ONCE = """BEGIN
  RAISE EXCEPTION 'link % to an export was used already', OLD.id USING ERRCODE = 'check_violation';
END"""


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0011_tallies_sorted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="export",
            name="columns",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="export",
            name="compressed",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="export",
            name="locale",
            field=models.CharField(
                db_default="en", help_text="whose separators, for Excel's CSV", max_length=5
            ),
        ),
        migrations.AlterField(
            model_name="export",
            name="status",
            field=models.CharField(
                choices=[
                    ("WAITING", "Waiting"),
                    ("RUNNING", "Being written"),
                    ("READY", "Ready"),
                    ("FAILED", "Failed"),
                    ("CANCELLED", "Cancelled"),
                    ("EXPIRED", "Expired"),
                ],
                default="WAITING",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ExportLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="payouts.export"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="export_link_is_short",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("used_at__isnull", True),
                            ("used_at__lt", models.F("expires_at")),
                            _connector="OR",
                        ),
                        name="export_link_used_in_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=60)),
                ("columns", models.JSONField(help_text="names of columns in their order")),
                ("shared", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="export_template_has_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("columns", []), _negated=True), name="export_template_has_columns"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at__isnull", True)),
                        fields=("owner", "kind", "name"),
                        name="export_template_once",
                    ),
                ],
            },
        ),
        *only_columns_change("payouts_exportlink", "used_at"),
        *only_columns_change("payouts_exporttemplate", "dropped_at"),
        function("payouts_link_once()", ONCE),
        migrations.RunSQL(
            """CREATE TRIGGER guard_link_once BEFORE UPDATE ON payouts_exportlink
               FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION payouts_link_once()""",
            "DROP TRIGGER guard_link_once ON payouts_exportlink",
        ),
    ]
