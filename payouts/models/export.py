"""A file somebody asked for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later, later_as


class ExportStatus(models.TextChoices):
    WAITING = "WAITING", later("Waiting")
    RUNNING = "RUNNING", later("Being written")
    READY = "READY", later("Ready")
    FAILED = "FAILED", later_as("an export", "Failed")
    CANCELLED = "CANCELLED", later_as("an export", "Cancelled")
    EXPIRED = "EXPIRED", later("Expired")


class Export(models.Model):
    """Kind, filter and format as asked for, progress, and the file. Only its requester may download it.

    ``columns`` are the names of those wanted, in their order; empty means all. With ``since`` it holds only what
    changed since that export of the same person, kind, filter and columns; the counts of rows say how much. The hashes
    of its rows, of ``hashed_columns``, lie beside the file and stay until ``hashes_until``, longer than it; of one that
    failed or was cancelled nothing stays, and ``hashes_until`` is null once that was seen to. ``totals`` are those of
    the last rows of a workbook, whatever the format: [currency, rows, minor units] of the first amount.
    """

    kind = models.CharField(max_length=30)
    format = models.CharField(max_length=10)
    locale = models.CharField(max_length=5, db_default="en", help_text="whose separators, for Excel's CSV")
    compressed = models.BooleanField(db_default=False)
    columns = models.JSONField(default=list, db_default=[])
    filters = models.JSONField(default=dict, help_text="exactly the filter of the page it was asked from")
    filters_text = models.TextField(blank=True, help_text="the filter in words")
    sort = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="as in the list's address; empty: the usual order",
    )
    order_text = models.TextField(blank=True, default="", db_default="", help_text="the order in words")
    since = models.ForeignKey(
        "self",
        null=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="only what changed since that export",
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
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
    hashed_columns = models.JSONField(
        default=list, db_default=[], help_text="the columns that its row hashes are of"
    )
    hashes_until = models.DateTimeField(null=True)
    totals = models.JSONField(
        default=list,
        db_default=[],
        help_text="of each currency: its code, how many rows, and what they add up to in minor units",
    )
    rows_new = models.BigIntegerField(null=True)
    rows_changed = models.BigIntegerField(null=True)
    rows_withdrawn = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("request_export", "Can export payouts"),
            ("export_seller_totals", "Can export the yearly totals of sellers for tax authorities"),
        ]
        indexes = [models.Index(fields=["requested_by", "-id"], name="export_requester")]

    def __str__(self) -> str:
        return f"{self.kind} {self.format}"


class ExportLink(models.Model):
    """Leave to fetch one export once, soon. Of the secret in the address only its SHA-256 is kept."""

    app_may_update = ("used_at",)

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="export_link_is_short", condition=Q(expires_at__gt=F("made_at"))),
            models.CheckConstraint(
                name="export_link_used_in_time",
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("expires_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"link to export {self.export_id}"


class ExportTemplate(models.Model):
    """A choice of columns under a name, for its owner or for everybody."""

    app_may_update = ("dropped_at",)

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    columns = models.JSONField(help_text="names of columns in their order")
    shared = models.BooleanField(default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="export_template_has_name", condition=~Q(name="")),
            models.CheckConstraint(name="export_template_has_columns", condition=~Q(columns=[])),
            models.UniqueConstraint(
                fields=["owner", "kind", "name"],
                condition=Q(dropped_at__isnull=True),
                name="export_template_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
