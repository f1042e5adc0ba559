"""The books: on which day a transaction stands, months that are closed, whose account a book is (docs/adr/0024)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def make_books(apps, schema_editor):
    apps.get_model("ledger", "Books").objects.create(id=1, zone=settings.BOOKS_TIME_ZONE)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_staged_statistics"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="AccountMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.CharField(max_length=20)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("number", models.CharField(max_length=20)),
                ("label", models.CharField(max_length=60)),
                ("targets", models.JSONField(blank=True, default=dict)),
                ("effective_from", models.DateField()),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("confirmed", models.BooleanField(default=False)),
            ],
            options={
                "permissions": [("map_accounts", "Can ask for an account of a book, and confirm another's")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Books",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(max_length=60)),
                ("frozen_through", models.DateField(null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="JournalFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("format", models.CharField(max_length=12)),
                ("currency", models.CharField(max_length=3)),
                (
                    "grouping",
                    models.CharField(
                        choices=[("detailed", "One by one"), ("daily", "Daily totals")], max_length=10
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("WAITING", "Being written"), ("READY", "Ready"), ("FAILED", "Failed")],
                        default="WAITING",
                        max_length=10,
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                ("file_name", models.CharField(blank=True, max_length=100)),
                ("file_bytes", models.BigIntegerField(null=True)),
                ("lines", models.BigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("totals", models.JSONField(blank=True, default=list)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "permissions": [("export_journal", "Can fetch the journal of a closed month")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("closed", models.BooleanField(default=False)),
            ],
            options={
                "permissions": [
                    ("close_period", "Can ask to close a month of the books, and close another's")
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="PeriodNumbers",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("detailed_first", models.BigIntegerField()),
                ("detailed_count", models.BigIntegerField()),
                ("daily_first", models.BigIntegerField()),
                ("daily_count", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PeriodTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("opening_minor", models.BigIntegerField()),
                ("debit_minor", models.BigIntegerField()),
                ("credit_minor", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="account",
            name="country",
            field=models.CharField(blank=True, db_default="", max_length=2),
        ),
        migrations.AddField(
            model_name="transaction",
            name="booked_on",
            field=models.DateField(help_text="in the books' time zone; written by a trigger", null=True),
        ),
        migrations.AddField(
            model_name="transaction",
            name="fact_on",
            field=models.DateField(
                help_text="when it happened, where that is not the day it is booked on", null=True
            ),
        ),
        migrations.AddField(
            model_name="accountmapping",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accountmapping",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="books",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="books_are_one"),
        ),
        migrations.AddField(
            model_name="journalfile",
            name="requested_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="period",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="period",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="journalfile",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="ledger.period"
            ),
        ),
        migrations.AddField(
            model_name="periodnumbers",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="numbers", to="ledger.period"
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="totals", to="ledger.period"
            ),
        ),
        migrations.AddIndex(
            model_name="accountmapping",
            index=models.Index(
                fields=["book", "currency", "country", "effective_from"], name="mapping_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed", False),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="mapping_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("confirmed", False), ("decided_at__isnull", True), ("decided_by__isnull", True)
                    ),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="mapping_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^[0-9A-Za-z][0-9A-Za-z._/-]*$")),
                name="mapping_number_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(("label__regex", "^\\w[^\\t\\r\\n]*$")), name="mapping_label_is_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="mapping_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountmapping",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at__isnull", True)),
                fields=("book", "currency", "country"),
                name="mapping_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed", False),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="period_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed", False), ("decided_at__isnull", True), ("decided_by__isnull", True)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="period_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at__isnull", True), ("closed", True), _connector="OR"),
                fields=("first_day",),
                name="period_stands_once",
            ),
        ),
        migrations.AddIndex(
            model_name="journalfile",
            index=models.Index(
                condition=models.Q(("status", "WAITING")), fields=["id"], name="journal_file_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="journalfile",
            constraint=models.UniqueConstraint(
                fields=("period", "format", "currency", "grouping"), name="journal_file_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="journalfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "READY"), _negated=True),
                    models.Q(models.Q(("sha256", ""), _negated=True), ("file_bytes__isnull", False)),
                    _connector="OR",
                ),
                name="journal_file_ready_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodnumbers",
            constraint=models.UniqueConstraint(fields=("period", "currency"), name="period_numbers_once"),
        ),
        migrations.AddConstraint(
            model_name="periodtotal",
            constraint=models.UniqueConstraint(
                fields=("period", "book", "currency"), name="period_total_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtotal",
            constraint=models.CheckConstraint(
                condition=models.Q(("credit_minor__gte", 0), ("debit_minor__gte", 0)),
                name="period_total_sides",
            ),
        ),
        migrations.RunPython(make_books, migrations.RunPython.noop),
    ]
