"""The first and the second person's judgement, each for exactly what was seen."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Review(models.Model):
    """The first person looked and found it right. Counts for one round and one digest. Append-only."""

    append_only = True

    payout = models.ForeignKey(
        "payouts.Payout", on_delete=models.PROTECT, related_name="reviews", db_index=False
    )
    round = models.SmallIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="of seller, amount, currency and bank-account version")
    note = models.TextField(blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["payout", "round"], name="review_one_per_round"),
            models.UniqueConstraint(fields=["payout", "round", "reviewer", "digest"], name="review_people"),
        ]

    def __str__(self) -> str:
        return f"review of {self.payout_id}"


class Approval(models.Model):
    """The second person's independent authorisation. Append-only.

    ``reviewer``, ``account_requested_by`` and ``account_verified_by`` repeat, through composite foreign keys,
    who reviewed this round and who touched the bank account, so that PostgreSQL itself refuses an approver who
    is any of them (HOUSE ruling 5). ``seat`` numbers the approvals a policy asks for; today one.
    """

    append_only = True

    payout = models.ForeignKey(
        "payouts.Payout", on_delete=models.PROTECT, related_name="approvals", db_index=False
    )
    round = models.SmallIntegerField()
    seat = models.SmallIntegerField(default=1)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    note = models.TextField(blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    account_version = models.ForeignKey("payouts.AccountVersion", on_delete=models.PROTECT, related_name="+")
    account_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    account_verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["payout", "round", "seat"], name="approval_one_per_seat"),
            models.UniqueConstraint(fields=["payout", "round", "approver"], name="approval_one_per_person"),
            models.CheckConstraint(name="approval_not_by_reviewer", condition=~Q(approver=F("reviewer"))),
            models.CheckConstraint(
                name="approval_not_by_account_requester", condition=~Q(approver=F("account_requested_by"))
            ),
            models.CheckConstraint(
                name="approval_not_by_account_verifier", condition=~Q(approver=F("account_verified_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"approval of {self.payout_id}"
