"""An adjustment or write-off in the ledger is one that two people decided (HOUSE ruling 5)."""

from django.db import migrations

from backoffice.audit.guards import function

GRANTED = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM ledger_adjustment AS a WHERE a.earning_id = NEW.id AND a.decision = 'granted'
      AND (a.account_id, a.amount_minor, a.kind) = (NEW.account_id, NEW.amount_minor, NEW.kind)) THEN
    RAISE EXCEPTION '% % was granted by nobody', NEW.kind, NEW.external_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]

    operations = [
        function("ledger_adjustment_granted()", GRANTED),
        # Deferred: the adjustment points at its earning, so the earning is written first.
        migrations.RunSQL(
            """CREATE CONSTRAINT TRIGGER guard_granted AFTER INSERT ON ledger_earning DEFERRABLE INITIALLY DEFERRED
               FOR EACH ROW WHEN (NEW.kind IN ('adjustment', 'write_off'))
               EXECUTE FUNCTION ledger_adjustment_granted()""",
            "DROP TRIGGER guard_granted ON ledger_earning",
        ),
    ]
