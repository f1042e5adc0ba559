"""Facts for other systems, written in the transaction that made them true."""

from django.db import models
from django.db.models.functions import Now


class Fact(models.Model):
    """Something that happened and that others may want to know. Append-only; carries ids, never personal data."""

    append_only = True

    at = models.DateTimeField(db_default=Now())
    topic = models.CharField(max_length=60)
    key = models.CharField(max_length=60, help_text="what facts of one thing are ordered by, as a reference")
    payload = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["topic", "id"], name="outbox_fact_topic")]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"
