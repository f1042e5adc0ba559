"""A job may take up what was left of one that was stopped: of the same person and verb, each payout once. And what the
API answered to a call that named a key is kept.

Safe while the version before is running: its jobs take up nothing, and it keeps no answers.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import append_only, function

TAKES_UP = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM payouts_job AS stopped WHERE stopped.id = NEW.rest_of_id AND stopped.finished_at IS NOT NULL
      AND (stopped.asked_by_id, stopped.verb) = (NEW.asked_by_id, NEW.verb)
  ) THEN
    RAISE EXCEPTION 'a job goes on with a finished job of the same person and verb' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""
LEFT = """BEGIN
  PERFORM 1 FROM payouts_job WHERE id IN (
    SELECT job.rest_of_id FROM payouts_job AS job WHERE job.id IN (SELECT job_id FROM fresh)
  ) ORDER BY id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM fresh JOIN payouts_job AS job ON job.id = fresh.job_id
    WHERE job.rest_of_id IS NOT NULL AND (
      NOT EXISTS (
        SELECT 1 FROM payouts_jobitem AS item WHERE item.job_id = job.rest_of_id
          AND item.payout_id = fresh.payout_id AND item.outcome = 'refused' AND item.code = 'stopped'
      ) OR EXISTS (
        SELECT 1 FROM payouts_job AS other JOIN payouts_jobitem AS taken ON taken.job_id = other.id
        WHERE other.rest_of_id = job.rest_of_id AND other.id <> job.id AND taken.payout_id = fresh.payout_id
      )
    )
  ) THEN
    RAISE EXCEPTION 'a job goes on with what was left, each payout once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0027_caps_of_many"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="job",
            name="rest_of",
            field=models.ForeignKey(
                db_index=False,
                help_text="the job that was stopped, whose payouts these were",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_up_by",
                to="payouts.job",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("rest_of__isnull", False)), fields=["rest_of"], name="job_rest_of"
            ),
        ),
        function("payouts_job_takes_up()", TAKES_UP),
        migrations.RunSQL(
            "CREATE TRIGGER guard_takes_up BEFORE INSERT ON payouts_job FOR EACH ROW"
            " WHEN (NEW.rest_of_id IS NOT NULL) EXECUTE FUNCTION payouts_job_takes_up()",
            "DROP TRIGGER guard_takes_up ON payouts_job",
        ),
        function("payouts_job_left()", LEFT),
        migrations.RunSQL(
            "CREATE TRIGGER guard_left AFTER INSERT ON payouts_jobitem REFERENCING NEW TABLE AS fresh"
            " FOR EACH STATEMENT EXECUTE FUNCTION payouts_job_left()",
            "DROP TRIGGER guard_left ON payouts_jobitem",
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("asked", models.CharField(max_length=64)),
                ("status", models.SmallIntegerField()),
                ("body", models.TextField(help_text="JSON, as it was sent")),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddConstraint(
            model_name="keptanswer",
            constraint=models.UniqueConstraint(fields=("person", "key"), name="kept_answer_once"),
        ),
        *append_only("payouts_keptanswer"),
    ]
