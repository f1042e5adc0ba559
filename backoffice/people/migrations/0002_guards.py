"""What was decided stays; nobody gets a role, or a closed account back, but by a request that is confirmed with it."""

from django.conf import settings
from django.db import migrations

from backoffice.audit.guards import function, only_columns_change

DECIDED = """BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.outcome NOT IN ('', 'bootstrap') THEN
      RAISE EXCEPTION 'a request about a person begins undecided' USING ERRCODE = 'check_violation';
    END IF;
  ELSE
    IF OLD.outcome <> '' THEN
      RAISE EXCEPTION 'request % about a person was decided already', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.outcome = 'bootstrap' OR (OLD.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id) THEN
      RAISE EXCEPTION 'request % stays about whom it was asked for', OLD.id USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  NEW.txid := CASE WHEN NEW.outcome IN ('confirmed', 'bootstrap') THEN txid_current() END;
  RETURN NEW;
END"""

ROLE_GIVEN = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM people_personrequest AS r JOIN auth_group AS g ON g.id = NEW.group_id
    WHERE r.person_id = NEW.user_id AND r.kind IN ('add', 'roles') AND r.outcome IN ('confirmed', 'bootstrap')
      AND g.name = ANY (r.roles) AND r.txid = txid_current()) THEN
    RAISE EXCEPTION 'person % gets role % only by a request that another confirmed', NEW.user_id, NEW.group_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""

OPENED = """BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM people_personrequest AS r
    WHERE r.person_id = NEW.id AND r.kind = 'open' AND r.outcome IN ('confirmed', 'bootstrap')
      AND r.txid = txid_current()) THEN
    RAISE EXCEPTION 'the closed account of person % opens only by a request that another confirmed', NEW.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # A log-in that takes its time is not waited for: run it again.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        *only_columns_change(
            "people_personrequest", "person_id", "decided_by_id", "decided_at", "outcome", "txid"
        ),
        function("people_request_decided()", DECIDED),
        migrations.RunSQL(
            """CREATE TRIGGER guard_request_decided BEFORE INSERT OR UPDATE ON people_personrequest
               FOR EACH ROW EXECUTE FUNCTION people_request_decided()""",
            "DROP TRIGGER guard_request_decided ON people_personrequest",
        ),
        function("people_role_given()", ROLE_GIVEN),
        migrations.RunSQL(
            """CREATE TRIGGER guard_role_given BEFORE INSERT OR UPDATE ON auth_user_groups
               FOR EACH ROW EXECUTE FUNCTION people_role_given()""",
            "DROP TRIGGER guard_role_given ON auth_user_groups",
        ),
        function("people_opened()", OPENED),
        migrations.RunSQL(
            """CREATE TRIGGER guard_account_opened BEFORE UPDATE OF is_active ON auth_user
               FOR EACH ROW WHEN (NEW.is_active AND NOT OLD.is_active) EXECUTE FUNCTION people_opened()""",
            "DROP TRIGGER guard_account_opened ON auth_user",
        ),
    ]
