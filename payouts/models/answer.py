"""What the API answered to a call that named a key of its caller's."""

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """The answer of what was done; the same call again gets it, and nothing is done again. Never changed (a trigger).

    ``asked``: the SHA-256 of method, address and body. A call that was refused did nothing, and leaves no answer.
    """

    append_only = True

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    body = models.TextField(help_text="JSON, as it was sent")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="kept_answer_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
