"""Who asked for an adjustment may take it back while nobody has decided; nobody else can say that it was.

Safe while the version before is running: what it writes keeps the new rules. The rows are few and all keep them.
"""

from django.db import migrations, models
from django.db.models import F, Q

FOUR_EYES = models.CheckConstraint(
    name="adjustment_four_eyes",
    condition=Q(decided_by__isnull=True)
    | ~Q(decision="withdrawn") & ~Q(decided_by=F("requested_by"))
    | Q(decision="withdrawn", decided_by=F("requested_by")),
)
WHOLE = models.CheckConstraint(
    name="adjustment_decision_is_whole",
    condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True, earning__isnull=True)
    | Q(
        decision__in=["refused", "withdrawn"],
        decided_by__isnull=False,
        decided_at__isnull=False,
        earning__isnull=True,
    )
    | Q(decision="granted", decided_by__isnull=False, decided_at__isnull=False, earning__isnull=False),
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_cash_index")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterField(
            "adjustment",
            "decision",
            models.CharField(
                blank=True,
                choices=[("granted", "Granted"), ("refused", "Refused"), ("withdrawn", "Taken back")],
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("adjustment", "adjustment_four_eyes"),
        migrations.RemoveConstraint("adjustment", "adjustment_decision_is_whole"),
        migrations.AddConstraint("adjustment", FOUR_EYES),
        migrations.AddConstraint("adjustment", WHOLE),
    ]
