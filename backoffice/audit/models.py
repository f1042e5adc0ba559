"""What people did: an append-only history of deeds, and the seals that prove nobody rewrote it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One deed of one person or of the system. Never changed, never deleted (a trigger refuses both)."""

    append_only = True

    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=150)
    via = models.CharField(max_length=10)
    action = models.CharField(max_length=60, help_text="verb.thing, as in payout.approve")
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["at", "id"], name="audit_event_at"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_event_subject"),
            models.Index(fields=["actor", "id"], name="audit_event_actor"),
            models.Index(fields=["action", "id"], name="audit_event_action"),
            models.Index(
                fields=["-at"], condition=models.Q(action="login.failed"), name="audit_event_wrong_password"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name}"


class Seal(models.Model):
    """The hash of one event chained to the seal before it; written by the sealer, append-only."""

    append_only = True

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="seal")
    position = models.BigIntegerField(unique=True)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.position}"
