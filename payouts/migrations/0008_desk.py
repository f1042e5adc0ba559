"""Recalls, the papers of findings, missed cut-offs; and what the database refuses about them.

A recall is a case: nothing that moves money looks at it. A finding is confirmed only with its paper. What is in a batch
is what was in it when it was approved.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import append_only, function, only_columns_change

RECALL_ASKED = """BEGIN
  IF NEW.state <> 'asked' THEN
    RAISE EXCEPTION 'a recall begins by asking' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM payouts_attempt AS a JOIN payouts_payout AS p ON p.id = a.payout_id
    WHERE a.id = NEW.attempt_id AND a.ended_at IS NULL AND p.status IN ('SUBMITTED', 'PAID')) THEN
    RAISE EXCEPTION 'attempt % is not with the bank: there is nothing to recall', NEW.attempt_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

RECALL_ANSWERED_ONCE = """BEGIN
  IF OLD.state <> 'asked' THEN
    RAISE EXCEPTION 'recall % is answered already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""

FINDING_HAS_PAPER = """BEGIN
  IF NEW.confirmed_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payouts_evidence AS e WHERE e.resolution_id = NEW.id) THEN
    RAISE EXCEPTION 'finding % has no evidence attached: it is not confirmed', NEW.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

ITEM_JOINS = """DECLARE
  wrong text;
BEGIN
  -- FOR SHARE: an approval under way is waited for, and what it decided is seen.
  SELECT string_agg(b.id::text, ', ') INTO wrong FROM (
    SELECT id, status FROM payouts_batch WHERE id IN (SELECT batch_id FROM new_rows) ORDER BY id FOR SHARE) AS b
  WHERE b.status <> 'PROPOSED';
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'what was approved is what is sent: nothing joins batch %', wrong
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


def before(event: str, table: str, trigger: str, body: str) -> list[migrations.RunSQL]:
    """A row trigger with its own function."""
    return [
        function(f"payouts_{trigger}()", body),
        migrations.RunSQL(
            f"CREATE TRIGGER guard_{trigger} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION payouts_{trigger}()",
            f"DROP TRIGGER guard_{trigger} ON {table}",
        ),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0007_breaks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(help_text='what the file was called, at most 120 characters')),
                ('body_ciphertext', models.BinaryField()),
                ('body_sha256', models.CharField(max_length=64)),
                ('body_bytes', models.IntegerField()),
                ('attached_at', models.DateTimeField()),
                ('resolution', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='attached', to='payouts.resolution')),
            ],
            options={
                'verbose_name': 'evidence',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('body_bytes__gt', 0)), name='evidence_has_bytes'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='evidence_has_name')],
            },
        ),
        migrations.CreateModel(
            name='MissedCutOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cut_off_at', models.DateTimeField(help_text='the one that passed')),
                ('value_date', models.DateField(help_text='the one that was approved')),
                ('moved_to', models.DateField(help_text='the value date that is to be approved now')),
                ('approved_at', models.DateTimeField()),
                ('found_at', models.DateTimeField()),
                ('approved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='missed_cut_offs', to='payouts.batch')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['batch', '-id'], name='missed_cut_off_of_batch')],
            },
        ),
        migrations.CreateModel(
            name='Recall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(help_text='what the bank is told')),
                ('channel', models.CharField(choices=[('portal', "The bank's portal"), ('phone', 'Telephone'), ('email', 'E-mail'), ('message', 'A message between banks (camt.056)'), ('other', 'Another way, see the reason')], max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('recalled', 'The bank brings it back'), ('refused', 'The bank refuses'), ('no_answer', 'No answer came')], default='asked', max_length=10)),
                ('answer', models.TextField(blank=True, help_text='who said what; or how often nobody answered')),
                ('answered_at', models.DateTimeField(help_text='when the bank answered; null where it did not', null=True)),
                ('recorded_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recalls', to='payouts.attempt')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('ask_recall', 'Can ask the bank to recall a payout'), ('answer_recall', 'Can record what the bank answered to a recall')],
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('state', 'asked')), fields=['id'], name='recall_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('attempt',), name='recall_one_open'), models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'recalled', 'refused', 'no_answer'])), name='recall_state_is_known'), models.CheckConstraint(condition=models.Q(('channel__in', ['portal', 'phone', 'email', 'message', 'other'])), name='recall_channel_is_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='recall_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('recorded_at__isnull', True), ('recorded_by__isnull', True), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), models.Q(('answer', ''), _negated=True), ('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='recall_answer_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('state__in', ['recalled', 'refused'])), models.Q(('answered_at__isnull', True), ('state__in', ['asked', 'no_answer'])), _connector='OR'), name='recall_answered_when_the_bank_spoke'), models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('answered_at__gte', models.F('asked_at')), _connector='OR'), name='recall_answered_after_it_was_asked')],
            },
        ),
        *append_only("payouts_evidence"),
        *append_only("payouts_missedcutoff"),
        *only_columns_change("payouts_recall", "state", "answer", "answered_at", "recorded_by_id", "recorded_at"),
        *before("INSERT", "payouts_recall", "recall_asked", RECALL_ASKED),
        *before("UPDATE", "payouts_recall", "recall_answered_once", RECALL_ANSWERED_ONCE),
        *before("INSERT OR UPDATE", "payouts_resolution", "finding_has_paper", FINDING_HAS_PAPER),
        function("payouts_item_joins()", ITEM_JOINS),
        migrations.RunSQL(
            """CREATE TRIGGER guard_item_joins AFTER INSERT ON payouts_batchitem REFERENCING NEW TABLE AS new_rows
               FOR EACH STATEMENT EXECUTE FUNCTION payouts_item_joins()""",
            "DROP TRIGGER guard_item_joins ON payouts_batchitem",
        ),
    ]
