"""Documents a rail's other side left for us: answers and statements, kept before they are acted on."""

from django.db import models
from django.db.models import Q

from backoffice.words import later


class BankDocument(models.Model):
    """The exact bytes of one document (encrypted), and whether it was read. ``name`` is unique per rail."""

    app_may_update = ("processed_at", "problem", "cursor")

    class Kind(models.TextChoices):
        ANSWERS = "answers", later("Answers")
        STATEMENT = "statement", later("Statement")
        UNRECOGNISED = "unrecognised", later("Not recognised")

    rail = models.CharField(max_length=20)
    name = models.TextField()
    kind = models.CharField(max_length=12, choices=Kind)
    body_ciphertext = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    cursor = models.TextField(blank=True, help_text="where to go on asking the rail")
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="why it could not be read, for a person")

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["rail", "name"], name="bank_document_once"),
        ]
        indexes = [
            models.Index(
                fields=["rail", "id"], condition=Q(processed_at__isnull=True), name="bank_document_new"
            )
        ]

    def __str__(self) -> str:
        return self.name
