"""Indexes that others begin with go, and those for LIKE of references: every payout was written into them, too.

Safe while the version before is running.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Cast, Concat

from backoffice.audit.indexes import covered, unlike


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payouts", "0024_jobs")]

    operations = [
        covered(
            "accountversion",
            "slot",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="versions", to="payouts.payoutaccount"),
            table="payouts_accountversion",
            index="payouts_accountversion_slot_id_d9d9dba7",
        ),
        covered(
            "approval",
            "payout",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="approvals", to="payouts.payout"),
            table="payouts_approval",
            index="payouts_approval_payout_id_7ba607c5",
        ),
        unlike(
            "attempt",
            "end_to_end_id",
            models.CharField(max_length=15),
            table="payouts_attempt",
            index="payouts_attempt_end_to_end_id_4f27821f_like",
            operators="varchar_pattern_ops",
        ),
        covered(
            "attempt",
            "payout",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="attempts", to="payouts.payout"),
            table="payouts_attempt",
            index="payouts_attempt_payout_id_7d441c9d",
        ),
        covered(
            "bankfact",
            "attempt",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="facts", to="payouts.attempt"),
            table="payouts_bankfact",
            index="payouts_bankfact_attempt_id_158a6e53",
        ),
        covered(
            "batchitem",
            "batch",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="items", to="payouts.batch"),
            table="payouts_batchitem",
            index="payouts_batchitem_batch_id_a6b9fa99",
        ),
        covered(
            "defaultview",
            "person",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
            table="payouts_defaultview",
            index="payouts_defaultview_person_id_cbabb366",
        ),
        covered(
            "export",
            "requested_by",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
            table="payouts_export",
            index="payouts_export_requested_by_id_daae8411",
        ),
        covered(
            "flag",
            "payout",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="flags", to="payouts.payout"),
            table="payouts_flag",
            index="payouts_flag_payout_id_1ca76a1e",
        ),
        covered(
            "missedcutoff",
            "batch",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="missed_cut_offs", to="payouts.batch"),
            table="payouts_missedcutoff",
            index="payouts_missedcutoff_batch_id_ffb8817c",
        ),
        unlike(
            "payout",
            "reference",
            models.GeneratedField(db_persist=True, expression=Concat(models.Value("P"), Cast("id", models.TextField()), output_field=models.TextField()), output_field=models.TextField()),
            table="payouts_payout",
            index="payouts_payout_reference_608c482c_like",
            operators="text_pattern_ops",
        ),
        covered(
            "payoutaccount",
            "seller",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="payout_accounts", to="sellers.seller"),
            table="payouts_payoutaccount",
            index="payouts_payoutaccount_seller_id_d93068a0",
        ),
        covered(
            "review",
            "payout",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="reviews", to="payouts.payout"),
            table="payouts_review",
            index="payouts_review_payout_id_bca36c09",
        ),
        covered(
            "savedview",
            "owner",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
            table="payouts_savedview",
            index="payouts_savedview_owner_id_4c00d027",
        ),
        covered(
            "schedulerun",
            "schedule",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="runs", to="payouts.exportschedule"),
            table="payouts_schedulerun",
            index="payouts_schedulerun_schedule_id_09d0c5ea",
        ),
        covered(
            "statement",
            "funding_account",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="statements", to="payouts.fundingaccount"),
            table="payouts_statement",
            index="payouts_statement_funding_account_id_a15dd40f",
        ),
        covered(
            "statementline",
            "statement",
            models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="lines", to="payouts.statement"),
            table="payouts_statementline",
            index="payouts_statementline_statement_id_443bfe57",
        ),
    ]
