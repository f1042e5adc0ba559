"""An export that is made again and again, where it goes, and each time it was made."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backoffice.words import later, later_as


class Every(models.TextChoices):
    DAY = "day", later("Every day, about the days before it")
    WEEK = "week", later("Every week, about the seven days before")
    MONTH = "month", later("At each month's end, about the month that is over")


class SecretKind(models.TextChoices):
    PASSWORD = "password", later("Password")
    KEY = "key", later("Private key")


class SftpTarget(models.Model):
    """A folder on somebody's SFTP server. Changed, it is another row; the secret is encrypted in this row's place."""

    app_may_update = ("secret_ciphertext",)

    token = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text="the place of the secret in the vault"
    )
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=22)
    username = models.CharField(max_length=120)
    folder = models.CharField(max_length=400, blank=True, help_text="empty: where the account begins")
    host_key = models.TextField(
        help_text="the server's public key, as OpenSSH writes it; no other is spoken to"
    )
    secret_kind = models.CharField(max_length=10, choices=SecretKind)
    secret_ciphertext = models.BinaryField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="sftp_target_port", condition=Q(port__range=(1, 65535))),
            models.CheckConstraint(
                name="sftp_target_is_whole", condition=~Q(host="") & ~Q(username="") & ~Q(host_key="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


class ExportSchedule(models.Model):
    """What its owner wants exported when, and where to. With a target it runs once another person confirmed it.

    Every change of what is sent, when or where voids the confirmation (a trigger), and none covers a run that began
    before it. Occasions up to ``seen_until`` are made or left out; ``next_at`` is when the next one is due, null while
    none is.
    """

    name = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    format = models.CharField(max_length=10)
    locale = models.CharField(max_length=5, default="en")
    compressed = models.BooleanField(default=False)
    columns = models.JSONField(default=list)
    filters = models.JSONField(default=dict, help_text="without the dates that each occasion sets")
    filters_text = models.TextField(blank=True)
    sort = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="as in the list's address; empty: the usual order",
    )
    dates = models.CharField(
        max_length=20, blank=True, help_text="which dates the occasion sets; empty: none"
    )
    every = models.CharField(max_length=5, choices=Every)
    weekday = models.PositiveSmallIntegerField(default=1, help_text="ISO: 1 is Monday")
    at = models.TimeField()
    time_zone = models.CharField(max_length=60)
    country = models.CharField(max_length=2, blank=True, help_text="whose business days; empty: every day")
    target = models.ForeignKey(SftpTarget, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    seen_until = models.DateTimeField()
    left_out = models.PositiveIntegerField(
        default=0, help_text="occasions that passed unconfirmed, for the next run to say"
    )
    next_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    stopped_why = models.TextField(blank=True, help_text="why the program paused it")
    ended_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("schedule_export", "Can have exports made on a schedule"),
            ("confirm_schedule", "Can confirm that a schedule sends files elsewhere"),
        ]
        constraints = [
            models.CheckConstraint(name="schedule_has_name", condition=~Q(name="")),
            models.CheckConstraint(name="schedule_every_is_known", condition=Q(every__in=Every.values)),
            models.CheckConstraint(name="schedule_weekday", condition=Q(weekday__range=(1, 7))),
            models.CheckConstraint(
                name="schedule_four_eyes",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__isnull=False, target__isnull=False)
                    & ~Q(confirmed_by=F("owner"))
                ),
            ),
            models.CheckConstraint(
                name="schedule_rests",
                condition=Q(next_at__isnull=True) | Q(paused_at__isnull=True, ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["owner", "name"], condition=Q(ended_at__isnull=True), name="schedule_once"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="schedule_next"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def waits_for_another(self) -> bool:
        """Whether it sends files elsewhere and nobody has confirmed that yet."""
        return self.target_id is not None and self.confirmed_at is None


class RunStatus(models.TextChoices):
    WAITING = "WAITING", later("Under way")
    DONE = "DONE", later("Done")
    FAILED = "FAILED", later_as("an export", "Failed")


class ScheduleRun(models.Model):
    """One time a schedule was carried out. An occasion runs once; without ``day`` somebody asked for it meanwhile.

    What the file contained stands in its export, which outlives the file. ``sending_at`` is when the last upload began.
    """

    app_may_update = (
        "export", "status", "error", "attempts", "retry_at", "sending_at", "sent_at", "sent_to", "finished_at",
    )  # fmt: skip

    schedule = models.ForeignKey(
        ExportSchedule, on_delete=models.PROTECT, related_name="runs", db_index=False
    )
    day = models.DateField(null=True, help_text="which occasion")
    due_at = models.DateTimeField()
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    note = models.TextField(blank=True, help_text="what there is to say about occasions before it")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    export = models.ForeignKey("payouts.Export", null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.WAITING)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_to = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["schedule", "day"], name="schedule_occasion_once"),
            models.UniqueConstraint(
                fields=["export"], condition=Q(export__isnull=False), name="schedule_run_own_export"
            ),
            models.CheckConstraint(
                name="schedule_run_asked_or_due",
                condition=Q(day__isnull=False, asked_by__isnull=True)
                | Q(day__isnull=True, asked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="schedule_run_finished",
                condition=Q(status=RunStatus.WAITING, finished_at__isnull=True)
                | (~Q(status=RunStatus.WAITING) & Q(finished_at__isnull=False, retry_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["schedule", "-id"], name="schedule_run_newest"),
            models.Index(fields=["id"], condition=Q(status="WAITING"), name="schedule_run_open"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.day or 'asked for'}"
