"""The body of a kept answer goes after a day at the earliest; nothing else of it ever changes, and its row stays.

Safe while the version before is running: what it keeps has a body. To a call whose answer is erased meanwhile it
answers 500, and does nothing. The version after runs before it, too, and erases nothing. Not to be undone once an answer
is erased. The index is of a table as young as the migration before.
"""

from django.db import migrations, models

from backoffice.audit.guards import function

ERASED = """BEGIN
  IF OLD.body IS NULL OR NEW.body IS NOT NULL THEN
    RAISE EXCEPTION 'a kept answer has a body, and loses it once' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.at > clock_timestamp() - interval '1 day' THEN
    RAISE EXCEPTION 'answer % is kept for a day at least', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  OLD.body := NULL;
  IF NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'of a kept answer only the body goes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0028_rests_and_answers")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        # What is erased is to leave the disk, too: by default later with every row that stays.
        migrations.RunSQL(
            "ALTER TABLE payouts_keptanswer"
            " SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)",
            "ALTER TABLE payouts_keptanswer RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        ),
        migrations.AlterField(
            "keptanswer", "body", models.TextField(help_text="JSON, as it was sent; null: erased", null=True)
        ),
        migrations.AddIndex(
            "keptanswer",
            models.Index(condition=models.Q(("body__isnull", False)), fields=["at"], name="kept_answer_body"),
        ),
        function("payouts_answer_erased()", ERASED),
        migrations.RunSQL(
            "CREATE TRIGGER guard_erased BEFORE UPDATE ON payouts_keptanswer"
            " FOR EACH ROW EXECUTE FUNCTION payouts_answer_erased()",
            "DROP TRIGGER guard_erased ON payouts_keptanswer",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER guard_kept BEFORE INSERT ON payouts_keptanswer"
            " FOR EACH ROW WHEN (NEW.body IS NULL) EXECUTE FUNCTION payouts_answer_erased()",
            "DROP TRIGGER guard_kept ON payouts_keptanswer",
        ),
        migrations.RunSQL(
            "CREATE OR REPLACE TRIGGER guard_append_only BEFORE DELETE ON payouts_keptanswer"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "CREATE OR REPLACE TRIGGER guard_append_only BEFORE UPDATE OR DELETE ON payouts_keptanswer"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        ),
    ]
