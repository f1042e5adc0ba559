"""Indexes that others begin with go, and the one for LIKE of keys: every leg was written into them, too.

Safe while the version before is running.
"""

from django.db import migrations, models

from backoffice.audit.indexes import covered, unlike


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0018_month_rates")]

    operations = [
        covered(
            "account",
            "seller",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="accounts", to="sellers.seller"),
            table="ledger_account",
            index="ledger_account_seller_id_6176b6de",
        ),
        covered(
            "earning",
            "account",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="earnings", to="ledger.account"),
            table="ledger_earning",
            index="ledger_earning_account_id_4730fb15",
        ),
        covered(
            "earning",
            "transaction",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="earnings", to="ledger.transaction"),
            table="ledger_earning",
            index="ledger_earning_transaction_id_230b6c22",
        ),
        covered(
            "entry",
            "account",
            models.ForeignKey(db_index=False, null=True, on_delete=models.PROTECT, related_name="entries", to="ledger.account"),
            table="ledger_entry",
            index="ledger_entry_account_id_e9f5e345",
        ),
        covered(
            "importpart",
            "import_file",
            models.ForeignKey(db_index=False, on_delete=models.CASCADE, related_name="parts", to="ledger.importfile"),
            table="ledger_importpart",
            index="ledger_importpart_import_file_id_7fb90deb",
        ),
        covered(
            "journalfile",
            "period",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="files", to="ledger.period"),
            table="ledger_journalfile",
            index="ledger_journalfile_period_id_080cc3d0",
        ),
        covered(
            "periodnumbers",
            "period",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="numbers", to="ledger.period"),
            table="ledger_periodnumbers",
            index="ledger_periodnumbers_period_id_8a4b49ab",
        ),
        covered(
            "periodtotal",
            "period",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="totals", to="ledger.period"),
            table="ledger_periodtotal",
            index="ledger_periodtotal_period_id_df619976",
        ),
        covered(
            "stagedearning",
            "import_file",
            models.ForeignKey(db_index=False, on_delete=models.CASCADE, related_name="staged", to="ledger.importfile"),
            table="ledger_stagedearning",
            index="ledger_stagedearning_import_file_id_d10117b3",
        ),
        unlike(
            "transaction",
            "key",
            models.TextField(),
            table="ledger_transaction",
            index="ledger_transaction_key_70016b4e_like",
            operators="text_pattern_ops",
        ),
    ]
