"""How much may leave: one payout, one seller in a day, one funding account in a day. In minor units per currency."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later

KINDS_ARE = later(
    "payout: one payout. seller_day, funding_day: one value date of one seller, of one funding account."
)


class CapKind(models.TextChoices):
    PAYOUT = "payout", later("One payout")
    SELLER_DAY = "seller_day", later("One seller in a day")
    FUNDING_DAY = "funding_day", later("One funding account in a day")


class Cap(models.Model):
    """The most that may leave, in force now; null is no cap. A day is a value date: the day our account is debited.

    Every submission shares this row's lock (trigger), so a cap that is lowered is either first or sees what left.
    It changes only together with a granted `CapChange` from what it was to what it is.
    """

    app_may_update = ("limit_minor", "changed_at")

    kind = models.CharField(max_length=12, choices=CapKind, help_text=KINDS_ARE)
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("change_cap", "Can set, lower and ask to raise caps"),
            ("grant_cap", "Can grant a raise of a cap another asked for"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "currency"], name="cap_one_each"),
            models.CheckConstraint(name="cap_kind_is_known", condition=Q(kind__in=CapKind.values)),
            models.CheckConstraint(
                name="cap_positive", condition=Q(limit_minor__isnull=True) | Q(limit_minor__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency}"


class CapChange(models.Model):
    """One wish to change a cap, and its decision. Lowering needs one person; raising needs another's word, too."""

    app_may_update = ("decided_by", "decided_at", "granted")

    kind = models.CharField(max_length=12, choices=CapKind)
    currency = models.CharField(max_length=3)
    from_minor = models.BigIntegerField(null=True, help_text="null: there was no cap")
    to_minor = models.BigIntegerField(null=True, help_text="null: no cap any more")
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(default=False)
    txid = models.BigIntegerField(
        null=True, help_text="the transaction that granted it; written by a trigger"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="cap_change_four_eyes",
                condition=Q(granted=False)
                | ~Q(decided_by=F("asked_by"))
                | (
                    Q(to_minor__isnull=False) & (Q(from_minor__isnull=True) | Q(to_minor__lt=F("from_minor")))
                ),
            ),
            models.CheckConstraint(
                name="cap_change_decided_by_somebody",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, granted=False)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(name="cap_change_has_reason", condition=~Q(reason="")),
            models.UniqueConstraint(
                fields=["kind", "currency"],
                condition=Q(decided_at__isnull=True),
                name="cap_change_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} to {self.to_minor}"


class CapUse(models.Model):
    """What is under way or has left of a cap of a day: a rollup that the trigger of submission alone writes.

    It never counts less than left. It may count more, for what was refused or proven never sent; the trigger
    counts anew before it refuses anybody. ``subject_id`` is a seller's id or a funding account's.
    """

    written_by_triggers = True

    kind = models.CharField(max_length=12, choices=CapKind)
    subject_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    day = models.DateField()
    total_minor = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "currency", "day"], name="cap_use_one_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.day}"
