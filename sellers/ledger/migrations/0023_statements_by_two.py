"""A bank's file that does not follow the statements that stand is confirmed by another person than who brought it.

Those that were checked before and wait for a yes are told by what their preview says. Safe while the version before is
running: what it reads meanwhile needs one person, as before, where PostgreSQL lets it (`payouts_statement_by_two`).
"""

from django.db import migrations, models
from django.db.models import F, Q

_WAITING = """UPDATE ledger_importfile SET needs_another = true
WHERE kind = 'statement' AND status = 'CHECKED'
  AND jsonb_path_exists(preview, '$[*] ? (@.known == false).problems[*]')"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0022_told_in_our_time")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "importfile",
            "needs_another",
            models.BooleanField(
                db_default=False,
                default=False,
                help_text="a bank's file that does not follow what stands: whoever brought it does not confirm it",
            ),
        ),
        migrations.RemoveConstraint("importfile", "import_corrections_by_two"),
        migrations.AddConstraint(
            "importfile",
            models.CheckConstraint(
                name="import_by_two",
                condition=~Q(kind="corrections") & Q(needs_another=False)
                | ~Q(status__in=["POSTING", "POSTED"])
                | Q(uploaded_by__isnull=False, confirmed_by__isnull=False)
                & ~Q(uploaded_by=F("confirmed_by")),
            ),
        ),
        migrations.RunSQL(_WAITING, migrations.RunSQL.noop),
    ]
