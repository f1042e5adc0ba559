"""A statement's bytes stand once: in the document that came, or in the file that a person brought.

Safe while the version before is running: it goes on keeping them in the statement's row, and its files stay free to go.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from backoffice.audit.guards import function

# What a statement was booked from is its document: nothing is added to it and nothing taken away. Whoever tries waits
# for a statement that is being booked from it, whose row holds the file's by its key.
PART_STAYS = """DECLARE
  file bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.import_file_id ELSE OLD.import_file_id END;
BEGIN
  PERFORM 1 FROM ledger_importfile WHERE id = file AND kind = 'statement' FOR UPDATE;
  IF FOUND AND EXISTS (SELECT FROM payouts_statement WHERE import_file_id = file) THEN
    RAISE EXCEPTION 'import % is the document of its statements and stays as it is', file
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN RETURN NEW; END IF;
  RETURN OLD;
END"""

# The file that a statement names is one of a statement, and has its bytes. By its key alone: its progress is written by
# another session meanwhile.
FROM_FILE = """BEGIN
  PERFORM 1 FROM ledger_importfile WHERE id = NEW.import_file_id AND kind = 'statement' FOR KEY SHARE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM ledger_importpart WHERE import_file_id = NEW.import_file_id) THEN
    RAISE EXCEPTION 'statement % is not in import %', NEW.statement_id, NEW.import_file_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""

# Their bytes stand nowhere else: the version before does not know where they are.
_NOT_BACK = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM payouts_statement WHERE document_id IS NOT NULL OR import_file_id IS NOT NULL) THEN
    RAISE EXCEPTION 'statements were read since: their bytes are found by the columns that would go';
  END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0019_export_totals_and_order"), ("ledger", "0011_journal_progress")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", _NOT_BACK),
        migrations.AlterField(
            "statement", "body_ciphertext", models.BinaryField(default=bytes, db_default=b"")
        ),
        migrations.AddField(
            "statement",
            "document",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="payouts.bankdocument",
            ),
        ),
        migrations.AddField(
            "statement",
            "import_file",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="ledger.importfile",
            ),
        ),
        migrations.AddConstraint(
            "statement",
            models.CheckConstraint(
                name="statement_bytes_are_kept",
                condition=~Q(body_ciphertext=b"")
                | Q(document__isnull=False)
                | Q(import_file__isnull=False),
            ),
        ),
        function("payouts_statement_file_stays()", PART_STAYS),
        migrations.RunSQL(
            "CREATE TRIGGER guard_statement_bytes BEFORE INSERT OR DELETE ON ledger_importpart"
            " FOR EACH ROW EXECUTE FUNCTION payouts_statement_file_stays()",
            "DROP TRIGGER guard_statement_bytes ON ledger_importpart",
        ),
        function("payouts_statement_from_file()", FROM_FILE),
        migrations.RunSQL(
            "CREATE TRIGGER guard_from_file BEFORE INSERT ON payouts_statement FOR EACH ROW"
            " WHEN (NEW.import_file_id IS NOT NULL) EXECUTE FUNCTION payouts_statement_from_file()",
            "DROP TRIGGER guard_from_file ON payouts_statement",
        ),
    ]
