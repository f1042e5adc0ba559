"""Events and seals are append-only; the functions every other guard of change uses."""

from django.db import migrations

from backoffice.audit.guards import append_only, function


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        function(
            "refuse_change()",
            """BEGIN
  RAISE EXCEPTION '% refused on %: its rows are history', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'Write a new row that says what changed.';
END""",
        ),
        function(
            "refuse_other_columns()",
            """BEGIN
  IF (to_jsonb(NEW) - TG_ARGV) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV) THEN
    RAISE EXCEPTION 'only % of % may change', array_to_string(TG_ARGV, ', '), TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END""",
        ),
        *append_only("audit_event"),
        *append_only("audit_seal"),
    ]
