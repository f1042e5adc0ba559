"""A hold for risk or compliance is released by two people, and no date ends it; PostgreSQL keeps that.

Safe while the version before is running: the table is new, and holds that stand are not looked at again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import function, only_columns_change

PLACED = """BEGIN
  IF NEW.until IS NOT NULL AND NEW.reason IN ('account_change', 'fraud_suspected', 'compliance') THEN
    RAISE EXCEPTION 'two people end a hold for %, no date does', NEW.reason USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.until NOT BETWEEN NEW.placed_at AND NEW.placed_at + interval '366 days' THEN
    RAISE EXCEPTION 'a hold ends within a year of being placed, not at %', NEW.until USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

# What ends a hold: a person; two for risk and compliance; its date; or its cause is gone, of which the program's own
# holds about bank accounts know.
ENDS = """BEGIN
  IF NEW.released_by_id IS NULL THEN
    IF OLD.until <= least(NEW.released_at, clock_timestamp())
       OR OLD.placed_by_id IS NULL AND OLD.reason IN ('account_change', 'account_refused') THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a person releases hold %', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.reason IN ('account_change', 'fraud_suspected', 'compliance') AND NOT EXISTS (
    SELECT 1 FROM payouts_releaserequest AS r
    WHERE r.hold_id = OLD.id AND r.withdrawn_at IS NULL AND r.confirmed_by_id = NEW.released_by_id) THEN
    RAISE EXCEPTION 'two people release hold %: one asks, another confirms', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

ASKED = """BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.confirmed_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL THEN
      RAISE EXCEPTION 'release request % was decided already', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.confirmed_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM payouts_hold AS h WHERE h.id = NEW.hold_id AND h.released_at IS NULL
      AND h.reason IN ('account_change', 'fraud_suspected', 'compliance')) THEN
    RAISE EXCEPTION 'a release is asked for of an open hold for risk or compliance, then confirmed'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

# Cancelled and paid again, money would otherwise leave its judgement behind.
DISPOSED = """BEGIN
  IF EXISTS (SELECT 1 FROM payouts_hold AS h WHERE h.payout_id = NEW.payout_id AND h.released_at IS NULL
             AND h.reason IN ('fraud_suspected', 'compliance')) THEN
    RAISE EXCEPTION 'payout % waits for the judgement of compliance', NEW.payout_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

CONFIRMED = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM payouts_hold AS h WHERE h.id = NEW.hold_id AND h.released_by_id = NEW.confirmed_by_id) THEN
    RAISE EXCEPTION 'release request % was confirmed and its hold is in force', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


def trigger(
    name: str, table: str, when: str, body: str, *, constraint: bool = False
) -> list[migrations.RunSQL]:
    kind, more = ("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED ") if constraint else ("TRIGGER", "")
    event, _, condition = when.partition(" WHEN ")
    only = f"WHEN {condition} " if condition else ""
    return [
        function(f"payouts_{name}()", body),
        migrations.RunSQL(
            f"CREATE {kind} guard_{name} {event} ON {table} {more}FOR EACH ROW {only}EXECUTE FUNCTION payouts_{name}()",
            f"DROP TRIGGER guard_{name} ON {table}",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0012_exports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AlterModelOptions(
            name="hold",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("place_hold", "Can place holds"),
                    ("release_hold", "Can release holds"),
                    ("judge_hold", "Can judge for compliance whether a hold is released"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.TextField(help_text="what was found out, for the person who confirms it")),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_note", models.TextField(blank=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="release_requests",
                        to="payouts.hold",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        help_text="null: the hold ended by itself meanwhile",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="release_request_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="release_request_decided_one_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="release_request_has_note"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", False),
                            models.Q(("withdrawn_by__isnull", True), ("withdrawn_note", "")),
                            _connector="OR",
                        ),
                        name="release_request_withdrawn_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=("hold",),
                        name="release_request_one_open",
                    ),
                ],
            },
        ),
        *only_columns_change(
            "payouts_releaserequest",
            "confirmed_by_id",
            "confirmed_at",
            "withdrawn_by_id",
            "withdrawn_at",
            "withdrawn_note",
        ),
        *trigger("release_asked", "payouts_releaserequest", "BEFORE INSERT OR UPDATE", ASKED),
        *trigger(
            "release_confirmed",
            "payouts_releaserequest",
            "AFTER UPDATE WHEN (NEW.confirmed_at IS NOT NULL)",
            CONFIRMED,
            constraint=True,
        ),
        *trigger("hold_placed", "payouts_hold", "BEFORE INSERT", PLACED),
        *trigger(
            "hold_ends",
            "payouts_hold",
            "BEFORE UPDATE WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)",
            ENDS,
        ),
        # It reads requests, on which the program's role has no right before `grant_app_role` has run.
        migrations.RunSQL("ALTER FUNCTION payouts_hold_ends() SECURITY DEFINER", migrations.RunSQL.noop),
        migrations.RunSQL("REVOKE ALL ON FUNCTION payouts_hold_ends() FROM PUBLIC", migrations.RunSQL.noop),
        *trigger("judged_before_disposed", "payouts_disposal", "BEFORE INSERT", DISPOSED),
    ]
