"""What our bank says happened on our accounts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backoffice.words import later


class Statement(models.Model):
    """One camt.053 as read: its balances and its place in the chain. Append-only.

    Its bytes are those of the document that came by itself, or of the file that a person brought; of statements read
    before that was so, ``body_ciphertext``.
    """

    append_only = True

    funding_account = models.ForeignKey(
        "payouts.FundingAccount", on_delete=models.PROTECT, related_name="statements", db_index=False
    )
    statement_id = models.TextField(help_text="the bank's own id of it")
    sequence = models.BigIntegerField(null=True)
    statement_date = models.DateField()
    opening_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()
    body_ciphertext = models.BinaryField(default=bytes, db_default=b"")
    document = models.ForeignKey(
        "payouts.BankDocument", null=True, on_delete=models.PROTECT, related_name="statements"
    )
    import_file = models.ForeignKey(
        "ledger.ImportFile", null=True, on_delete=models.PROTECT, related_name="statements"
    )
    body_sha256 = models.CharField(max_length=64, unique=True)
    read_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["funding_account", "statement_id"], name="statement_once"),
            models.CheckConstraint(
                name="statement_bytes_are_kept",
                condition=~Q(body_ciphertext=b"") | Q(document__isnull=False) | Q(import_file__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.statement_id


class LineKind(models.TextChoices):
    DEBIT = "debit", later("Payments debited")
    RETURN = "return", later("Money came back")
    CHARGES = "charges", later("Bank charges")
    FUNDS = "funds", later("Payment provider")
    UNDONE = "undone", later("Undone")
    OTHER = "other", later("Unexplained")
    UNKNOWN = "unknown", later("Not matched")


class StatementLine(models.Model):
    """One booked entry. ``amount_minor``: credit to us positive, debit negative. Matching is written once.

    Without a ``resolution`` the line was matched by what it names itself; with one, by two people.
    """

    app_may_update = ("kind", "matched_at", "submission", "attempt", "resolution")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines", db_index=False)
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
    resolution = models.ForeignKey(
        "payouts.LineResolution", null=True, on_delete=models.PROTECT, related_name="explains"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_line_number"),
            models.CheckConstraint(name="statement_line_moves", condition=~Q(amount_minor=0)),
            models.CheckConstraint(
                name="statement_line_kind_is_known", condition=Q(kind__in=LineKind.values)
            ),
            models.UniqueConstraint(
                fields=["attempt", "kind"],
                condition=Q(attempt__isnull=False),
                name="statement_line_attempt_moves_once",
            ),
            models.UniqueConstraint(
                fields=["submission", "kind"],
                condition=Q(submission__isnull=False, attempt__isnull=True),
                name="statement_line_file_moves_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(matched_at__isnull=True), name="statement_line_open"),
            models.Index(
                fields=["booking_date", "id"],
                condition=Q(matched_at__isnull=True),
                name="statement_line_open_by_day",
            ),
            models.Index(
                fields=["amount_minor", "id"],
                condition=Q(matched_at__isnull=True),
                name="statement_line_open_amount",
            ),
            models.Index(
                fields=["statement"], condition=Q(matched_at__isnull=True), name="statement_line_open_of"
            ),
            models.Index(
                fields=["bank_reference"], condition=~Q(bank_reference=""), name="statement_line_bank_ref"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"
