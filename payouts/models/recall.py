"""Asking the bank to bring back what was handed over: a case for people. Only a return by the bank moves money."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later


class RecallChannel(models.TextChoices):
    PORTAL = "portal", later("The bank's portal")
    PHONE = "phone", later("Telephone")
    EMAIL = "email", "E-mail"
    MESSAGE = "message", later("A message between banks (camt.056)")
    OTHER = "other", later("Another way, see the reason")


class RecallState(models.TextChoices):
    ASKED = "asked", later("Asked")
    RECALLED = "recalled", later("The bank brings it back")
    REFUSED = "refused", later("The bank refuses")
    NO_ANSWER = "no_answer", later("No answer came")


class Recall(models.Model):
    """Who asked the bank to stop or bring back one attempt, when, why and how; and what the bank answered.

    It moves neither money nor status. What was asked never changes; the answer is written once. At most one of an
    attempt is open.
    """

    app_may_update = ("state", "answer", "answered_at", "recorded_by", "recorded_at")

    attempt = models.ForeignKey("payouts.Attempt", on_delete=models.PROTECT, related_name="recalls")
    reason = models.TextField(help_text="what the bank is told")
    channel = models.CharField(max_length=10, choices=RecallChannel)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RecallState, default=RecallState.ASKED)
    answer = models.TextField(blank=True, help_text="who said what; or how often nobody answered")
    answered_at = models.DateTimeField(null=True, help_text="when the bank answered; null where it did not")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("ask_recall", "Can ask the bank to recall a payout"),
            ("answer_recall", "Can record what the bank answered to a recall"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["attempt"], condition=Q(state="asked"), name="recall_one_open"),
            models.CheckConstraint(name="recall_state_is_known", condition=Q(state__in=RecallState.values)),
            models.CheckConstraint(
                name="recall_channel_is_known", condition=Q(channel__in=RecallChannel.values)
            ),
            models.CheckConstraint(name="recall_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="recall_answer_is_whole",
                condition=Q(
                    state="asked",
                    answer="",
                    answered_at__isnull=True,
                    recorded_by__isnull=True,
                    recorded_at__isnull=True,
                )
                | ~Q(state="asked") & ~Q(answer="") & Q(recorded_by__isnull=False, recorded_at__isnull=False),
            ),
            models.CheckConstraint(
                name="recall_answered_when_the_bank_spoke",
                condition=Q(state__in=["recalled", "refused"], answered_at__isnull=False)
                | Q(state__in=["asked", "no_answer"], answered_at__isnull=True),
            ),
            models.CheckConstraint(
                name="recall_answered_after_it_was_asked",
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("asked_at")),
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="asked"), name="recall_open")]

    def __str__(self) -> str:
        return f"recall of {self.attempt_id}"

    @property
    def is_open(self) -> bool:
        return bool(self.state == RecallState.ASKED)
