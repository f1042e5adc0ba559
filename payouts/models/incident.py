"""What must be looked at by a person, and the switches that stop money."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Incident(models.Model):
    """Something that must not happen and did, or may have. Open until a person closes it."""

    code = models.CharField(max_length=40)
    key = models.TextField(unique=True, help_text="the same trouble opens one incident")
    text = models.TextField()
    rail = models.CharField(max_length=20, blank=True)
    payout = models.ForeignKey(
        "payouts.Payout", null=True, on_delete=models.PROTECT, related_name="incidents"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closing_note = models.TextField(blank=True)

    class Meta:
        default_permissions = ("view",)
        indexes = [models.Index(fields=["-id"], condition=Q(closed_at__isnull=True), name="incident_open")]

    def __str__(self) -> str:
        return self.text


class RailSwitch(models.Model):
    """A stop of one rail. While one is open nothing new is handed to it; work in flight still resolves."""

    rail = models.CharField(max_length=20)
    reason = models.TextField()
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    stopped_at = models.DateTimeField()
    restored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    restored_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["rail"], condition=Q(restored_at__isnull=True), name="rail_switch_one_open"
            ),
            models.CheckConstraint(
                name="rail_switch_four_eyes",
                condition=Q(restored_by__isnull=True)
                | Q(stopped_by__isnull=True)
                | ~Q(restored_by=models.F("stopped_by")),
            ),
            models.CheckConstraint(
                name="rail_switch_restored_by_somebody",
                condition=Q(restored_by__isnull=True, restored_at__isnull=True)
                | Q(restored_by__isnull=False, restored_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rail} stopped"


class InvariantCheck(models.Model):
    """One pass over all invariants: when, and what was broken. The front page shows the newest."""

    append_only = True

    checked_at = models.DateTimeField()
    holding = models.SmallIntegerField()
    broken = models.JSONField(default=dict, help_text="invariant to offending ids, at most 20 each")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.holding} hold, {len(self.broken)} broken"
