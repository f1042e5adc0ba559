"""What PostgreSQL itself demands of every new payout and of every change of one (HOUSE rulings 1, 2, 3, 5, 6)."""

from django.db import migrations

from backoffice.audit.guards import function

DIGEST = """CREATE FUNCTION payout_digest(payout bigint, seller bigint, amount bigint, currency text, version bigint)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(concat_ws('|', payout, seller, amount, currency, version), 'UTF8')), 'hex')
$$"""

CREATED = """DECLARE
  wrong text;
BEGIN
  SELECT string_agg(id::text, ', ') INTO wrong FROM new_rows
  WHERE status <> 'PENDING_REVIEW' OR round <> 1 OR batch_id IS NOT NULL;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a payout begins in review: %', left(wrong, 500) USING ERRCODE = 'check_violation';
  END IF;

  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n
  JOIN payouts_accountversion AS v ON v.id = n.payout_account_id
  JOIN payouts_payoutaccount AS s ON s.id = v.slot_id
  WHERE s.seller_id <> n.seller_id OR s.currency <> n.currency OR s.current_id IS DISTINCT FROM v.id;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a payout goes to the bank account in effect of its own seller and currency: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;

  -- A day is covered once it has come, at the earliest where it comes first (UTC+14).
  SELECT string_agg(id::text, ', ') INTO wrong FROM new_rows
  WHERE span IS NOT NULL AND upper(span) - 1 > (clock_timestamp() AT TIME ZONE 'Pacific/Kiritimati')::date;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a span ends on a day that has come: %', left(wrong, 500) USING ERRCODE = 'check_violation';
  END IF;

  -- Spans are contiguous, and what they cover is taken for good.
  PERFORM 1 FROM ledger_account WHERE id IN (SELECT account_id FROM new_rows) ORDER BY id FOR UPDATE;
  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN ledger_account AS a ON a.id = n.account_id
  WHERE n.span IS NOT NULL AND (upper_inf(n.span) OR lower(n.span) IS DISTINCT FROM a.covered_through + 1);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a span starts the day after the last one ended: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n
  LEFT JOIN LATERAL (SELECT sum(e.amount_minor) AS total FROM ledger_earning AS e
    WHERE e.account_id = n.account_id AND e.due_date < upper(n.span)
      AND (lower(n.span) IS NULL OR e.due_date >= lower(n.span))) AS lines ON true
  WHERE n.span IS NOT NULL AND lines.total IS DISTINCT FROM n.amount_minor;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a payout is the sum of its lines: %', left(wrong, 500) USING ERRCODE = 'check_violation';
  END IF;
  UPDATE ledger_account AS a SET covered_through = upper(n.span) - 1
  FROM new_rows AS n WHERE a.id = n.account_id AND n.span IS NOT NULL;

  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN payouts_payout AS dead ON dead.id = n.reissue_of_id
  WHERE dead.status NOT IN ('CANCELLED', 'FAILED', 'RETURNED')
     OR (dead.account_id, dead.amount_minor) IS DISTINCT FROM (n.account_id, n.amount_minor);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'only a dead payout is reissued, to the same seller for the same amount: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;

  -- Money that was set aside as reserved again (a refusal) is not the seller's to be paid anew.
  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN payouts_payout AS dead ON dead.id = n.reissue_of_id
  WHERE NOT EXISTS (
    SELECT 1 FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
    WHERE e.book = 'payable' AND e.payout_ref = dead.reference AND t.key IN (
      SELECT 'payout:' || dead.id || ':cancelled' UNION ALL
      SELECT 'attempt:' || a.id || ':given_back' FROM payouts_attempt AS a WHERE a.payout_id = dead.id));
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'only money that was given back is paid again: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

CHANGED = """DECLARE
  wrong text;
BEGIN
  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE (n.account_id, n.seller_id, n.currency, n.country, n.amount_minor, n.span, n.reissue_of_id, n.run_id,
         n.created_at)
    IS DISTINCT FROM (o.account_id, o.seller_id, o.currency, o.country, o.amount_minor, o.span, o.reissue_of_id,
         o.run_id, o.created_at);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'seller, amount, currency and span of a payout never change: %', left(wrong, 500)
      USING ERRCODE = 'restrict_violation';
  END IF;

  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.payout_account_id <> o.payout_account_id AND n.status <> 'PENDING_REVIEW'
     OR n.round <> o.round + CASE WHEN n.status = 'PENDING_REVIEW' AND o.status <> n.status THEN 1 ELSE 0 END;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a payout whose bank account changes goes back to review: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;

  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  JOIN payouts_accountversion AS v ON v.id = n.payout_account_id
  JOIN payouts_payoutaccount AS s ON s.id = v.slot_id
  WHERE n.payout_account_id <> o.payout_account_id
    AND (s.seller_id, s.currency) IS DISTINCT FROM (n.seller_id, n.currency);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a payout goes to a bank account of its own seller and currency: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;

  SELECT string_agg(format('%s from %s to %s', n.id, o.status, n.status), '; ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.status <> o.status AND NOT (o.status || '>' || n.status) = ANY (ARRAY[
    'PENDING_REVIEW>REVIEWED', 'REVIEWED>APPROVED', 'APPROVED>BATCHED', 'BATCHED>SUBMITTED', 'SUBMITTED>PAID',
    'REVIEWED>PENDING_REVIEW', 'APPROVED>PENDING_REVIEW', 'BATCHED>PENDING_REVIEW', 'BATCHED>APPROVED',
    'SUBMITTED>APPROVED', 'PENDING_REVIEW>CANCELLED', 'REVIEWED>CANCELLED', 'APPROVED>CANCELLED',
    'BATCHED>CANCELLED', 'SUBMITTED>FAILED', 'SUBMITTED>RETURNED', 'PAID>RETURNED', 'FAILED>RETURNED']);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'not in the transition table: payout %', left(wrong, 500) USING ERRCODE = 'check_violation';
  END IF;

  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.status <> o.status AND NOT EXISTS (
    SELECT 1 FROM payouts_transition AS t WHERE t.payout_id = n.id AND t.from_status = o.status
      AND t.to_status = n.status AND t.txid = txid_current());
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'a change of status writes its transition in the same statement: payout %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;

  -- Forward moves: nothing held, nobody suspended or unverified. The share lock makes a seller's hold wait.
  PERFORM 1 FROM sellers_seller WHERE id IN (
    SELECT n.seller_id FROM new_rows AS n JOIN old_rows AS o USING (id)
    WHERE (o.status || '>' || n.status) IN ('REVIEWED>APPROVED', 'APPROVED>BATCHED', 'BATCHED>SUBMITTED'))
  ORDER BY id FOR SHARE;
  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id) JOIN sellers_seller AS s ON s.id = n.seller_id
  WHERE (o.status || '>' || n.status) IN ('REVIEWED>APPROVED', 'APPROVED>BATCHED', 'BATCHED>SUBMITTED')
    AND (s.suspended_at IS NOT NULL OR s.verified_at IS NULL
      OR EXISTS (SELECT 1 FROM payouts_hold AS h WHERE h.payout_id = n.id AND h.released_at IS NULL)
      OR EXISTS (SELECT 1 FROM payouts_hold AS h WHERE h.seller_id = n.seller_id AND h.released_at IS NULL));
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'held, or the seller is suspended or unverified: payout %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;

  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.status <> o.status AND (
    n.status = 'REVIEWED' AND NOT EXISTS (
      SELECT 1 FROM payouts_review AS r WHERE r.payout_id = n.id AND r.round = n.round
        AND r.digest = payout_digest(n.id, n.seller_id, n.amount_minor, n.currency, n.payout_account_id))
    OR (o.status || '>' || n.status) IN ('REVIEWED>APPROVED', 'APPROVED>BATCHED', 'BATCHED>SUBMITTED')
      AND NOT EXISTS (
      SELECT 1 FROM payouts_approval AS a JOIN payouts_accountdecision AS d ON d.version_id = a.account_version_id
      JOIN payouts_payoutaccount AS s ON s.current_id = a.account_version_id
        AND s.seller_id = n.seller_id AND s.currency = n.currency
      WHERE a.payout_id = n.id AND a.round = n.round AND a.account_version_id = n.payout_account_id AND d.verified
        AND a.digest = payout_digest(n.id, n.seller_id, n.amount_minor, n.currency, n.payout_account_id)));
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'no review or approval of exactly this seller, amount and bank account, in effect: payout %',
      left(wrong, 500) USING ERRCODE = 'check_violation';
  END IF;

  SELECT string_agg(n.id::text, ', ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.status <> o.status AND (
    n.status = 'BATCHED' AND NOT EXISTS (
      SELECT 1 FROM payouts_batchitem AS i JOIN payouts_batch AS b ON b.id = i.batch_id
      WHERE i.payout_id = n.id AND i.batch_id = n.batch_id AND i.left_at IS NULL AND b.status = 'PROPOSED'
        AND i.amount_minor = n.amount_minor AND i.account_version_id = n.payout_account_id
        AND b.currency = n.currency)
    OR n.status = 'SUBMITTED' AND NOT EXISTS (
      SELECT 1 FROM payouts_attempt AS a JOIN payouts_submission AS s ON s.id = a.submission_id
      JOIN payouts_batch AS b ON b.id = s.batch_id
      WHERE a.payout_id = n.id AND a.ended_at IS NULL AND a.amount_minor = n.amount_minor
        AND a.account_version_id = n.payout_account_id AND b.id = n.batch_id
        AND b.status IN ('APPROVED', 'SUBMITTING')));
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'not in an open batch, or not in an approved one with its bytes stored: payout %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0002_guards")]

    operations = [
        migrations.RunSQL(DIGEST, "DROP FUNCTION payout_digest(bigint, bigint, bigint, text, bigint)"),
        function("payouts_created()", CREATED),
        migrations.RunSQL(
            """CREATE TRIGGER guard_created AFTER INSERT ON payouts_payout REFERENCING NEW TABLE AS new_rows
               FOR EACH STATEMENT EXECUTE FUNCTION payouts_created()""",
            "DROP TRIGGER guard_created ON payouts_payout",
        ),
        function("payouts_changed()", CHANGED),
        migrations.RunSQL(
            """CREATE TRIGGER guard_changed AFTER UPDATE ON payouts_payout
               REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
               FOR EACH STATEMENT EXECUTE FUNCTION payouts_changed()""",
            "DROP TRIGGER guard_changed ON payouts_payout",
        ),
    ]
