"""A payout run can be a job that a worker makes in portions; a finished one changes no more."""

from django.db import migrations, models

from backoffice.audit.guards import function

FINISHED = """BEGIN
  RAISE EXCEPTION 'payout run % is finished and changes no more', OLD.id USING ERRCODE = 'check_violation';
END"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0014_searched_references")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "payoutrun",
            "left",
            models.JSONField(
                db_default=[], default=list, help_text="[country, last due date] of what is to be made"
            ),
        ),
        migrations.AddField(
            "payoutrun",
            "through",
            models.BigIntegerField(
                db_default=0, default=0, help_text="the last account of the first of them"
            ),
        ),
        migrations.AddField(
            "payoutrun",
            "accounts_total",
            models.IntegerField(help_text="balances to look at, counted when it was asked for", null=True),
        ),
        migrations.AddField("payoutrun", "accounts_done", models.IntegerField(db_default=0, default=0)),
        migrations.AddField(
            "payoutrun",
            "trouble",
            models.TextField(
                blank=True, db_default="", default="", help_text="why it did not go on, last time"
            ),
        ),
        function("payouts_run_finished()", FINISHED),
        migrations.RunSQL(
            """CREATE TRIGGER guard_finished BEFORE UPDATE ON payouts_payoutrun
               FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION payouts_run_finished()""",
            "DROP TRIGGER guard_finished ON payouts_payoutrun",
        ),
    ]
