"""A payout stays in its batch: it joins one when it is BATCHED, and leaves it by going back or being cancelled."""

from django.db import migrations

from backoffice.audit.guards import function

STAYS = """DECLARE
  wrong text;
BEGIN
  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.batch_id IS DISTINCT FROM o.batch_id AND n.batch_id IS NOT NULL
    AND NOT (o.status = 'APPROVED' AND n.status = 'BATCHED');
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a payout does not change from one batch to another: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0003_payout_guards")]

    operations = [
        function("payouts_batch_stays()", STAYS),
        migrations.RunSQL(
            """CREATE TRIGGER guard_stays_in_batch AFTER UPDATE ON payouts_payout
               REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
               FOR EACH STATEMENT EXECUTE FUNCTION payouts_batch_stays()""",
            "DROP TRIGGER guard_stays_in_batch ON payouts_payout",
        ),
    ]
