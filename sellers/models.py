"""Who we owe. A seller is a business or, for trade-ins, a person."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat, Now, Upper

from backoffice.words import later


class Kind(models.TextChoices):
    BUSINESS = "business", later("Business")
    PERSON = "person", later("Person")


class Seller(models.Model):
    """The party we owe. Suspended or unverified sellers are never paid; their earnings still accrue."""

    reference = models.GeneratedField(
        expression=Concat(Value("S"), Cast("id", models.TextField()), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
        unique=True,
    )
    external_id = models.TextField(unique=True, help_text="the marketplace's own id for this seller")
    name = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.BUSINESS)
    country = models.CharField(max_length=2, db_index=False)
    country_since = models.DateField(
        null=True, help_text="said with a new country; a trigger takes it into the residences"
    )
    email = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    tax_id = models.TextField(blank=True)
    address_line = models.TextField(blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    city = models.TextField(blank=True)
    joined_date = models.DateField(null=True)
    verified_at = models.DateTimeField(null=True, help_text="null while we do not know who they are")
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("import_sellers", "Can import sellers"),
            ("suspend_seller", "Can suspend a seller and lift it"),
            ("verify_seller", "Can verify a seller"),
            ("add_note", "Can write notes on sellers and payouts"),
        ]
        constraints = [
            models.CheckConstraint(
                name="seller_country_is_iso", condition=models.Q(country__regex="^[A-Z]{2}$")
            ),
            models.CheckConstraint(
                name="seller_country_since_is_taken", condition=models.Q(country_since__isnull=True)
            ),
            models.CheckConstraint(name="seller_has_name", condition=~models.Q(name="")),
            models.CheckConstraint(name="seller_kind_is_known", condition=models.Q(kind__in=Kind.values)),
        ]
        indexes = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="seller_name_trgm"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="seller_email_trgm"),
            models.Index(fields=["country", "id"], name="seller_country"),
            models.Index(
                fields=["id"],
                condition=models.Q(suspended_at__isnull=False) | models.Q(verified_at__isnull=True),
                name="seller_barred",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_payable(self) -> bool:
        """Whether money may go to this seller at all."""
        return self.verified_at is not None and self.suspended_at is None


class Verification(models.Model):
    """A person's finding about who a seller is. The newest one counts; append-only."""

    append_only = True

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="verifications")
    passed = models.BooleanField()
    note = models.TextField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.seller} {'passed' if self.passed else 'failed'}"


class Note(models.Model):
    """What a colleague should know about a seller; append-only."""

    append_only = True

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(name="note_has_text", condition=~models.Q(text=""))]

    def __str__(self) -> str:
        return self.text[:60]


class DataKey(models.Model):
    """The key that encrypts one seller's secrets, itself wrapped by a master key. Rotation rewrites only this."""

    seller = models.OneToOneField(Seller, primary_key=True, on_delete=models.PROTECT, related_name="data_key")
    wrapped = models.BinaryField()
    master_key_id = models.CharField(max_length=40)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"key of seller {self.pk}"


class SellerFileStatus(models.TextChoices):
    CHECKED = "CHECKED", later("Checked, waits for a yes")
    REFUSED = "REFUSED", later("Refused: rows have errors")
    APPLIED = "APPLIED", later("Applied")
    DROPPED = "DROPPED", later("Dropped")


class SellerFile(models.Model):
    """One uploaded file of sellers, and what became of it. ``content`` is emptied once it is decided or refused.

    ``digest`` is of the changes the preview showed: other changes than those are not applied.
    """

    app_may_update = ("status", "content", "applied_at", "new_count", "changed_count", "same_count")

    profile = models.CharField(max_length=60)
    name = models.TextField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=SellerFileStatus)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(db_default=Now())
    row_count = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    new_count = models.IntegerField(default=0)
    changed_count = models.IntegerField(default=0)
    same_count = models.IntegerField(default=0)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.name


class SellerFileRow(models.Model):
    """What one row of a file would do, in the order in which a person judges it; or what is wrong with the row.

    Rows that would change nothing have none. Deleted once the file is decided: they hold people's data.
    """

    file = models.ForeignKey(SellerFile, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.IntegerField(help_text="line in the file, the header being 1")
    what = models.CharField(max_length=10, blank=True, help_text="new or changed; empty beside an error")
    external_id = models.TextField(blank=True)
    name = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    changes = models.JSONField(
        default=list, help_text="[field, before, after] of each change of a known seller"
    )
    error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["file", "id"], name="seller_file_row")]

    def __str__(self) -> str:
        return f"line {self.line}"
