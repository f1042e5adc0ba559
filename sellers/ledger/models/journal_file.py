"""A closed month as a file for accounting."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from backoffice.words import later, later_as


class JournalStatus(models.TextChoices):
    WAITING = "WAITING", later("Being written")
    READY = "READY", later("Ready")
    FAILED = "FAILED", later_as("an export", "Failed")


class JournalFile(models.Model):
    """One closed month in one format, currency and grouping: there is one row, however often it is asked for.

    The SHA-256 is written once; a file that is written again must have the same. ``totals`` are the debits and
    credits of each account in minor units, as [account, debit, credit]; ``home_totals`` the same in the company's
    currency, where the file converts into it, as [account, debit, credit, currency].
    """

    app_may_update = (
        "status", "asked_at", "finished_at", "file_name", "file_bytes", "lines", "sha256", "totals",
        "home_totals", "error", "started_at", "entries_done", "entries_total",
    )  # fmt: skip

    period = models.ForeignKey(
        "ledger.Period", on_delete=models.PROTECT, related_name="files", db_index=False
    )
    format = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    grouping = models.CharField(
        max_length=10, choices=[("detailed", later("One by one")), ("daily", later("Daily totals"))]
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=JournalStatus, default=JournalStatus.WAITING)
    started_at = models.DateTimeField(null=True)
    """When a worker last began to write it."""
    entries_done = models.BigIntegerField(null=True)
    entries_total = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=100, blank=True)
    file_bytes = models.BigIntegerField(null=True)
    lines = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    totals = models.JSONField(default=list, blank=True)
    home_totals = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("export_journal", "Can fetch the journal of a closed month")]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "format", "currency", "grouping"], name="journal_file_once"
            ),
            models.CheckConstraint(
                name="journal_file_ready_is_whole",
                condition=~Q(status="READY") | (~Q(sha256="") & Q(file_bytes__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(status="WAITING"), name="journal_file_open")]

    def __str__(self) -> str:
        return self.file_name or f"{self.format} {self.currency}"
