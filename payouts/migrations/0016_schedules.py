"""Exports on a schedule, and the SFTP folders they go to; PostgreSQL keeps that a second person confirms those.

Safe while the version before is running: every table is new.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import function, no_delete, only_columns_change

CHANGED = """BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.confirmed_at IS NOT NULL THEN
      RAISE EXCEPTION 'a schedule is made first, then confirmed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'schedule % has ended and changes no more', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.owner_id <> OLD.owner_id THEN
    RAISE EXCEPTION 'schedule % stays with its owner', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.confirmed_at IS NOT NULL AND
     (OLD.name, OLD.kind, OLD.format, OLD.locale, OLD.compressed, OLD.columns, OLD.filters, OLD.dates, OLD.every,
      OLD.weekday, OLD.at, OLD.time_zone, OLD.country, OLD.target_id)
     IS DISTINCT FROM
     (NEW.name, NEW.kind, NEW.format, NEW.locale, NEW.compressed, NEW.columns, NEW.filters, NEW.dates, NEW.every,
      NEW.weekday, NEW.at, NEW.time_zone, NEW.country, NEW.target_id) THEN
    RAISE EXCEPTION 'schedule % changes, so another person confirms it again', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

# The row is locked: whoever changes the schedule waits, or is waited for.
RUNS = """DECLARE
  s payouts_exportschedule%ROWTYPE;
BEGIN
  SELECT * INTO s FROM payouts_exportschedule WHERE id = NEW.schedule_id FOR SHARE;
  IF s.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'schedule % has ended', s.id USING ERRCODE = 'check_violation';
  END IF;
  IF s.target_id IS NOT NULL AND s.confirmed_at IS NULL THEN
    RAISE EXCEPTION 'schedule % sends files elsewhere: another person confirms it first', s.id
      USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND s.target_id IS NULL THEN
    RAISE EXCEPTION 'schedule % sends nothing elsewhere', s.id USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND s.paused_at IS NOT NULL THEN
    RAISE EXCEPTION 'schedule % is paused', s.id USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND s.confirmed_at > NEW.made_at THEN
    RAISE EXCEPTION 'run % began before another person confirmed schedule %: it is not sent', NEW.id, s.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

EXPORT = """BEGIN
  IF TG_OP = 'UPDATE' AND OLD.export_id IS NOT NULL AND NEW.export_id IS NOT NULL
     AND NEW.export_id <> OLD.export_id THEN
    RAISE EXCEPTION 'run % has its export, and takes no other', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.export_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM payouts_export AS e JOIN payouts_exportschedule AS s
      ON s.id = NEW.schedule_id AND s.owner_id = e.requested_by_id AND s.kind = e.kind
    WHERE e.id = NEW.export_id
  ) THEN
    RAISE EXCEPTION 'export % is not of the owner and the kind of schedule %', NEW.export_id, NEW.schedule_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

OVER = """BEGIN
  RAISE EXCEPTION 'run % of schedule % is over and changes no more', OLD.id, OLD.schedule_id
    USING ERRCODE = 'restrict_violation';
END"""


def trigger(name: str, table: str, event: str, body: str, *, when: str = "") -> list[migrations.RunSQL]:
    condition = f"WHEN ({when}) " if when else ""
    return [
        function(f"payouts_{name}()", body),
        migrations.RunSQL(
            f"CREATE TRIGGER guard_{name} {event} ON {table} FOR EACH ROW {condition}EXECUTE FUNCTION payouts_{name}()",
            f"DROP TRIGGER guard_{name} ON {table}",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0015_run_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SftpTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.UUIDField(
                        default=uuid.uuid4, help_text="the place of the secret in the vault", unique=True
                    ),
                ),
                ("host", models.CharField(max_length=253)),
                ("port", models.PositiveIntegerField(default=22)),
                ("username", models.CharField(max_length=120)),
                (
                    "folder",
                    models.CharField(blank=True, help_text="empty: where the account begins", max_length=400),
                ),
                (
                    "host_key",
                    models.TextField(
                        help_text="the server's public key, as OpenSSH writes it; no other is spoken to"
                    ),
                ),
                (
                    "secret_kind",
                    models.CharField(
                        choices=[("password", "Password"), ("key", "Private key")], max_length=10
                    ),
                ),
                ("secret_ciphertext", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ExportSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=30)),
                ("format", models.CharField(max_length=10)),
                ("locale", models.CharField(default="en", max_length=5)),
                ("compressed", models.BooleanField(default=False)),
                ("columns", models.JSONField(default=list)),
                (
                    "filters",
                    models.JSONField(default=dict, help_text="without the dates that each occasion sets"),
                ),
                ("filters_text", models.TextField(blank=True)),
                (
                    "dates",
                    models.CharField(
                        blank=True, help_text="which dates the occasion sets; empty: none", max_length=20
                    ),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("day", "Every day, about the days before it"),
                            ("week", "Every week, about the seven days before"),
                            ("month", "At each month's end, about the month that is over"),
                        ],
                        max_length=5,
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(default=1, help_text="ISO: 1 is Monday")),
                ("at", models.TimeField()),
                ("time_zone", models.CharField(max_length=60)),
                (
                    "country",
                    models.CharField(
                        blank=True, help_text="whose business days; empty: every day", max_length=2
                    ),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("seen_until", models.DateTimeField()),
                (
                    "left_out",
                    models.PositiveIntegerField(
                        default=0, help_text="occasions that passed unconfirmed, for the next run to say"
                    ),
                ),
                ("next_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("stopped_why", models.TextField(blank=True, help_text="why the program paused it")),
                ("ended_at", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payouts.sftptarget",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("schedule_export", "Can have exports made on a schedule"),
                    ("confirm_schedule", "Can confirm that a schedule sends files elsewhere"),
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ScheduleRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(help_text="which occasion", null=True)),
                ("due_at", models.DateTimeField()),
                ("first", models.DateField(null=True)),
                ("last", models.DateField(null=True)),
                (
                    "note",
                    models.TextField(blank=True, help_text="what there is to say about occasions before it"),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("WAITING", "Under way"), ("DONE", "Done"), ("FAILED", "Failed")],
                        default="WAITING",
                        max_length=10,
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("sending_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_to", models.TextField(blank=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "export",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payouts.export",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="payouts.exportschedule",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["schedule", "-id"], name="schedule_run_newest"),
                    models.Index(
                        condition=models.Q(("status", "WAITING")), fields=["id"], name="schedule_run_open"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("schedule", "day"), name="schedule_occasion_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("export__isnull", False)),
                        fields=("export",),
                        name="schedule_run_own_export",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_by__isnull", True), ("day__isnull", False)),
                            models.Q(("asked_by__isnull", False), ("day__isnull", True)),
                            _connector="OR",
                        ),
                        name="schedule_run_asked_or_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "WAITING")),
                            models.Q(
                                models.Q(("status", "WAITING"), _negated=True),
                                ("finished_at__isnull", False),
                                ("retry_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="schedule_run_finished",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="sftptarget",
            constraint=models.CheckConstraint(
                condition=models.Q(("port__range", (1, 65535))), name="sftp_target_port"
            ),
        ),
        migrations.AddConstraint(
            model_name="sftptarget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("host", ""), _negated=True),
                    models.Q(("username", ""), _negated=True),
                    models.Q(("host_key", ""), _negated=True),
                ),
                name="sftp_target_is_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="exportschedule",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="schedule_next"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="schedule_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("every__in", ["day", "week", "month"])), name="schedule_every_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__range", (1, 7))), name="schedule_weekday"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        ("target__isnull", False),
                        models.Q(("confirmed_by", models.F("owner")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="schedule_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_at__isnull", True),
                    models.Q(("ended_at__isnull", True), ("paused_at__isnull", True)),
                    _connector="OR",
                ),
                name="schedule_rests",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportschedule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("owner", "name"), name="schedule_once"
            ),
        ),
        *only_columns_change("payouts_sftptarget", "secret_ciphertext"),
        *no_delete("payouts_exportschedule"),
        *only_columns_change(
            "payouts_schedulerun",
            "export_id",
            "status",
            "error",
            "attempts",
            "retry_at",
            "sending_at",
            "sent_at",
            "sent_to",
            "finished_at",
        ),
        *trigger("schedule_changed", "payouts_exportschedule", "BEFORE INSERT OR UPDATE", CHANGED),
        *trigger("schedule_runs", "payouts_schedulerun", "BEFORE INSERT", RUNS),
        migrations.RunSQL(
            """CREATE TRIGGER guard_schedule_sends BEFORE UPDATE ON payouts_schedulerun FOR EACH ROW
               WHEN (NEW.sending_at IS DISTINCT FROM OLD.sending_at) EXECUTE FUNCTION payouts_schedule_runs()""",
            "DROP TRIGGER guard_schedule_sends ON payouts_schedulerun",
        ),
        *trigger(
            "schedule_run_export", "payouts_schedulerun", "BEFORE INSERT OR UPDATE OF export_id", EXPORT
        ),
        *trigger(
            "schedule_run_over",
            "payouts_schedulerun",
            "BEFORE UPDATE",
            OVER,
            when="OLD.finished_at IS NOT NULL",
        ),
    ]
