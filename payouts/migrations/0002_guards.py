"""Histories that never change, columns that never change, and people kept apart by composite foreign keys."""

from django.db import migrations

from backoffice.audit.guards import append_only, function, no_delete, no_truncate, only_columns_change


def foreign_key(table: str, name: str, columns: str, target: str) -> migrations.RunSQL:
    """A composite foreign key, which Django's models cannot say."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {target}",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def before_update(table: str, trigger: str, body: str, *, when: str = "UPDATE") -> list[migrations.RunSQL]:
    """A row trigger with its own function."""
    return [
        function(f"payouts_{trigger}()", body),
        migrations.RunSQL(
            f"CREATE TRIGGER guard_{trigger} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION payouts_{trigger}()",
            f"DROP TRIGGER guard_{trigger} ON {table}",
        ),
    ]


HOLD_LOCKS = """BEGIN
  -- The lock that submission takes too: whichever is first decides, the other one sees it.
  IF NEW.payout_id IS NOT NULL THEN
    PERFORM 1 FROM payouts_payout WHERE id = NEW.payout_id FOR UPDATE;
  ELSE
    -- NO KEY: rows that merely point at the seller, such as a run's new payouts, need not wait.
    PERFORM 1 FROM sellers_seller WHERE id = NEW.seller_id FOR NO KEY UPDATE;
  END IF;
  RETURN NEW;
END"""

CURRENT_VERSION = """DECLARE
  fine boolean;
BEGIN
  IF NEW.current_id IS NULL AND TG_OP = 'INSERT' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.current_id IS NOT DISTINCT FROM OLD.current_id THEN
    RETURN NEW;
  END IF;
  SELECT d.verified AND v.effective_at <= clock_timestamp() INTO fine
  FROM payouts_accountversion AS v JOIN payouts_accountdecision AS d ON d.version_id = v.id
  WHERE v.id = NEW.current_id AND v.slot_id = NEW.id;
  IF fine IS NOT TRUE THEN
    RAISE EXCEPTION 'account version % is not a verified version of this account whose wait is over', NEW.current_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

BATCH = """BEGIN
  IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status) = ANY (ARRAY[
    'PROPOSED>APPROVED', 'PROPOSED>DISSOLVED', 'APPROVED>PROPOSED', 'APPROVED>SUBMITTING', 'APPROVED>DISSOLVED',
    'SUBMITTING>SUBMITTED', 'SUBMITTED>SETTLED']) THEN
    RAISE EXCEPTION 'a batch may not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  -- Only the approval itself, and asking for it again, may change what an approval is about.
  IF (OLD.status, NEW.status) NOT IN (('PROPOSED', 'APPROVED'), ('APPROVED', 'PROPOSED')) AND
     (NEW.value_date, NEW.cut_off_at, NEW.approved_by_id, NEW.approved_at, NEW.digest)
       IS DISTINCT FROM (OLD.value_date, OLD.cut_off_at, OLD.approved_by_id, OLD.approved_at, OLD.digest) THEN
    RAISE EXCEPTION 'batch % is approved, or is on its way: its approval stands', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

SUBMISSION = """BEGIN
  IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status) = ANY (ARRAY[
    'PREPARED>DELIVERING', 'DELIVERING>ACCEPTED', 'DELIVERING>REJECTED', 'DELIVERING>UNKNOWN',
    'UNKNOWN>DELIVERING', 'UNKNOWN>ACCEPTED', 'UNKNOWN>REJECTED']) THEN
    RAISE EXCEPTION 'a submission may not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.fence < OLD.fence OR (NEW.status = 'DELIVERING' AND OLD.status <> 'DELIVERING' AND NEW.fence = OLD.fence) THEN
    RAISE EXCEPTION 'each lease of submission % needs a higher fence', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0001_initial"),
        ("audit", "0002_guards"),
        ("ledger", "0002_guards"),
        ("sellers", "0002_guards"),
    ]

    operations = [
        *append_only("payouts_transition"),
        *append_only("payouts_review"),
        *append_only("payouts_approval"),
        *append_only("payouts_flag"),
        *append_only("payouts_payoutnote"),
        *append_only("payouts_accountversion"),
        *append_only("payouts_accountdecision"),
        *append_only("payouts_runskip"),
        *append_only("payouts_submissionevent"),
        *append_only("payouts_bankfact"),
        *append_only("payouts_disposal"),
        *append_only("payouts_statement"),
        *append_only("payouts_invariantcheck"),
        *no_delete("payouts_payout"),
        *no_delete("payouts_payoutrun"),
        *no_delete("payouts_incident"),
        *no_truncate("payouts_export"),
        *only_columns_change("payouts_payoutaccount", "current_id"),
        *only_columns_change("payouts_fundingaccount", "holder_name", "bic", "active"),
        *only_columns_change("payouts_hold", "released_at", "released_by_id", "release_note"),
        *only_columns_change("payouts_railswitch", "restored_at", "restored_by_id"),
        *only_columns_change(
            "payouts_batch", "status", "status_at", "value_date", "cut_off_at", "approved_by_id", "approved_at",
            "digest", "item_count", "total_minor",
            "reference",  # generated: null until after the BEFORE triggers
        ),
        *only_columns_change("payouts_bankdocument", "processed_at", "problem", "cursor"),
        *only_columns_change("payouts_resolution", "confirmed_by_id", "confirmed_at", "dismissed_at"),
        *only_columns_change("payouts_batchitem", "left_at", "left_because"),
        *only_columns_change(
            "payouts_submission", "status", "status_at", "fence", "lease_until", "delivered_at", "bank_reference",
            "answer_code", "answer_text", "answer_raw", "deliveries", "next_lookup_at",
        ),
        *only_columns_change("payouts_attempt", "ended_at", "ended_because", "gave_back"),
        *only_columns_change(
            "payouts_statementline", "kind", "matched_at", "matched_by_id", "submission_id", "attempt_id", "note"
        ),
        foreign_key(
            "payouts_payout", "payout_account_is_the_sellers", "account_id, seller_id, currency",
            "ledger_account (id, seller_id, currency)",
        ),
        foreign_key(
            "payouts_payoutaccount", "payout_account_current_is_its_own", "current_id, id",
            "payouts_accountversion (id, slot_id)",
        ),
        foreign_key(
            "payouts_accountdecision", "account_decision_requester", "version_id, requested_by_id",
            "payouts_accountversion (id, requested_by_id)",
        ),
        foreign_key(
            "payouts_approval", "approval_of_what_was_reviewed", "payout_id, round, reviewer_id, digest",
            "payouts_review (payout_id, round, reviewer_id, digest)",
        ),
        foreign_key(
            "payouts_approval", "approval_account_people",
            "account_version_id, account_requested_by_id, account_verified_by_id",
            "payouts_accountdecision (version_id, requested_by_id, decided_by_id)",
        ),
        function("payouts_hold_locks()", HOLD_LOCKS),
        migrations.RunSQL(
            """CREATE TRIGGER guard_hold_locks BEFORE INSERT ON payouts_hold
               FOR EACH ROW EXECUTE FUNCTION payouts_hold_locks()""",
            "DROP TRIGGER guard_hold_locks ON payouts_hold",
        ),
        *before_update(
            "payouts_hold",
            "hold_released_once",
            """BEGIN
  IF OLD.released_at IS NOT NULL THEN
    RAISE EXCEPTION 'hold % is released already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END""",
        ),
        *before_update("payouts_payoutaccount", "current_version", CURRENT_VERSION, when="INSERT OR UPDATE"),
        *before_update("payouts_batch", "batch_moves", BATCH),
        *before_update(
            "payouts_batchitem",
            "item_leaves_once",
            """BEGIN
  IF OLD.left_at IS NOT NULL THEN
    RAISE EXCEPTION 'item % has left its batch already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END""",
        ),
        *before_update("payouts_submission", "submission_moves", SUBMISSION),
        *before_update(
            "payouts_resolution",
            "resolution_decided_once",
            """BEGIN
  IF OLD.confirmed_at IS NOT NULL OR OLD.dismissed_at IS NOT NULL THEN
    RAISE EXCEPTION 'finding % was confirmed or dismissed already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END""",
        ),
        *before_update(
            "payouts_attempt",
            "attempt_ends_once",
            """BEGIN
  IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at OR OLD.gave_back AND NOT NEW.gave_back THEN
    RAISE EXCEPTION 'attempt % has ended already', OLD.end_to_end_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END""",
        ),
    ]
