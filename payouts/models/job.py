"""One verb on many payouts, which a person confirmed and a worker does in portions."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from backoffice.words import later


class JobOutcome(models.TextChoices):
    """What came of one payout of a job."""

    WAITING = "", later("waits for its turn")
    MOVED = "moved", later("done")
    REFUSED = "refused", later("refused")


class Job(models.Model):
    """What was confirmed, by whom, and how far it is. ``key``: the same confirmed form twice is one job.

    A finished job never changes, and counts what its items say (a trigger). What was confirmed never changes at all.
    One that takes up what was left of another is of the same person and verb; no payout is taken up twice (triggers).
    """

    app_may_update = ("moved_count", "refused_count", "finished_at", "trouble")

    key = models.TextField(unique=True)
    verb = models.CharField(max_length=20)
    values = models.JSONField(
        default=dict, help_text="what the form said: a reason, a note, the end of a hold"
    )
    language = models.CharField(max_length=10, help_text="in which its asker reads why something is refused")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    total = models.IntegerField()
    rest_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="taken_up_by",
        db_index=False,
        help_text="the job that was stopped, whose payouts these were",
    )
    moved_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    trouble = models.TextField(blank=True, default="", help_text="why it did not go on, last time")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["asked_by", "-id"], name="job_of_person"),
            models.Index(fields=["asked_at"], condition=Q(finished_at=None), name="job_unfinished"),
            models.Index(fields=["rest_of"], condition=Q(rest_of__isnull=False), name="job_rest_of"),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_counts_fit",
                condition=Q(total__gt=0, moved_count__gte=0, refused_count__gte=0)
                & Q(total__gte=models.F("moved_count") + models.F("refused_count")),
            ),
        ]

    def __str__(self) -> str:
        return f"J{self.pk}"

    @property
    def done_count(self) -> int:
        """Payouts that had their turn."""
        return self.moved_count + self.refused_count


class JobItem(models.Model):
    """One payout of a job: ``seen`` is what its asker's page showed of it (`shown.token`), then what came of it.

    The outcome is written in the transaction that moves the payout, and once (a trigger).
    """

    app_may_update = ("outcome", "code", "reason")

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="items", db_index=False)
    payout = models.ForeignKey("payouts.Payout", on_delete=models.PROTECT, related_name="+", db_index=False)
    seen = models.TextField(blank=True)
    outcome = models.CharField(
        max_length=10, choices=JobOutcome.choices, blank=True, default=JobOutcome.WAITING
    )
    code = models.CharField(max_length=40, blank=True, default="")
    reason = models.TextField(blank=True, default="")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["job", "payout"], condition=Q(outcome=""), name="job_item_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["job", "payout"], name="job_item_once"),
            models.CheckConstraint(
                name="job_item_refused_says_why",
                condition=Q(outcome="refused", reason__gt="") | Q(outcome__in=["", "moved"], reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.payout_id}"
