"""A correction of a seller's balance that a person asks for and another grants."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later


class AdjustmentKind(models.TextChoices):
    ADJUSTMENT = "adjustment", later("Adjustment")
    WRITE_OFF = "write_off", later("Write-off")


class Adjustment(models.Model):
    """A manual adjustment or write-off, in minor units; positive raises what we owe.

    Posts nothing until a second person grants it; PostgreSQL refuses the same person in both seats. Who asked may take
    it back until then, and nobody else may say that it was.
    The document's bytes are encrypted; its SHA-256 is of the plain bytes. One of a file of corrections has the
    file as its document, kept once with the import.
    """

    app_may_update = ("decision", "decided_by", "decided_at", "decision_note", "earning")

    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="adjustments")
    kind = models.CharField(max_length=12, choices=AdjustmentKind)
    amount_minor = models.BigIntegerField()
    reason = models.TextField()
    document_name = models.TextField()
    document_sha256 = models.CharField(max_length=64)
    document_ciphertext = models.BinaryField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decision = models.CharField(
        max_length=10,
        blank=True,
        choices=[
            ("granted", later("Granted")),
            ("refused", later("Refused")),
            ("withdrawn", later("Taken back")),
        ],
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)
    earning = models.OneToOneField(
        "ledger.Earning", null=True, on_delete=models.PROTECT, related_name="adjustment"
    )
    import_file = models.ForeignKey(
        "ledger.ImportFile", null=True, on_delete=models.PROTECT, related_name="adjustments"
    )

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("request_adjustment", "Can ask for an adjustment or write-off"),
            ("approve_adjustment", "Can grant or refuse another's adjustment"),
        ]
        constraints = [
            models.CheckConstraint(name="adjustment_moves_something", condition=~Q(amount_minor=0)),
            models.CheckConstraint(name="adjustment_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="adjustment_four_eyes",
                condition=Q(decided_by__isnull=True)
                | ~Q(decision="withdrawn") & ~Q(decided_by=F("requested_by"))
                | Q(decision="withdrawn", decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="adjustment_decision_is_whole",
                condition=Q(
                    decision="", decided_by__isnull=True, decided_at__isnull=True, earning__isnull=True
                )
                | Q(
                    decision__in=["refused", "withdrawn"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    earning__isnull=True,
                )
                | Q(
                    decision="granted",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    earning__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="adjustment_write_off_forgives", condition=~Q(kind="write_off") | Q(amount_minor__gt=0)
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(decision=""), name="adjustment_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"
