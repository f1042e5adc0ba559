"""Imports as jobs, and where their rows stand before they are posted: nothing is half written (docs/adr/0032)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from backoffice.words import later


class ImportKind(models.TextChoices):
    EARNINGS = "earnings", later("Earnings")
    CORRECTIONS = "corrections", later("Corrections")
    STATEMENT = "statement", later("Bank statement")
    SELLERS = "sellers", later("Sellers")


class ImportStatus(models.TextChoices):
    READING = "READING", later("Being read and checked")
    CHECKED = "CHECKED", later("Checked, waits for a yes")
    REFUSED = "REFUSED", later("Refused: rows have errors")
    POSTING = "POSTING", later("Being posted")
    POSTED = "POSTED", later("Posted")
    DROPPED = "DROPPED", later("Dropped")
    FAILED = "FAILED", later("Failed: nothing was posted")


class ImportFile(models.Model):
    """One uploaded file: what it was, who brought it, how far a worker is with it, and what became of it.

    The row is the job: while READING or POSTING a worker is at it, or will be. What is over changes no more, by
    trigger. Corrections, and statements that do not follow what stands, are confirmed by another person than who
    brought them, by constraint.
    """

    kind = models.CharField(
        max_length=12, choices=ImportKind, default=ImportKind.EARNINGS, db_default="earnings"
    )
    profile = models.CharField(max_length=60)
    name = models.TextField()
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=ImportStatus)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(db_default=Now())
    file_bytes = models.BigIntegerField(db_default=0, default=0)
    row_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0, help_text="earnings, or lines of statements, this file adds")
    known_count = models.IntegerField(default=0, help_text="those we had already, with equal values")
    seller_count = models.IntegerField(default=0, help_text="sellers this file creates")
    totals = models.JSONField(default=dict, help_text="minor units per currency and kind of what it adds")
    preview = models.JSONField(db_default=[], default=list, help_text="each bank statement the file holds")
    step = models.CharField(
        max_length=60, blank=True, db_default="", default="", help_text="what is being done"
    )
    done = models.BigIntegerField(db_default=0, default=0)
    total = models.BigIntegerField(
        db_default=0, default=0, help_text="of how many rows or bytes; 0: not known"
    )
    started_at = models.DateTimeField(null=True, help_text="when a worker began what it is at")
    trouble = models.TextField(
        blank=True, db_default="", default="", help_text="why it did not go on, last time"
    )
    seller_file = models.OneToOneField(
        "sellers.SellerFile", null=True, on_delete=models.PROTECT, related_name="job"
    )
    needs_another = models.BooleanField(
        db_default=False,
        default=False,
        help_text="a bank's file that does not follow what stands: whoever brought it does not confirm it",
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    seen = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        default="",
        help_text="digest of the corrections that whoever confirmed was shown",
    )
    posted_at = models.DateTimeField(null=True)
    language = models.CharField(
        max_length=10,
        db_default="en",
        default="en",
        help_text="in which a version before writes its errors; now they are English for everybody",
    )

    class Meta:
        default_permissions = ("view",)
        permissions = [("import_earnings", "Can import earnings")]
        constraints = [
            models.CheckConstraint(
                name="import_by_two",
                condition=~Q(kind="corrections") & Q(needs_another=False)
                | ~Q(status__in=["POSTING", "POSTED"])
                | Q(uploaded_by__isnull=False, confirmed_by__isnull=False)
                & ~Q(uploaded_by=F("confirmed_by")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(status__in=["READING", "POSTING"]), name="import_under_way"
            ),
            models.Index(fields=["uploaded_at", "id"], name="import_uploaded"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportPart(models.Model):
    """A piece of a file as it was uploaded, compressed and, if ``sealed``, encrypted in its place.

    Pieces, so that no file is ever in memory whole. Kept while a worker needs them, of a refused file for its copy
    with the errors, and of corrections and booked statements for good: they are the document, which by trigger changes
    no more. Gone once the file is dropped.
    """

    holds_ciphertext = ("body",)

    import_file = models.ForeignKey(
        ImportFile, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    position = models.IntegerField()
    body = models.BinaryField()
    sealed = models.BooleanField(db_default=False, default=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["import_file", "position"], name="import_part_once")]

    def __str__(self) -> str:
        return f"part {self.position}"


class StagedEarning(models.Model):
    """One earning read from one row, with what is wrong with it. Deleted once the file is posted or dropped.

    Of a bank's file what is wrong alone: with which statement, and which line of it; 0 stands for all of them.
    """

    import_file = models.ForeignKey(
        ImportFile, on_delete=models.CASCADE, related_name="staged", db_index=False
    )
    row_number = models.IntegerField(
        help_text="line in the file, the header being 1; of a bank's file the statement"
    )
    statement_line = models.IntegerField(
        db_default=0, default=0, help_text="of a bank's statement: the line that is wrong; 0: the statement"
    )
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
