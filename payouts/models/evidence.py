"""The paper that a finding about an unknown submission rests on."""

from django.db import models
from django.db.models import Q


class Evidence(models.Model):
    """The file that came with a finding, as it came: the bank's e-mail, a page of its portal, a signed statement.

    ``body_ciphertext`` is encrypted and bound to its finding; ``body_sha256`` is of the plain bytes. No finding is
    confirmed without one (trigger).
    """

    append_only = True

    resolution = models.OneToOneField("payouts.Resolution", on_delete=models.PROTECT, related_name="attached")
    name = models.TextField(help_text="what the file was called, at most 120 characters")
    body_ciphertext = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    body_bytes = models.IntegerField()
    attached_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        verbose_name = "evidence"
        constraints = [
            models.CheckConstraint(name="evidence_has_bytes", condition=Q(body_bytes__gt=0)),
            models.CheckConstraint(name="evidence_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
