"""The caps of many payouts at once: no payout is compared with every other any more.

A condition on each side of the join before and after had PostgreSQL expect a few rows and compare all with all: half of
what submitting 3,000 payouts took. One condition on both sides is what the other guards have. And what was counted is
known from the writing, not looked for again. Safe while the version before is running.
"""

from django.db import migrations

_HEAD = """CREATE OR REPLACE FUNCTION payouts_caps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET jit = off AS $guard$
DECLARE
  wrong text;
  full_one record;
  counted bigint;{written}
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
"""
_COUNTING = """
  -- The rows of the day are locked in one order: of two that would both fit alone, the second sees the first.
  INSERT INTO payouts_capuse (kind, subject_id, currency, day, total_minor)
  SELECT kind, subject_id, currency, day, sum(amount_minor)::bigint FROM (
    SELECT k.kind, CASE k.kind WHEN 'seller_day' THEN n.seller_id ELSE b.funding_account_id END AS subject_id,
           n.currency, b.value_date AS day, n.amount_minor
    FROM new_rows AS n JOIN old_rows AS o USING (id) JOIN payouts_batch AS b ON b.id = n.batch_id
    CROSS JOIN (VALUES ('seller_day'), ('funding_day')) AS k (kind)
    WHERE {moved}) AS sent
  GROUP BY kind, subject_id, currency, day ORDER BY kind, subject_id, currency, day
  ON CONFLICT (kind, subject_id, currency, day)
  DO UPDATE SET total_minor = payouts_capuse.total_minor + excluded.total_minor"""
_EACH = "o.status = 'BATCHED' AND n.status = 'SUBMITTED'"
_BOTH = "(o.status || '>' || n.status) = 'BATCHED>SUBMITTED'"
_BEFORE = """;

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
  LOOP"""
_WRITTEN = "\n  written bigint[];"
_SINCE = """
    RETURNING id)
  SELECT array_agg(id) INTO written FROM used;

  -- A statement of its own, after the rows of the day were waited for: it sees a cap that was granted meanwhile.
  FOR full_one IN
    SELECT u.id, u.kind, u.subject_id, u.currency, u.day, c.limit_minor
    FROM unnest(written) AS w (id) JOIN payouts_capuse AS u USING (id)
    JOIN payouts_cap AS c ON c.kind = u.kind AND c.currency = u.currency AND u.total_minor > c.limit_minor
    ORDER BY u.id
  LOOP"""
_TAIL = """
    counted := payouts_cap_used(full_one.kind, full_one.subject_id, full_one.currency, full_one.day);
    UPDATE payouts_capuse SET total_minor = counted WHERE id = full_one.id;
    IF counted > full_one.limit_minor THEN
      RAISE EXCEPTION 'over the cap %: % would have % % on %', full_one.kind, full_one.subject_id, counted,
        full_one.currency, full_one.day USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END
$guard$"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0026_judged_seller")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            f"{_HEAD.format(written=_WRITTEN)}\n  WITH used AS ({_COUNTING.format(moved=_BOTH)}{_SINCE}{_TAIL}",
            f"{_HEAD.format(written='')}{_COUNTING.format(moved=_EACH)}{_BEFORE}{_TAIL}",
        ),
    ]
