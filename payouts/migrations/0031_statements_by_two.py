"""A statement that a person brought and that does not join the one before or after it stands in two people's names.

Whoever writes it, and by whichever door: one who brings a wrong statement alone would keep the right one out. What came
from the bank by itself is the bank's word. Looked at when the transaction ends: a file may bring several at once.
"""

from django.db import migrations

from backoffice.audit.guards import function

BY_TWO = """DECLARE
  unnumbered CONSTANT bigint := 9223372036854775807;  -- without a number: the last of its day, as the program has it
BEGIN
  IF EXISTS (SELECT FROM ledger_importfile AS f
             WHERE f.id = NEW.import_file_id AND f.uploaded_by_id <> f.confirmed_by_id) THEN
    RETURN NULL;
  END IF;
  IF NEW.opening_minor <> (
       SELECT s.closing_minor FROM payouts_statement AS s
       WHERE s.funding_account_id = NEW.funding_account_id
         AND (s.id < NEW.id OR s.import_file_id = NEW.import_file_id)
         AND (s.statement_date, coalesce(s.sequence, unnumbered), s.id) < (NEW.statement_date, coalesce(NEW.sequence, unnumbered), NEW.id)
       ORDER BY s.statement_date DESC, coalesce(s.sequence, unnumbered) DESC, s.id DESC LIMIT 1)
     OR NEW.closing_minor <> (
       SELECT s.opening_minor FROM payouts_statement AS s
       WHERE s.funding_account_id = NEW.funding_account_id
         AND (s.id < NEW.id OR s.import_file_id = NEW.import_file_id)
         AND (s.statement_date, coalesce(s.sequence, unnumbered), s.id) > (NEW.statement_date, coalesce(NEW.sequence, unnumbered), NEW.id)
       ORDER BY s.statement_date, coalesce(s.sequence, unnumbered), s.id LIMIT 1) THEN
    RAISE EXCEPTION 'statement % does not follow: two people bring it', NEW.statement_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0030_batches_move_on"), ("ledger", "0023_statements_by_two")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        function("payouts_statement_by_two()", BY_TWO),
        migrations.RunSQL(
            "CREATE CONSTRAINT TRIGGER guard_by_two AFTER INSERT ON payouts_statement DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW WHEN (NEW.import_file_id IS NOT NULL) EXECUTE FUNCTION payouts_statement_by_two()",
            "DROP TRIGGER guard_by_two ON payouts_statement",
        ),
    ]
