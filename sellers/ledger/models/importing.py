"""Where imported rows stand before they are posted: nothing is half written."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from backoffice.words import later


class ImportStatus(models.TextChoices):
    CHECKED = "CHECKED", later("Checked, waits for a yes")
    REFUSED = "REFUSED", later("Refused: rows have errors")
    POSTED = "POSTED", later("Posted")
    DROPPED = "DROPPED", later("Dropped")


class ImportFile(models.Model):
    """One uploaded file of earnings: what it was, who brought it, and what became of it."""

    profile = models.CharField(max_length=60)
    name = models.TextField()
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=ImportStatus)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(db_default=Now())
    row_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0, help_text="earnings this file adds")
    known_count = models.IntegerField(default=0, help_text="earnings we had already, with equal values")
    seller_count = models.IntegerField(default=0, help_text="sellers this file creates")
    totals = models.JSONField(default=dict, help_text="minor units per currency and kind of what it adds")
    posted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("import_earnings", "Can import earnings")]

    def __str__(self) -> str:
        return self.name


class ImportPart(models.Model):
    """A piece of a refused file as it was uploaded, compressed: its copy with the errors is made from it.

    Gone once the file is dropped. Pieces, so that no file is ever in memory whole.
    """

    import_file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="parts")
    position = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["import_file", "position"], name="import_part_once")]

    def __str__(self) -> str:
        return f"part {self.position}"


class StagedEarning(models.Model):
    """One earning read from one row, with what is wrong with it. Deleted once the file is posted or dropped."""

    import_file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="staged")
    row_number = models.IntegerField(help_text="line in the file, the header being 1")
    seller_external_id = models.TextField(blank=True)
    seller_name = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    external_id = models.TextField(blank=True)
    kind = models.CharField(max_length=12, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    order_ref = models.TextField(blank=True)
    description = models.TextField(blank=True)
    occurred_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    error = models.TextField(blank=True)
    known = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["import_file", "row_number"], name="staged_file_row")]

    def __str__(self) -> str:
        return f"row {self.row_number}"
