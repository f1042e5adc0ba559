"""The ledger's guards: balanced, append-only, never into a day that payouts have taken (HOUSE ruling 3)."""

from django.db import migrations

from backoffice.audit.guards import append_only, function, only_columns_change

BALANCED = """DECLARE
  wrong text;
BEGIN
  SELECT string_agg(format('transaction %s is off by %s %s', transaction_id, off, currency), '; ') INTO wrong
  FROM (SELECT transaction_id, currency, sum(amount_minor) AS off FROM new_rows
        GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0 LIMIT 5) AS unbalanced;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'debits and credits differ: %', wrong USING ERRCODE = 'check_violation';
  END IF;
  SELECT string_agg(transaction_id::text, ', ') INTO wrong
  FROM (SELECT n.transaction_id FROM (SELECT transaction_id, count(*) AS legs FROM new_rows GROUP BY 1) AS n
        WHERE n.legs <> (SELECT count(*) FROM ledger_entry AS e WHERE e.transaction_id = n.transaction_id)
        LIMIT 5) AS reopened;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'all legs of a transaction are written in one statement; reopened: %', wrong
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

EARNINGS = """DECLARE
  wrong text;
BEGIN
  -- Share the accounts with other postings; a payout run, which takes them FOR UPDATE, waits or is waited for.
  PERFORM 1 FROM ledger_account WHERE id IN (SELECT account_id FROM new_rows) ORDER BY id FOR SHARE;
  SELECT string_agg(format('%s due %s, covered through %s', n.external_id, n.due_date, a.covered_through), '; ')
    INTO wrong
  FROM new_rows AS n JOIN ledger_account AS a ON a.id = n.account_id WHERE n.due_date <= a.covered_through;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'an earning may not fall into days that payouts have taken: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT string_agg(n.external_id, ', ') INTO wrong
  FROM new_rows AS n
  WHERE -n.amount_minor IS DISTINCT FROM (
    SELECT sum(e.amount_minor) FROM ledger_entry AS e
    WHERE e.transaction_id = n.transaction_id AND e.book = 'payable' AND e.account_id = n.account_id);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'an earning equals what its transaction credits to the seller; not so: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

FORWARD = """BEGIN
  IF NEW.covered_through IS NULL AND OLD.covered_through IS NOT NULL OR NEW.covered_through < OLD.covered_through THEN
    RAISE EXCEPTION 'covered_through moves forward only (account %)', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.covered_through IS DISTINCT FROM OLD.covered_through AND NOT EXISTS (
    SELECT 1 FROM payouts_payout AS p WHERE p.account_id = NEW.id AND p.span @> NEW.covered_through
      AND upper(p.span) - 1 = NEW.covered_through) THEN
    RAISE EXCEPTION 'no payout of account % ends on %', OLD.id, NEW.covered_through USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        migrations.RunSQL(
            """ALTER TABLE ledger_entry ADD CONSTRAINT entry_currency_is_the_accounts
               FOREIGN KEY (account_id, currency) REFERENCES ledger_account (id, currency)""",
            "ALTER TABLE ledger_entry DROP CONSTRAINT entry_currency_is_the_accounts",
        ),
        *append_only("ledger_transaction"),
        *append_only("ledger_entry"),
        *append_only("ledger_earning"),
        *only_columns_change("ledger_account", "covered_through"),
        *only_columns_change(
            "ledger_adjustment", "decision", "decided_by_id", "decided_at", "decision_note", "earning_id"
        ),
        function("ledger_balanced()", BALANCED),
        migrations.RunSQL(
            """CREATE TRIGGER guard_balanced AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_rows
               FOR EACH STATEMENT EXECUTE FUNCTION ledger_balanced()""",
            "DROP TRIGGER guard_balanced ON ledger_entry",
        ),
        function("ledger_earnings_fit()", EARNINGS),
        migrations.RunSQL(
            """CREATE TRIGGER guard_earnings AFTER INSERT ON ledger_earning REFERENCING NEW TABLE AS new_rows
               FOR EACH STATEMENT EXECUTE FUNCTION ledger_earnings_fit()""",
            "DROP TRIGGER guard_earnings ON ledger_earning",
        ),
        function("ledger_forward()", FORWARD),
        migrations.RunSQL(
            """CREATE TRIGGER guard_forward BEFORE UPDATE ON ledger_account
               FOR EACH ROW EXECUTE FUNCTION ledger_forward()""",
            "DROP TRIGGER guard_forward ON ledger_account",
        ),
        function(
            "ledger_decided_once()",
            """BEGIN
  IF OLD.decision <> '' THEN
    RAISE EXCEPTION 'adjustment % is decided already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END""",
        ),
        migrations.RunSQL(
            """CREATE TRIGGER guard_decided_once BEFORE UPDATE ON ledger_adjustment
               FOR EACH ROW EXECUTE FUNCTION ledger_decided_once()""",
            "DROP TRIGGER guard_decided_once ON ledger_adjustment",
        ),
    ]
