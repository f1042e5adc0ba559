"""What must have been said, posted or decided for a payout to move or for money to be due (HOUSE rulings 1, 3, 5).

Deferred where two rows prove each other: whichever is written first cannot know the other yet.
"""

from django.db import migrations

from backoffice.audit.guards import function

PROVEN = """DECLARE
  wrong text;
BEGIN
  -- The same fold as payouts/facts.py, over what the bank said about one attempt.
  SELECT string_agg(format('%s from %s to %s', n.id, o.status, n.status), '; ') INTO wrong
  FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.status <> o.status AND n.status IN ('PAID', 'FAILED', 'RETURNED') AND NOT EXISTS (
    SELECT 1 FROM payouts_attempt AS a
    CROSS JOIN LATERAL (
      SELECT coalesce(bool_or(f.kind = 'paid'), false) AS paid, coalesce(bool_or(f.kind = 'returned'), false) AS returned,
             coalesce(bool_or(f.kind = 'failed')
               OR bool_or(f.kind = 'rejected') AND bool_or(f.kind IN ('accepted', 'paid')), false) AS undelivered
      FROM payouts_bankfact AS f WHERE f.attempt_id = a.id) AS said
    WHERE a.payout_id = n.id AND a.ended_because NOT IN ('rejected', 'never_sent') AND n.status = CASE
      WHEN said.returned OR said.paid AND said.undelivered THEN 'RETURNED'
      WHEN said.undelivered THEN 'FAILED'
      WHEN said.paid THEN 'PAID' END);
  IF wrong IS NULL THEN
    SELECT string_agg(format('%s from %s to %s', n.id, o.status, n.status), '; ') INTO wrong
    FROM new_rows AS n JOIN old_rows AS o USING (id)
    WHERE o.status = 'SUBMITTED' AND n.status = 'APPROVED' AND NOT EXISTS (
      SELECT 1 FROM payouts_attempt AS a JOIN payouts_submission AS s ON s.id = a.submission_id
      WHERE a.payout_id = n.id AND a.ended_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM payouts_bankfact AS f WHERE f.attempt_id = a.id AND f.kind <> 'rejected') AND (
        s.status = 'REJECTED'
        OR EXISTS (SELECT 1 FROM payouts_bankfact AS f WHERE f.attempt_id = a.id AND f.kind = 'rejected')
        OR EXISTS (SELECT 1 FROM payouts_resolution AS r WHERE r.submission_id = s.id AND r.verdict = 'never_sent'
                   AND r.confirmed_at IS NOT NULL)));
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'nothing that the bank said, and no two people, prove it: payout %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

REISSUED = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM payouts_disposal AS d WHERE d.payout_id = NEW.reissue_of_id AND d.new_payout_id = NEW.id) THEN
    RAISE EXCEPTION 'payout % is a reissue that no disposal of % decided', NEW.reference, NEW.reissue_of_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

ROLLED = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM payouts_disposal AS d JOIN payouts_payout AS p ON p.id = d.payout_id
    JOIN ledger_transaction AS t ON t.id = NEW.transaction_id
    WHERE d.earning_id = NEW.id AND p.account_id = NEW.account_id AND p.amount_minor = NEW.amount_minor
      AND (t.key = 'payout:' || p.id || ':cancelled' OR EXISTS (
        SELECT 1 FROM payouts_attempt AS a WHERE a.payout_id = p.id AND t.key = 'attempt:' || a.id || ':given_back')))
  THEN
    RAISE EXCEPTION 'earning % rolls what no disposal of a dead payout decided', NEW.external_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


DISPOSED = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM payouts_payout AS dead
    LEFT JOIN payouts_payout AS n ON n.id = NEW.new_payout_id
    LEFT JOIN ledger_earning AS e ON e.id = NEW.earning_id
    WHERE dead.id = NEW.payout_id AND dead.status IN ('CANCELLED', 'FAILED', 'RETURNED')
      AND (n.reissue_of_id = dead.id OR e.kind = 'rolled' AND e.account_id = dead.account_id))
  THEN
    RAISE EXCEPTION 'disposal % gives the money of payout % to something else', NEW.id, NEW.payout_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""


def at_commit(table: str, trigger: str, condition: str, name: str, body: str) -> list[migrations.RunSQL]:
    """A check of each new row that meets the condition, when its transaction commits."""
    return [
        function(f"{name}()", body),
        migrations.RunSQL(
            f"""CREATE CONSTRAINT TRIGGER {trigger} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()""",
            f"DROP TRIGGER {trigger} ON {table}",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_batch_stays")]

    operations = [
        function("payouts_proven()", PROVEN),
        migrations.RunSQL(
            """CREATE TRIGGER guard_proven AFTER UPDATE ON payouts_payout
               REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
               FOR EACH STATEMENT EXECUTE FUNCTION payouts_proven()""",
            "DROP TRIGGER guard_proven ON payouts_payout",
        ),
        *at_commit(
            "payouts_payout", "guard_reissue", "NEW.reissue_of_id IS NOT NULL", "payouts_reissue_decided", REISSUED
        ),
        *at_commit("payouts_disposal", "guard_disposed", "true", "payouts_disposed", DISPOSED),
        *at_commit("ledger_earning", "guard_rolled", "NEW.kind = 'rolled'", "payouts_roll_decided", ROLLED),
    ]
