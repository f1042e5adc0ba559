"""What a statement line that matched nothing turned out to be."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later


class LineResolution(models.Model):
    """What one person found a line to be, and another confirmed or dismissed. Nobody resolves alone.

    Nothing is posted before it is confirmed. ``document_sha256`` is of the plain bytes, which are kept encrypted.
    """

    app_may_update = ("confirmed_by", "confirmed_at", "dismissed_by", "dismissed_at")

    class Verdict(models.TextChoices):
        PAYMENT = "payment", later("It is this payment")
        FILE = "file", later("It is this whole file of payments")
        CHARGES = "charges", later("Bank charges")
        FUNDS = "funds", later("Between a payment provider and us")
        UNDONE = "undone", later("Undone by another line")
        OTHER = "other", later("Unexplained, with a document")

    line = models.ForeignKey("payouts.StatementLine", on_delete=models.PROTECT, related_name="resolutions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    attempt = models.ForeignKey("payouts.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(
        "payouts.Submission", null=True, on_delete=models.PROTECT, related_name="+"
    )
    other_line = models.ForeignKey(
        "payouts.StatementLine", null=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.TextField(help_text="how the person knows, for those who check it")
    document_name = models.CharField(max_length=200, blank=True)
    document_sha256 = models.CharField(max_length=64, blank=True)
    document_ciphertext = models.BinaryField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="null: the line matched by itself meanwhile",
    )
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="line_resolution_four_eyes",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="line_resolution_decided_one_way",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, dismissed_at__isnull=True),
            ),
            models.CheckConstraint(name="line_resolution_has_evidence", condition=~Q(evidence="")),
            models.CheckConstraint(
                name="line_resolution_names_one_thing",
                condition=Q(
                    verdict="payment", attempt__isnull=False, submission__isnull=True, other_line__isnull=True
                )
                | Q(verdict="file", attempt__isnull=True, submission__isnull=False, other_line__isnull=True)
                | Q(verdict="undone", attempt__isnull=True, submission__isnull=True, other_line__isnull=False)
                | Q(
                    verdict__in=["charges", "funds", "other"],
                    attempt__isnull=True,
                    submission__isnull=True,
                    other_line__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="line_resolution_has_document",
                condition=~Q(verdict="other")
                | (Q(document_ciphertext__isnull=False) & ~Q(document_name="") & ~Q(document_sha256="")),
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(dismissed_at__isnull=True), name="line_resolution_one_stands"
            ),
            models.UniqueConstraint(
                fields=["other_line"],
                condition=Q(dismissed_at__isnull=True),
                name="line_resolution_undoes_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} for {self.line_id}"
