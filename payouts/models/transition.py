"""The life of one payout: every change of status, who made it and why."""

from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL


class Transition(models.Model):
    """One move. Append-only. A trigger refuses a change of status that has no row here from its own transaction."""

    append_only = True

    payout = models.ForeignKey(
        "payouts.Payout", on_delete=models.PROTECT, related_name="transitions", db_index=False
    )
    name = models.CharField(max_length=20)
    from_status = models.CharField(max_length=16)
    to_status = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=150)
    via = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    txid = models.BigIntegerField(db_default=RawSQL("txid_current()", []), editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["payout", "id"], name="transition_payout")]

    def __str__(self) -> str:
        return f"{self.payout_id}: {self.from_status} to {self.to_status}"
