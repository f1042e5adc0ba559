"""A file somebody asked for."""

from django.conf import settings
from django.db import models


class ExportStatus(models.TextChoices):
    WAITING = "WAITING", "Waiting"
    RUNNING = "RUNNING", "Being written"
    READY = "READY", "Ready"
    FAILED = "FAILED", "Failed"
    EXPIRED = "EXPIRED", "Expired"


class Export(models.Model):
    """Kind, filter and format as asked for, progress, and the file. Only its requester may download it."""

    kind = models.CharField(max_length=30)
    format = models.CharField(max_length=10)
    filters = models.JSONField(default=dict, help_text="exactly the filter of the page it was asked from")
    filters_text = models.TextField(blank=True, help_text="the filter in words")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=ExportStatus, default=ExportStatus.WAITING)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True)
    file_name = models.TextField(blank=True)
    file_bytes = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    downloaded_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("request_export", "Can export payouts")]
        indexes = [models.Index(fields=["requested_by", "-id"], name="export_requester")]

    def __str__(self) -> str:
        return f"{self.kind} {self.format}"
