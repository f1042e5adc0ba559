"""What one administrator asked for about a person, and what another decided."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from backoffice.words import later


class Kind(models.TextChoices):
    """What is asked for: each gives somebody a way in, or more rights."""

    ADD = "add", later("A new person")
    ROLES = "roles", later("More roles")
    OPEN = "open", later("Log in again")
    PASSWORD = "password", later("A new password")


class Outcome(models.TextChoices):
    """What became of it. ``BOOTSTRAP`` nobody asked for: the command for the first administrators, or demo data."""

    OPEN = "", later("waits")
    CONFIRMED = "confirmed", later("confirmed")
    DISMISSED = "dismissed", later("dismissed")
    TAKEN_BACK = "taken_back", later("taken back")
    BOOTSTRAP = "bootstrap", later("without a second person")


class PersonRequest(models.Model):
    """One request; never changed once it is decided, never deleted (triggers refuse both).

    ``person`` is null while a new one waits: it is made when another confirms. A membership in a role, or a closed
    account that opens, is let in by PostgreSQL only in the transaction that confirms a request for it (``txid``).
    """

    app_may_update = ("person", "decided_by", "decided_at", "outcome")

    kind = models.CharField(max_length=10, choices=Kind)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    username = models.CharField(max_length=150, help_text="of the person, or wanted for a new one")
    first_name = models.CharField(max_length=150, blank=True, help_text="of a new person")
    last_name = models.CharField(max_length=150, blank=True, help_text="of a new person")
    email = models.EmailField(blank=True, help_text="of a new person")
    roles = ArrayField(models.CharField(max_length=150), default=list, help_text="to be given, sorted")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")
    txid = models.BigIntegerField(
        null=True, help_text="the transaction that confirmed it; written by a trigger"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="person_request_kind_is_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="person_request_four_eyes",
                condition=Q(decided_by__isnull=True)
                | (Q(outcome=Outcome.TAKEN_BACK) & Q(decided_by=F("asked_by")))
                | (~Q(outcome=Outcome.TAKEN_BACK) & ~Q(decided_by=F("asked_by"))),
            ),
            models.CheckConstraint(
                name="person_request_not_by_the_person",
                condition=Q(person__isnull=True)
                | (
                    (Q(asked_by__isnull=True) | ~Q(asked_by=F("person")))
                    & (Q(decided_by__isnull=True) | ~Q(decided_by=F("person")))
                ),
            ),
            models.CheckConstraint(
                name="person_request_decided_whole",
                condition=Q(
                    outcome="", asked_by__isnull=False, decided_by__isnull=True, decided_at__isnull=True
                )
                | Q(
                    outcome__in=[Outcome.CONFIRMED, Outcome.DISMISSED, Outcome.TAKEN_BACK],
                    asked_by__isnull=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(
                    outcome=Outcome.BOOTSTRAP,
                    asked_by__isnull=True,
                    decided_by__isnull=True,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="person_request_names_somebody",
                condition=Q(person__isnull=False)
                | (Q(kind=Kind.ADD) & ~Q(outcome__in=[Outcome.CONFIRMED, Outcome.BOOTSTRAP])),
            ),
            models.CheckConstraint(
                name="person_request_names_roles", condition=~Q(kind=Kind.ROLES) | ~Q(roles=[])
            ),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(outcome=""), name="person_request_one_open"
            ),
            models.UniqueConstraint(
                Lower("username"), condition=Q(outcome="", kind=Kind.ADD), name="person_request_one_new"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.username}"
