"""Approved payouts that go out together."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat

from payouts.states import BatchStatus


class Batch(models.Model):
    """Payouts of one rail, funding account, currency and value date (ISO 20022: PmtInf).

    ``digest`` seals exactly what was approved: payees, amounts and account versions of its items.
    """

    app_may_update = (
        "status", "status_at", "value_date", "cut_off_at", "approved_by", "approved_at", "digest",
        "item_count", "total_minor", "proposed_for",
    )  # fmt: skip

    reference = models.GeneratedField(
        expression=Concat(Value("B"), Cast("id", models.TextField()), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
        unique=True,
    )
    rail = models.CharField(max_length=20)
    funding_account = models.ForeignKey(
        "payouts.FundingAccount", on_delete=models.PROTECT, related_name="batches"
    )
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, help_text="whose calendar and cut-off the value date follows")
    value_date = models.DateField()
    cut_off_at = models.DateTimeField()
    proposed_for = models.DateField(
        null=True, help_text="the value date that it was proposed for, once it was moved on from it"
    )
    status = models.CharField(max_length=12, choices=BatchStatus, default=BatchStatus.PROPOSED)
    status_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    item_count = models.IntegerField()
    total_minor = models.BigIntegerField()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("propose_batch", "Can propose batches"),
            ("approve_batch", "Can approve batches another proposed"),
            ("dissolve_batch", "Can dissolve batches"),
            ("resolve_unknown", "Can say what became of an unknown submission"),
            ("stop_rail", "Can stop a rail"),
            ("restore_rail", "Can let a stopped rail go on"),
            ("download_bank_file", "Can download the file a batch was sent as"),
        ]
        constraints = [
            models.CheckConstraint(name="batch_status_is_known", condition=Q(status__in=BatchStatus.values)),
            models.CheckConstraint(
                name="batch_four_eyes",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="batch_sent_only_approved",
                condition=Q(status__in=["PROPOSED", "DISSOLVED"])
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(digest="")),
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="batch_status")]

    def __str__(self) -> str:
        return str(self.reference)


class BatchItem(models.Model):
    """One payout's place in one batch, as it was when proposed. Leaving is written once, with the reason."""

    app_may_update = ("left_at", "left_because")

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="items", db_index=False)
    payout = models.ForeignKey("payouts.Payout", on_delete=models.PROTECT, related_name="batch_items")
    amount_minor = models.BigIntegerField()
    account_version = models.ForeignKey("payouts.AccountVersion", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    left_at = models.DateTimeField(null=True)
    left_because = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["payout"], condition=Q(left_at__isnull=True), name="batch_item_in_one_batch"
            ),
        ]
        indexes = [models.Index(fields=["batch", "id"], name="batch_item_of_batch")]

    def __str__(self) -> str:
        return f"{self.payout_id} in {self.batch_id}"


class MissedCutOff(models.Model):
    """An approved batch that was not handed over before its cut-off: its approval is void, its value date moved."""

    append_only = True

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="missed_cut_offs", db_index=False)
    cut_off_at = models.DateTimeField(help_text="the one that passed")
    value_date = models.DateField(help_text="the one that was approved")
    moved_to = models.DateField(help_text="the value date that is to be approved now")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    found_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["batch", "-id"], name="missed_cut_off_of_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} missed {self.cut_off_at}"
