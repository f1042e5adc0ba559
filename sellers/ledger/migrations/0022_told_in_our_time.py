"""PostgreSQL, too, refuses a move in a year that is a slip of the pen, whoever writes `country_since` and by whichever door.

Only what is told is looked at: an earlier version took such a day, and a correction may have to derive it again from
the row of then. Safe while the version before is running, which refuses such a day itself.
"""

from django.db import migrations

from backoffice.audit.guards import function

REFUSED = """BEGIN
  RAISE EXCEPTION 'no seller moves on a day long before all books: %', NEW.country_since USING ERRCODE = 'check_violation';
END"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0021_errors_in_english"), ("sellers", "0004_country_since")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        function("ledger_told_long_ago()", REFUSED),
        # Its name comes before that of keep_residence, which takes the day away: PostgreSQL goes by names. The first of
        # all days says "from the beginning".
        migrations.RunSQL(
            """CREATE TRIGGER guard_told_residence BEFORE UPDATE OF country_since ON sellers_seller FOR EACH ROW
               WHEN (NEW.country_since < DATE '1990-01-01' AND NEW.country_since <> DATE '0001-01-01')
               EXECUTE FUNCTION ledger_told_long_ago()""",
            "DROP TRIGGER guard_told_residence ON sellers_seller",
        ),
    ]
