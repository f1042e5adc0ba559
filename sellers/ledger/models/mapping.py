"""Which account of accounting's chart a book of the ledger is."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class AccountMapping(models.Model):
    """One version of a book's account: asked for by one person, in force from a day on once another confirmed it.

    An empty ``currency`` or ``country`` means every one that has no version of its own. ``targets`` holds what single
    formats need beside the number, as {"datev.tax_code": "9"}. A confirmed version never changes; a day in a month
    that is closed has the version that it had.
    """

    app_may_update = ("decided_by", "decided_at", "confirmed")

    book = models.CharField(max_length=20)
    currency = models.CharField(max_length=3, blank=True)
    country = models.CharField(max_length=2, blank=True)
    number = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    targets = models.JSONField(default=dict, blank=True)
    effective_from = models.DateField()
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    confirmed = models.BooleanField(default=False)

    class Meta:
        default_permissions = ("view",)
        permissions = [("map_accounts", "Can ask for an account of a book, and confirm another's")]
        constraints = [
            models.CheckConstraint(
                name="mapping_four_eyes", condition=Q(confirmed=False) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="mapping_decided_by_somebody",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, confirmed=False)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            # The first character keeps a spreadsheet from taking a cell for a formula.
            models.CheckConstraint(
                name="mapping_number_is_one", condition=Q(number__regex=r"^[0-9A-Za-z][0-9A-Za-z._/-]*$")
            ),
            models.CheckConstraint(
                name="mapping_label_is_words", condition=Q(label__regex=r"^\w[^\t\r\n]*$")
            ),
            models.CheckConstraint(name="mapping_has_reason", condition=~Q(reason="")),
            models.UniqueConstraint(
                fields=["book", "currency", "country"],
                condition=Q(decided_at__isnull=True),
                name="mapping_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "currency", "country", "effective_from"], name="mapping_version")
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.currency} {self.country}: {self.number}"
