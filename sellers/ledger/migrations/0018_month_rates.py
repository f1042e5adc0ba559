"""Rates of months, the layout of a month's journals, and what a journal comes to in the company's currency.

Safe while the version before is running: it knows no rates, and the months that are asked for by it keep layout 1.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import function, only_columns_change

# A month that nothing is booked into any more keeps the rate that it has; one that it lacks may still come, once. The
# lock: whoever asks to close a month waits for this, and this for them.
MOVES = """DECLARE
  frozen date;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.decided_at IS NOT NULL THEN
      RAISE EXCEPTION 'a rate is asked for before it is confirmed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.decided_at IS NOT NULL THEN
    RAISE EXCEPTION 'rate % is decided already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.confirmed THEN
    PERFORM pg_advisory_xact_lock_shared(4022, 0);
    SELECT frozen_through INTO frozen FROM ledger_books;
    IF NEW.month <= frozen AND EXISTS (SELECT 1 FROM ledger_monthrate
        WHERE month = NEW.month AND currency = NEW.currency AND home = NEW.home AND confirmed) THEN
      RAISE EXCEPTION 'the month of % is closed and keeps its rate of %', NEW.month, NEW.currency
        USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  RETURN NEW;
END"""

_COLUMNS = (
    "status", "asked_at", "finished_at", "file_name", "file_bytes", "lines", "sha256", "totals", "error", "started_at",
    "entries_done", "entries_total",
)  # fmt: skip


def guard(*columns: str) -> str:
    names = ", ".join(f"'{column}'" for column in columns)
    return (
        "DROP TRIGGER guard_columns ON ledger_journalfile; "
        "CREATE TRIGGER guard_columns BEFORE UPDATE ON ledger_journalfile "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_other_columns({names})"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0017_old_residences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="period",
            name="layout",
            field=models.PositiveSmallIntegerField(db_default=1),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                name="period_layout", condition=models.Q(layout__in=[1, 2])
            ),
        ),
        migrations.AddField("journalfile", "home_totals", models.JSONField(null=True)),
        migrations.RunSQL(guard(*_COLUMNS, "home_totals"), guard(*_COLUMNS)),
        migrations.CreateModel(
            name="MonthRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="its first day")),
                ("currency", models.CharField(max_length=3)),
                ("home", models.CharField(max_length=3)),
                ("units", models.DecimalField(decimal_places=9, max_digits=18)),
                ("worth", models.DecimalField(decimal_places=9, max_digits=18)),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("confirmed", models.BooleanField(default=False)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [("set_rates", "Can ask for a month's rate, and confirm another's")],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("confirmed", True)),
                        fields=["currency", "home", "month"],
                        name="rate_confirmed",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed", False),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="rate_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed", False),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                            ),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="rate_decided_by_somebody",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="rate_of_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("currency", models.F("home")), _negated=True),
                            ("currency__regex", "^[A-Z]{3}$"),
                            ("home__regex", "^[A-Z]{3}$"),
                        ),
                        name="rate_of_another_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0), ("worth__gt", 0)), name="rate_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="rate_has_reason"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("month", "currency", "home"),
                        name="rate_one_open",
                    ),
                ],
            },
        ),
        function("ledger_rate_moves()", MOVES),
        migrations.RunSQL(
            """CREATE TRIGGER guard_moves BEFORE INSERT OR UPDATE ON ledger_monthrate
               FOR EACH ROW EXECUTE FUNCTION ledger_rate_moves()""",
            "DROP TRIGGER guard_moves ON ledger_monthrate",
        ),
        *only_columns_change("ledger_monthrate", "decided_by_id", "decided_at", "confirmed"),
    ]
