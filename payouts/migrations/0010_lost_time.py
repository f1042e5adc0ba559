"""After a restore: money that may have gone out in the lost days is not reissued; a payment may have been lost twice."""

from django.db import migrations, models

from backoffice.audit.guards import function

# A reissue in the lost days had another reference: only whose it was, and when, is known of it here.
NOT_REISSUED = """DECLARE
  lost text;
BEGIN
  SELECT o.end_to_end_id INTO lost
  FROM payouts_payout AS p JOIN payouts_outsidepayment AS o ON o.seller_id = p.seller_id
  WHERE p.id = NEW.payout_id AND o.found_at >= p.status_at AND o.currency IN (p.currency, '') LIMIT 1;
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION 'payout % is only rolled: % was handed over before this database was restored', NEW.payout_id, lost
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0009_account_refused"),
        ("sellers", "0003_seller_file"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outsidepayment", name="end_to_end_id", field=models.CharField(max_length=35)
        ),
        migrations.AddIndex(
            model_name="outsidepayment",
            index=models.Index(fields=["rail", "key"], name="outside_payment_key"),
        ),
        migrations.AddConstraint(
            model_name="outsidepayment",
            constraint=models.UniqueConstraint(
                fields=("end_to_end_id", "key"), name="outside_payment_once_a_key"
            ),
        ),
        function("payouts_not_reissued()", NOT_REISSUED),
        migrations.RunSQL(
            """CREATE TRIGGER guard_not_reissued BEFORE INSERT ON payouts_disposal
               FOR EACH ROW WHEN (NEW.new_payout_id IS NOT NULL) EXECUTE FUNCTION payouts_not_reissued()""",
            "DROP TRIGGER guard_not_reissued ON payouts_disposal",
        ),
    ]
