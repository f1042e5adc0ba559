"""A proposed batch whose cut-off passes is for the next value date at once, not only when somebody approves it: lists,
filters and what money is needed for go by the date that it has.

Safe while the version before is running: it moves none on by itself, and its approvals may still change both. Undone, it
forgets what batches were proposed for.
"""

from django.db import migrations, models

_BEFORE = """
  -- Only the approval itself, and asking for it again, may change what an approval is about.
  IF (OLD.status, NEW.status) NOT IN (('PROPOSED', 'APPROVED'), ('APPROVED', 'PROPOSED')) AND
     (NEW.value_date, NEW.cut_off_at, NEW.approved_by_id, NEW.approved_at, NEW.digest)
       IS DISTINCT FROM (OLD.value_date, OLD.cut_off_at, OLD.approved_by_id, OLD.approved_at, OLD.digest) THEN
    RAISE EXCEPTION 'batch % is approved, or is on its way: its approval stands', OLD.id USING ERRCODE = 'check_violation';
  END IF;
"""
_AFTER = """
  -- Only the approval itself, and asking for it again, may change what an approval is about; and what nobody has
  -- approved yet is moved on to a later cut-off.
  IF (OLD.status, NEW.status) NOT IN (('PROPOSED', 'APPROVED'), ('APPROVED', 'PROPOSED')) AND
     (NEW.value_date, NEW.cut_off_at, NEW.approved_by_id, NEW.approved_at, NEW.digest)
       IS DISTINCT FROM (OLD.value_date, OLD.cut_off_at, OLD.approved_by_id, OLD.approved_at, OLD.digest) AND NOT
     ((OLD.status, NEW.status) = ('PROPOSED', 'PROPOSED') AND NEW.cut_off_at > OLD.cut_off_at AND
      (NEW.approved_by_id, NEW.approved_at, NEW.digest)
        IS NOT DISTINCT FROM (OLD.approved_by_id, OLD.approved_at, OLD.digest)) THEN
    RAISE EXCEPTION 'batch % is approved, or is on its way: its approval stands', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.proposed_for IS DISTINCT FROM OLD.proposed_for AND
     (OLD.proposed_for IS NULL AND NEW.proposed_for = OLD.value_date AND NEW.value_date > OLD.value_date) IS NOT TRUE THEN
    RAISE EXCEPTION 'batch % was proposed for the value date that it had first', OLD.id USING ERRCODE = 'check_violation';
  END IF;
"""
_MOVES = """CREATE OR REPLACE FUNCTION payouts_batch_moves() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET jit = off AS $guard$
BEGIN
  IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status) = ANY (ARRAY[
    'PROPOSED>APPROVED', 'PROPOSED>DISSOLVED', 'APPROVED>PROPOSED', 'APPROVED>SUBMITTING', 'APPROVED>DISSOLVED',
    'SUBMITTING>SUBMITTED', 'SUBMITTED>SETTLED']) THEN
    RAISE EXCEPTION 'a batch may not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;{rule}  RETURN NEW;
END
$guard$"""
# The few that wait for another approval: what they were proposed for is the value date of the first one.
_MISSED = """UPDATE payouts_batch AS b SET proposed_for = m.value_date
FROM (SELECT DISTINCT ON (batch_id) batch_id, value_date FROM payouts_missedcutoff ORDER BY batch_id, id) AS m
WHERE m.batch_id = b.id AND b.status IN ('PROPOSED', 'APPROVED') AND m.value_date < b.value_date"""
_COLUMNS = """CREATE OR REPLACE TRIGGER guard_columns BEFORE UPDATE ON payouts_batch FOR EACH ROW
EXECUTE FUNCTION refuse_other_columns({names})"""
_KNOWN = (
    "status", "status_at", "value_date", "cut_off_at", "approved_by_id", "approved_at", "digest", "item_count",
    "total_minor",
    "reference",  # generated: null until after the BEFORE triggers
)  # fmt: skip


def _moves(rule: str) -> str:
    return _MOVES.format(rule=rule)


def _columns(*names: str) -> str:
    return _COLUMNS.format(names=", ".join(f"'{name}'" for name in names))


class Migration(migrations.Migration):
    dependencies = [("payouts", "0029_answers_go")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            "batch",
            "proposed_for",
            models.DateField(
                help_text="the value date that it was proposed for, once it was moved on from it", null=True
            ),
        ),
        migrations.RunSQL(_columns(*_KNOWN, "proposed_for"), _columns(*_KNOWN)),
        migrations.RunSQL(_MISSED, migrations.RunSQL.noop),
        migrations.RunSQL(_moves(_AFTER), _moves(_BEFORE)),
    ]
