"""What became known after this database was restored from a backup."""

from django.db import models


class Restoration(models.Model):
    """One asking of the rails after a restore: from here on the anchors and the journal outside fit again."""

    append_only = True

    asked_at = models.DateTimeField()
    anchor_position = models.BigIntegerField(help_text="the newest anchor outside when it was found; 0: none")
    sealed_position = models.BigIntegerField(help_text="how far this database's audit trail reached then")
    found = models.IntegerField(help_text="payments the rails were handed that this database does not know")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"rails asked {self.asked_at:%Y-%m-%d %H:%M}"


class OutsidePayment(models.Model):
    """A payment that a rail was handed and that this database lost. Its payout is never handed over from here again."""

    append_only = True

    rail = models.CharField(max_length=20)
    key = models.CharField(max_length=35)
    end_to_end_id = models.CharField(max_length=35)
    payout_reference = models.TextField(db_index=True)
    seller = models.ForeignKey(
        "sellers.Seller", null=True, on_delete=models.PROTECT, related_name="outside_payments"
    )
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    handed_over_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=10, help_text="journal, or rail")
    said = models.TextField(blank=True, help_text="what the rail said when it was asked")
    found_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["end_to_end_id", "key"], name="outside_payment_once_a_key")
        ]
        indexes = [models.Index(fields=["rail", "key"], name="outside_payment_key")]

    def __str__(self) -> str:
        return self.end_to_end_id
