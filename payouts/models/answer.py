"""What the API answered to a call that named a key of its caller's."""

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """The answer of what was done; the same call again gets it, and nothing is done again. The row stays for good.

    ``asked``: the SHA-256 of method, address and body. A call that was refused did nothing, and leaves no answer.
    ``body`` may name sellers: it is erased after `settings.ANSWER_KEEP_DAYS`, and that alone ever changes (a trigger).
    """

    append_only = True
    app_may_update = ("body",)

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    body = models.TextField(  # noqa: DJ001 - an empty text would be an answer
        null=True, help_text="JSON, as it was sent; null: erased"
    )
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="kept_answer_once")]
        indexes = [
            models.Index(fields=["at"], name="kept_answer_body", condition=models.Q(body__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
