"""One idempotent hand-over to a rail."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later
from payouts.states import SubmissionStatus


class Submission(models.Model):
    """Owns bytes, key, lease and outcome: one per batch where the rail takes files, one per payout for calls.

    ``body_ciphertext`` is the exact bytes, encrypted; ``body_sha256`` is of the plain bytes. They never change,
    nor does ``key``. ``fence`` grows with every lease: a worker that wakes after its lease writes nothing.
    """

    app_may_update = (
        "status", "status_at", "fence", "lease_until", "delivered_at", "bank_reference",
        "answer_code", "answer_text", "answer_raw", "deliveries", "next_lookup_at",
    )  # fmt: skip

    batch = models.ForeignKey("payouts.Batch", on_delete=models.PROTECT, related_name="submissions")
    payout = models.ForeignKey(
        "payouts.Payout", null=True, on_delete=models.PROTECT, related_name="submissions"
    )
    rail = models.CharField(max_length=20)
    key = models.CharField(max_length=35, help_text="idempotency key; MsgId for files. Stable for ever.")
    body_ciphertext = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    body_bytes = models.BigIntegerField()
    status = models.CharField(max_length=12, choices=SubmissionStatus, default=SubmissionStatus.PREPARED)
    status_at = models.DateTimeField()
    prepared_at = models.DateTimeField()
    fence = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    deliveries = models.SmallIntegerField(default=0, help_text="how often these bytes were handed over")
    delivered_at = models.DateTimeField(
        null=True, help_text="first hand-over; the rail's key window counts from here"
    )
    bank_reference = models.TextField(blank=True)
    answer_code = models.CharField(max_length=40, blank=True)
    answer_text = models.TextField(blank=True)
    answer_raw = models.TextField(
        blank=True, help_text="what came back, at most 4 kB, without account numbers"
    )
    next_lookup_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["rail", "key"], name="submission_key_once"),
            models.CheckConstraint(
                name="submission_status_is_known", condition=Q(status__in=SubmissionStatus.values)
            ),
            models.CheckConstraint(name="submission_has_bytes", condition=Q(body_bytes__gt=0)),
            models.CheckConstraint(
                name="submission_delivering_has_lease",
                condition=~Q(status="DELIVERING") | Q(lease_until__isnull=False),
            ),
            # Where a rail takes calls a batch has one submission per payout, where it takes files just one.
            models.UniqueConstraint(
                fields=["batch"], condition=Q(payout__isnull=True), name="submission_one_file_per_batch"
            ),
            models.UniqueConstraint(
                fields=["batch", "payout"],
                condition=Q(payout__isnull=False),
                name="submission_one_call_per_item",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "lease_until"],
                condition=Q(status__in=["PREPARED", "DELIVERING", "UNKNOWN"]),
                name="submission_open",
            ),
            models.Index(
                fields=["bank_reference"], condition=~Q(bank_reference=""), name="submission_bank_ref"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rail} {self.key}"


class SubmissionEvent(models.Model):
    """The evidence: each lease taken, hand-over, answer and lookup of a submission. Append-only."""

    append_only = True

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=20, help_text="lease, answer, lookup, expired, resolved")
    fence = models.BigIntegerField()
    outcome = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.what} {self.outcome}"


class Resolution(models.Model):
    """What became of an UNKNOWN submission, as one person found and another confirmed. Nobody resolves alone."""

    app_may_update = ("confirmed_by", "confirmed_at", "dismissed_at")

    class Verdict(models.TextChoices):
        SENT = "sent", later("The bank has it")
        NEVER_SENT = "never_sent", later("It never reached the bank")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="resolutions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    evidence = models.TextField(help_text="what the finding rests on: whom we asked, what they said")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="resolution_four_eyes",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="resolution_confirmed_by_somebody",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, dismissed_at__isnull=True),
            ),
            models.CheckConstraint(name="resolution_has_evidence", condition=~Q(evidence="")),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(dismissed_at__isnull=True), name="resolution_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} for {self.submission_id}"
