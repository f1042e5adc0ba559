"""The money of a dead payout also stays while its seller is on hold for fraud or compliance.

Safe while the version before is running: its "pay again" for such a seller fails with an error instead of a sentence.
What was disposed of before is not looked at again.
"""

from django.db import migrations

_DISPOSED = """CREATE OR REPLACE FUNCTION payouts_judged_before_disposed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET jit = off AS $guard$
BEGIN
  IF EXISTS (SELECT 1 FROM payouts_hold AS h WHERE {whose} AND h.released_at IS NULL
             AND h.reason IN ('fraud_suspected', 'compliance')) THEN
    RAISE EXCEPTION 'payout % waits for the judgement of compliance', NEW.payout_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END
$guard$"""
_OWN = "h.payout_id = NEW.payout_id"
_SELLERS = "h.seller_id = (SELECT p.seller_id FROM payouts_payout AS p WHERE p.id = NEW.payout_id)"


class Migration(migrations.Migration):
    dependencies = [("payouts", "0025_covered_indexes")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(_DISPOSED.format(whose=f"({_OWN} OR {_SELLERS})"), _DISPOSED.format(whose=_OWN)),
    ]
