"""What became of the money of a dead payout."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Disposal(models.Model):
    """The give-back of one dead payout, disposed of once: reissued as a new payout, or rolled into a later run."""

    append_only = True

    payout = models.OneToOneField("payouts.Payout", on_delete=models.PROTECT, related_name="disposal")
    new_payout = models.OneToOneField(
        "payouts.Payout", null=True, on_delete=models.PROTECT, related_name="disposes_of"
    )
    earning = models.OneToOneField(
        "ledger.Earning", null=True, on_delete=models.PROTECT, related_name="disposal"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="disposal_one_way",
                condition=Q(new_payout__isnull=False, earning__isnull=True)
                | Q(new_payout__isnull=True, earning__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"disposal of {self.payout_id}"
