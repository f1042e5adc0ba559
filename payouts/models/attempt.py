"""One payout's place in one submission, and what the bank said about it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from backoffice.words import later


class Attempt(models.Model):
    """EndToEndId, amount and bank-account version as they were sent. At most one per payout is live.

    It ends when the money is proven not to have left, or came back: then the payout may have another.
    """

    app_may_update = ("ended_at", "ended_because", "gave_back")

    submission = models.ForeignKey("payouts.Submission", on_delete=models.PROTECT, related_name="attempts")
    payout = models.ForeignKey(
        "payouts.Payout", on_delete=models.PROTECT, related_name="attempts", db_index=False
    )
    number = models.SmallIntegerField()
    end_to_end_id = models.CharField(max_length=15)
    amount_minor = models.BigIntegerField()
    account_version = models.ForeignKey("payouts.AccountVersion", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, blank=True)
    gave_back = models.BooleanField(default=False, help_text="its money was posted back, once")

    class Meta:
        default_permissions = ()
        constraints = [
            # Not `unique`, which would have an index for LIKE beside it.
            models.UniqueConstraint(fields=["end_to_end_id"], name="payouts_attempt_end_to_end_id_key"),
            models.UniqueConstraint(fields=["payout", "number"], name="attempt_number"),
            models.UniqueConstraint(
                fields=["payout"], condition=Q(ended_at__isnull=True), name="attempt_one_live"
            ),
            models.CheckConstraint(name="attempt_amount_positive", condition=Q(amount_minor__gt=0)),
        ]
        # A statement line without a reference finds what it may be about by its amount.
        indexes = [models.Index(fields=["amount_minor", "-id"], name="attempt_amount")]

    def __str__(self) -> str:
        return self.end_to_end_id


class BankFact(models.Model):
    """What the bank said about one attempt, once, in its own words. The payout's status is a fold over these."""

    append_only = True

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", later("Accepted")
        REJECTED = "rejected", later("Rejected")
        PAID = "paid", later("Paid")
        FAILED = "failed", later("Failed")
        RETURNED = "returned", later("Returned")

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="facts", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    amount_minor = models.BigIntegerField(null=True)
    source = models.TextField(help_text="where it was said: file, event or statement line; each counts once")
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["attempt", "kind", "source"], name="bank_fact_once")]
        indexes = [models.Index(fields=["code", "attempt"], condition=~Q(code=""), name="bank_fact_code")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
