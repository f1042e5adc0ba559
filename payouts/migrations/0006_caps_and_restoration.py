"""Caps on what leaves, the second person who lets a rail go on, and what only the outside knows after a restore."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backoffice.audit.guards import append_only, function, no_delete, only_columns_change

USED = """CREATE FUNCTION payouts_cap_used(of_kind text, of_subject bigint, of_currency text, of_day date)
RETURNS bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $used$
  -- Counted, not remembered: what is under way or has left. Refused, or proven never sent, counts no more.
  SELECT coalesce(sum(amount_minor), 0)::bigint FROM (
    SELECT a.amount_minor FROM payouts_batch AS b JOIN payouts_submission AS s ON s.batch_id = b.id
    JOIN payouts_attempt AS a ON a.submission_id = s.id
    WHERE of_kind = 'funding_day' AND b.funding_account_id = of_subject AND b.currency = of_currency
      AND b.value_date = of_day AND a.ended_because NOT IN ('rejected', 'never_sent')
    UNION ALL
    SELECT a.amount_minor FROM payouts_payout AS p JOIN payouts_attempt AS a ON a.payout_id = p.id
    JOIN payouts_submission AS s ON s.id = a.submission_id JOIN payouts_batch AS b ON b.id = s.batch_id
    WHERE of_kind = 'seller_day' AND p.seller_id = of_subject AND p.currency = of_currency
      AND b.value_date = of_day AND a.ended_because NOT IN ('rejected', 'never_sent')) AS sent
$used$"""

CAPS = """DECLARE
  wrong text;
  full_one record;
  counted bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM new_rows AS n JOIN old_rows AS o USING (id)
                 WHERE (o.status || '>' || n.status) IN ('REVIEWED>APPROVED', 'BATCHED>SUBMITTED')) THEN
    RETURN NULL;
  END IF;
  -- A cap that is being lowered is waited for: it is first, or it sees what left.
  PERFORM 1 FROM payouts_cap WHERE currency IN (SELECT currency FROM new_rows) ORDER BY id FOR SHARE;
  SELECT string_agg(format('%s with %s %s', n.id, n.amount_minor, n.currency), ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  JOIN payouts_cap AS c ON c.kind = 'payout' AND c.currency = n.currency
  WHERE (o.status || '>' || n.status) IN ('REVIEWED>APPROVED', 'BATCHED>SUBMITTED') AND n.amount_minor > c.limit_minor;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'over the cap of one payout: payout %', left(wrong, 500) USING ERRCODE = 'check_violation';
  END IF;

  -- The rows of the day are locked in one order: of two that would both fit alone, the second sees the first.
  INSERT INTO payouts_capuse (kind, subject_id, currency, day, total_minor)
  SELECT kind, subject_id, currency, day, sum(amount_minor)::bigint FROM (
    SELECT k.kind, CASE k.kind WHEN 'seller_day' THEN n.seller_id ELSE b.funding_account_id END AS subject_id,
           n.currency, b.value_date AS day, n.amount_minor
    FROM new_rows AS n JOIN old_rows AS o USING (id) JOIN payouts_batch AS b ON b.id = n.batch_id
    CROSS JOIN (VALUES ('seller_day'), ('funding_day')) AS k (kind)
    WHERE o.status = 'BATCHED' AND n.status = 'SUBMITTED') AS sent
  GROUP BY kind, subject_id, currency, day ORDER BY kind, subject_id, currency, day
  ON CONFLICT (kind, subject_id, currency, day)
  DO UPDATE SET total_minor = payouts_capuse.total_minor + excluded.total_minor;

  FOR full_one IN
    SELECT u.id, u.kind, u.subject_id, u.currency, u.day, c.limit_minor
    FROM (SELECT DISTINCT k.kind, CASE k.kind WHEN 'seller_day' THEN n.seller_id ELSE b.funding_account_id END AS subject_id,
                 n.currency, b.value_date AS day
          FROM new_rows AS n JOIN old_rows AS o USING (id) JOIN payouts_batch AS b ON b.id = n.batch_id
          CROSS JOIN (VALUES ('seller_day'), ('funding_day')) AS k (kind)
          WHERE o.status = 'BATCHED' AND n.status = 'SUBMITTED') AS sent
    JOIN payouts_capuse AS u USING (kind, subject_id, currency, day)
    JOIN payouts_cap AS c ON c.kind = u.kind AND c.currency = u.currency AND u.total_minor > c.limit_minor
    ORDER BY u.id
  LOOP
    counted := payouts_cap_used(full_one.kind, full_one.subject_id, full_one.currency, full_one.day);
    UPDATE payouts_capuse SET total_minor = counted WHERE id = full_one.id;
    IF counted > full_one.limit_minor THEN
      RAISE EXCEPTION 'over the cap %: % would have % % on %', full_one.kind, full_one.subject_id, counted,
        full_one.currency, full_one.day USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END"""

CAP_CHANGED = """DECLARE
  before bigint;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before := OLD.limit_minor;
    IF NEW.limit_minor IS NOT DISTINCT FROM before THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM payouts_capchange AS c WHERE c.kind = NEW.kind AND c.currency = NEW.currency AND c.granted
      AND c.from_minor IS NOT DISTINCT FROM before AND c.to_minor IS NOT DISTINCT FROM NEW.limit_minor
      AND c.txid = txid_current()) THEN
    RAISE EXCEPTION 'the cap % of % changes only by a change that was granted', NEW.kind, NEW.currency
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

CAP_DECIDED = """BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.decided_at IS NOT NULL THEN
      RAISE EXCEPTION 'change % of a cap was decided already', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  NEW.txid := CASE WHEN NEW.granted THEN txid_current() END;
  RETURN NEW;
END"""

SWITCH = """BEGIN
  IF OLD.restored_at IS NOT NULL THEN
    RAISE EXCEPTION 'stop % of % is over already', OLD.id, OLD.rail USING ERRCODE = 'restrict_violation';
  END IF;
  -- The same as payouts/operations/switches.py says in words.
  IF EXISTS (
    SELECT 1 FROM payouts_incident AS i
    WHERE i.code IN ('paid_twice', 'invariant', 'audit_anchor', 'audit_write', 'journal', 'restored')
      AND i.key <> 'invariant:unknown_has_an_alert'
      AND i.rail = CASE OLD.rail WHEN '*' THEN '' ELSE OLD.rail END
      AND (i.closed_at IS NULL OR i.opened_at >= OLD.stopped_at AND i.closed_by_id = NEW.restored_by_id
        OR i.code = 'restored' AND NOT EXISTS (
          SELECT 1 FROM payouts_restoration AS r WHERE r.asked_at >= i.opened_at))) THEN
    RAISE EXCEPTION 'what stopped % is not over, or was closed by the same person', OLD.rail
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

OUTSIDE = """DECLARE
  wrong text;
BEGIN
  SELECT string_agg(n.end_to_end_id, ', ') INTO wrong
  FROM new_rows AS n JOIN payouts_payout AS p ON p.id = n.payout_id
  JOIN payouts_outsidepayment AS o ON o.payout_reference = p.reference;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'handed over before this database was restored: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

GUARDS = [
    migrations.RunSQL(USED, "DROP FUNCTION payouts_cap_used(text, bigint, text, date)"),
    function("payouts_caps()", CAPS),
    # The program's role may not write the rollup: only this function, which runs as its owner, does.
    migrations.RunSQL("ALTER FUNCTION payouts_caps() SECURITY DEFINER", migrations.RunSQL.noop),
    migrations.RunSQL(
        """CREATE TRIGGER guard_caps AFTER UPDATE ON payouts_payout
           REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
           FOR EACH STATEMENT EXECUTE FUNCTION payouts_caps()""",
        "DROP TRIGGER guard_caps ON payouts_payout",
    ),
    # What is on its way counts from the beginning.
    migrations.RunSQL(
        """INSERT INTO payouts_capuse (kind, subject_id, currency, day, total_minor)
           SELECT k.kind, CASE k.kind WHEN 'seller_day' THEN p.seller_id ELSE b.funding_account_id END, p.currency,
                  b.value_date, sum(a.amount_minor)::bigint
           FROM payouts_batch AS b JOIN payouts_submission AS s ON s.batch_id = b.id
           JOIN payouts_attempt AS a ON a.submission_id = s.id JOIN payouts_payout AS p ON p.id = a.payout_id
           CROSS JOIN (VALUES ('seller_day'), ('funding_day')) AS k (kind)
           WHERE b.value_date >= current_date - 7 AND a.ended_because NOT IN ('rejected', 'never_sent') GROUP BY 1, 2, 3, 4""",
        migrations.RunSQL.noop,
    ),
    *no_delete("payouts_capuse"),
    *only_columns_change("payouts_cap", "limit_minor", "changed_at"),
    *only_columns_change("payouts_capchange", "decided_by_id", "decided_at", "granted", "txid"),
    function("payouts_cap_changed()", CAP_CHANGED),
    migrations.RunSQL(
        """CREATE TRIGGER guard_cap_changed BEFORE INSERT OR UPDATE ON payouts_cap
           FOR EACH ROW EXECUTE FUNCTION payouts_cap_changed()""",
        "DROP TRIGGER guard_cap_changed ON payouts_cap",
    ),
    function("payouts_cap_decided()", CAP_DECIDED),
    migrations.RunSQL(
        """CREATE TRIGGER guard_cap_decided BEFORE INSERT OR UPDATE ON payouts_capchange
           FOR EACH ROW EXECUTE FUNCTION payouts_cap_decided()""",
        "DROP TRIGGER guard_cap_decided ON payouts_capchange",
    ),
    function("payouts_switch_restored()", SWITCH),
    migrations.RunSQL(
        """CREATE TRIGGER guard_switch_restored BEFORE UPDATE ON payouts_railswitch
           FOR EACH ROW EXECUTE FUNCTION payouts_switch_restored()""",
        "DROP TRIGGER guard_switch_restored ON payouts_railswitch",
    ),
    *append_only("payouts_restoration"),
    *append_only("payouts_outsidepayment"),
    function("payouts_known_outside()", OUTSIDE),
    migrations.RunSQL(
        """CREATE TRIGGER guard_known_outside AFTER INSERT ON payouts_attempt REFERENCING NEW TABLE AS new_rows
           FOR EACH STATEMENT EXECUTE FUNCTION payouts_known_outside()""",
        "DROP TRIGGER guard_known_outside ON payouts_attempt",
    ),
]


class Migration(migrations.Migration):

    dependencies = [
        ('payouts', '0005_proofs'),
        ('sellers', '0003_seller_file'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('payout', 'One payout'), ('seller_day', 'One seller in a day'), ('funding_day', 'One funding account in a day')], help_text='payout: one payout. seller_day, funding_day: one value date of one seller, of one funding account.', max_length=12)),
                ('currency', models.CharField(max_length=3)),
                ('limit_minor', models.BigIntegerField(null=True)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'permissions': [('change_cap', 'Can set, lower and ask to raise caps'), ('grant_cap', 'Can grant a raise of a cap another asked for')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='CapChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('payout', 'One payout'), ('seller_day', 'One seller in a day'), ('funding_day', 'One funding account in a day')], max_length=12)),
                ('currency', models.CharField(max_length=3)),
                ('from_minor', models.BigIntegerField(help_text='null: there was no cap', null=True)),
                ('to_minor', models.BigIntegerField(help_text='null: no cap any more', null=True)),
                ('reason', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('granted', models.BooleanField(default=False)),
                ('txid', models.BigIntegerField(help_text='the transaction that granted it; written by a trigger', null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CapUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('payout', 'One payout'), ('seller_day', 'One seller in a day'), ('funding_day', 'One funding account in a day')], max_length=12)),
                ('subject_id', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('day', models.DateField()),
                ('total_minor', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='OutsidePayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rail', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=35)),
                ('end_to_end_id', models.CharField(max_length=35, unique=True)),
                ('payout_reference', models.TextField(db_index=True)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('told_by', models.CharField(help_text='journal, or rail', max_length=10)),
                ('said', models.TextField(blank=True, help_text='what the rail said when it was asked')),
                ('found_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Restoration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('anchor_position', models.BigIntegerField(help_text='the newest anchor outside when it was found; 0: none')),
                ('sealed_position', models.BigIntegerField(help_text="how far this database's audit trail reached then")),
                ('found', models.IntegerField(help_text='payments the rails were handed that this database does not know')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='railswitch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('restored_at__isnull', True), ('restored_by__isnull', True)), models.Q(('restored_at__isnull', False), ('restored_by__isnull', False)), _connector='OR'), name='rail_switch_restored_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='cap',
            constraint=models.UniqueConstraint(fields=('kind', 'currency'), name='cap_one_each'),
        ),
        migrations.AddConstraint(
            model_name='cap',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['payout', 'seller_day', 'funding_day'])), name='cap_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='cap',
            constraint=models.CheckConstraint(condition=models.Q(('limit_minor__isnull', True), ('limit_minor__gt', 0), _connector='OR'), name='cap_positive'),
        ),
        migrations.AddField(
            model_name='capchange',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='capchange',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='capuse',
            constraint=models.UniqueConstraint(fields=('kind', 'subject_id', 'currency', 'day'), name='cap_use_one_each'),
        ),
        migrations.AddField(
            model_name='outsidepayment',
            name='seller',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outside_payments', to='sellers.seller'),
        ),
        migrations.AddConstraint(
            model_name='capchange',
            constraint=models.CheckConstraint(condition=models.Q(('granted', False), models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('to_minor__isnull', False), models.Q(('from_minor__isnull', True), ('to_minor__lt', models.F('from_minor')), _connector='OR')), _connector='OR'), name='cap_change_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='capchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('granted', False)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='cap_change_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='capchange',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='cap_change_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='capchange',
            constraint=models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('kind', 'currency'), name='cap_change_one_open'),
        ),
        *GUARDS,
    ]
