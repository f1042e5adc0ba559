"""One obligation to pay one seller one amount in one currency."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat, Now

from payouts.states import PayoutStatus


class Payout(models.Model):
    """Amount, seller, currency and span never change; the status moves along `states.TRANSITIONS` only.

    ``span`` is the due dates it covers, in days of the seller's country; null for a reissue, which has the
    give-back of ``reissue_of`` as its single line. ``round`` counts how often it came (back) to review: a
    review or an approval counts only in the round it was given in. ``payout_account`` is the version of the
    bank details the money will go to; when that changes the payout goes back to review.
    """

    app_may_update = ("status", "status_at", "round", "payout_account", "batch")

    reference = models.GeneratedField(
        expression=Concat(Value("P"), Cast("id", models.TextField()), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="payouts", db_index=False
    )
    seller = models.ForeignKey(
        "sellers.Seller", on_delete=models.PROTECT, related_name="payouts", db_index=False
    )
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, help_text="the seller's, when made: it decides the rail")
    amount_minor = models.BigIntegerField()
    span = DateRangeField(null=True)
    reissue_of = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reissued_as")
    run = models.ForeignKey("payouts.PayoutRun", null=True, on_delete=models.PROTECT, related_name="payouts")
    payout_account = models.ForeignKey(
        "payouts.AccountVersion", on_delete=models.PROTECT, related_name="payouts"
    )
    status = models.CharField(max_length=16, choices=PayoutStatus, default=PayoutStatus.PENDING_REVIEW)
    status_at = models.DateTimeField(db_default=Now())
    round = models.SmallIntegerField(default=1)
    batch = models.ForeignKey("payouts.Batch", null=True, on_delete=models.PROTECT, related_name="payouts")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("run_payouts", "Can run payouts"),
            ("review_payout", "Can review payouts"),
            ("send_back_payout", "Can send payouts back to review"),
            ("approve_payout", "Can approve payouts another reviewed"),
            ("cancel_payout", "Can cancel payouts"),
            ("take_out_payout", "Can take a payout out of its batch"),
            ("dispose_payout", "Can reissue or roll the money of a dead payout"),
        ]
        constraints = [
            # Not `unique`, which would have an index for LIKE beside it.
            models.UniqueConstraint(fields=["reference"], name="payouts_payout_reference_key"),
            models.CheckConstraint(name="payout_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payout_reference_can_be_said", condition=Q(id__lt=1_000_000_000)),
            models.CheckConstraint(
                name="payout_status_is_known", condition=Q(status__in=PayoutStatus.values)
            ),
            models.CheckConstraint(
                name="payout_span_or_reissue",
                condition=Q(span__isnull=False, reissue_of__isnull=True)
                | Q(span__isnull=True, reissue_of__isnull=False),
            ),
            models.CheckConstraint(
                name="payout_batched_has_batch",
                condition=~Q(status__in=["BATCHED", "SUBMITTED", "PAID", "FAILED", "RETURNED"])
                | Q(batch__isnull=False),
            ),
            models.CheckConstraint(
                name="payout_unbatched_has_none",
                condition=~Q(status__in=["PENDING_REVIEW", "REVIEWED", "APPROVED", "CANCELLED"])
                | Q(batch__isnull=True),
            ),
            ExclusionConstraint(
                name="payout_spans_never_overlap",
                expressions=[("account", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="payout_status"),
            models.Index(fields=["seller", "-id"], name="payout_seller"),
            models.Index(
                fields=["seller"],
                condition=Q(status__in=["PENDING_REVIEW", "REVIEWED", "APPROVED", "BATCHED"]),
                name="payout_unsent_of_seller",
            ),
            models.Index(fields=["country", "status", "-id"], name="payout_country_status"),
            models.Index(fields=["-created_at", "-id"], name="payout_created"),
            # What a list can be sorted by, within each status: a page over several statuses merges their pages.
            models.Index(fields=["status", "status_at", "id"], name="payout_status_at"),
            models.Index(fields=["status", "currency", "amount_minor", "id"], name="payout_status_amount"),
        ]

    def __str__(self) -> str:
        return str(self.reference)


class Flag(models.Model):
    """Something about a payout that a reviewer should look at, with the facts behind it. Append-only.

    One about the bank account is raised anew when the account changes, as ``code:version``.
    """

    append_only = True

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="flags", db_index=False)
    code = models.CharField(max_length=30)
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["payout", "code"], name="flag_once_per_payout")]
        indexes = [models.Index(fields=["code", "-payout"], name="flag_code")]

    def __str__(self) -> str:
        return f"{self.code} on {self.payout_id}"

    @property
    def kind(self) -> str:
        """The code, whichever account it is about."""
        return self.code.partition(":")[0]

    @property
    def renewed(self) -> bool:
        """It was raised because the payout's account changed, not when the payout was made."""
        return ":" in self.code


class PayoutNote(models.Model):
    """What a colleague should know about a payout; append-only."""

    append_only = True

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="payout_note_has_text", condition=~Q(text=""))]

    def __str__(self) -> str:
        return self.text[:60]
