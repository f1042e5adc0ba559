"""What our bank says happened on our accounts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Statement(models.Model):
    """One camt.053 as read: its balances, its bytes (encrypted) and its place in the chain. Append-only."""

    append_only = True

    funding_account = models.ForeignKey(
        "payouts.FundingAccount", on_delete=models.PROTECT, related_name="statements"
    )
    statement_id = models.TextField(help_text="the bank's own id of it")
    sequence = models.BigIntegerField(null=True)
    statement_date = models.DateField()
    opening_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    body_ciphertext = models.BinaryField()
    body_sha256 = models.CharField(max_length=64, unique=True)
    read_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["funding_account", "statement_id"], name="statement_once"),
        ]

    def __str__(self) -> str:
        return self.statement_id


class LineKind(models.TextChoices):
    DEBIT = "debit", "Payments debited"
    RETURN = "return", "Money came back"
    UNKNOWN = "unknown", "Not matched"


class StatementLine(models.Model):
    """One booked entry. ``amount_minor``: credit to us positive, debit negative. Matching is written once."""

    app_may_update = ("kind", "matched_at", "matched_by", "submission", "attempt", "note")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    number = models.IntegerField()
    amount_minor = models.BigIntegerField()
    booking_date = models.DateField()
    value_date = models.DateField(null=True)
    bank_reference = models.TextField(blank=True)
    end_to_end_id = models.TextField(blank=True)
    batch_reference = models.TextField(blank=True, help_text="MsgId or PmtInfId of a batch-booked debit")
    item_count = models.IntegerField(null=True)
    return_code = models.CharField(max_length=10, blank=True)
    text = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=LineKind, default=LineKind.UNKNOWN)
    submission = models.ForeignKey(
        "payouts.Submission", null=True, on_delete=models.PROTECT, related_name="+"
    )
    attempt = models.ForeignKey("payouts.Attempt", null=True, on_delete=models.PROTECT, related_name="lines")
    matched_at = models.DateTimeField(null=True)
    matched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_number"),
            models.CheckConstraint(name="statement_line_moves", condition=~Q(amount_minor=0)),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(matched_at__isnull=True), name="statement_line_open")
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"
