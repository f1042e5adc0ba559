"""A verb on many payouts is a job: what was confirmed stays, each outcome is written once, the counts are right."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import function, only_columns_change

FINISHED = """DECLARE counted record;
BEGIN
  IF OLD.finished_at IS NOT NULL THEN
    RAISE EXCEPTION 'job % is finished and changes no more', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.finished_at IS NOT NULL THEN
    SELECT count(*) AS all_of_them, count(*) FILTER (WHERE outcome = 'moved') AS moved,
      count(*) FILTER (WHERE outcome = 'refused') AS refused
    INTO counted FROM payouts_jobitem WHERE job_id = NEW.id;
    IF (counted.all_of_them, counted.moved, counted.refused, counted.moved + counted.refused)
       IS DISTINCT FROM (NEW.total, NEW.moved_count, NEW.refused_count, NEW.total) THEN
      RAISE EXCEPTION 'job % does not count what its items say', NEW.id USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END"""
ONCE = """BEGIN
  RAISE EXCEPTION 'item % of job % had its turn already', OLD.id, OLD.job_id USING ERRCODE = 'check_violation';
END"""
BEGINS = """BEGIN
  RAISE EXCEPTION 'a job begins with nothing done' USING ERRCODE = 'check_violation';
END"""
OPEN = """BEGIN
  IF EXISTS (
    SELECT 1 FROM payouts_job AS job WHERE id IN (SELECT job_id FROM fresh) AND (finished_at IS NOT NULL
      OR total <> (SELECT count(*) FROM payouts_jobitem AS item WHERE item.job_id = job.id))
  ) THEN
    RAISE EXCEPTION 'a job has the payouts that were confirmed, at once and for good'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM fresh WHERE outcome <> '') THEN
    RAISE EXCEPTION 'an item waits before it has an outcome' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0023_hold_placed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('verb', models.CharField(max_length=20)),
                ('values', models.JSONField(default=dict, help_text='what the form said: a reason, a note, the end of a hold')),
                ('language', models.CharField(help_text='in which its asker reads why something is refused', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('total', models.IntegerField()),
                ('moved_count', models.IntegerField(default=0)),
                ('refused_count', models.IntegerField(default=0)),
                ('trouble', models.TextField(blank=True, default='', help_text='why it did not go on, last time')),
                ('finished_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='JobItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen', models.TextField(blank=True)),
                ('outcome', models.CharField(blank=True, choices=[('', 'waits for its turn'), ('moved', 'done'), ('refused', 'refused')], default='', max_length=10)),
                ('code', models.CharField(blank=True, default='', max_length=40)),
                ('reason', models.TextField(blank=True, default='')),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='payouts.job')),
                ('payout', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payouts.payout')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['asked_by', '-id'], name='job_of_person'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['asked_at'], name='job_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('moved_count__gte', 0), ('refused_count__gte', 0), ('total__gt', 0), ('total__gte', django.db.models.expressions.CombinedExpression(models.F('moved_count'), '+', models.F('refused_count')))), name='job_counts_fit'),
        ),
        migrations.AddIndex(
            model_name='jobitem',
            index=models.Index(condition=models.Q(('outcome', '')), fields=['job', 'payout'], name='job_item_waiting'),
        ),
        migrations.AddConstraint(
            model_name='jobitem',
            constraint=models.UniqueConstraint(fields=('job', 'payout'), name='job_item_once'),
        ),
        migrations.AddConstraint(
            model_name='jobitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), ('reason__gt', '')), models.Q(('outcome__in', ['', 'moved']), ('reason', '')), _connector='OR'), name='job_item_refused_says_why'),
        ),
        *only_columns_change("payouts_job", "moved_count", "refused_count", "finished_at", "trouble"),
        *only_columns_change("payouts_jobitem", "outcome", "code", "reason"),
        function("payouts_job_finished()", FINISHED),
        migrations.RunSQL(
            "CREATE TRIGGER guard_finished BEFORE UPDATE ON payouts_job FOR EACH ROW"
            " WHEN (OLD.finished_at IS NOT NULL OR NEW.finished_at IS NOT NULL)"
            " EXECUTE FUNCTION payouts_job_finished()",
            "DROP TRIGGER guard_finished ON payouts_job",
        ),
        function("payouts_job_begins()", BEGINS),
        migrations.RunSQL(
            "CREATE TRIGGER guard_begins BEFORE INSERT ON payouts_job FOR EACH ROW"
            " WHEN (NEW.finished_at IS NOT NULL OR NEW.moved_count <> 0 OR NEW.refused_count <> 0)"
            " EXECUTE FUNCTION payouts_job_begins()",
            "DROP TRIGGER guard_begins ON payouts_job",
        ),
        function("payouts_job_item_once()", ONCE),
        migrations.RunSQL(
            "CREATE TRIGGER guard_once BEFORE UPDATE ON payouts_jobitem FOR EACH ROW"
            " WHEN (OLD.outcome <> '') EXECUTE FUNCTION payouts_job_item_once()",
            "DROP TRIGGER guard_once ON payouts_jobitem",
        ),
        function("payouts_job_open()", OPEN),
        migrations.RunSQL(
            "CREATE TRIGGER guard_open AFTER INSERT ON payouts_jobitem REFERENCING NEW TABLE AS fresh"
            " FOR EACH STATEMENT EXECUTE FUNCTION payouts_job_open()",
            "DROP TRIGGER guard_open ON payouts_jobitem",
        ),
    ]
