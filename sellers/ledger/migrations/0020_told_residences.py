"""Whoever changes a seller's country may say since when the seller lives there, or that it was wrong from the beginning.

A row is kept either way. That of a country that was wrong ends on the day it began: no day counts there. Safe while the
version before is running: it says nothing, which means from today on, as before.
"""

from django.db import migrations

from backoffice.audit.guards import function

# A move counts from no day that is closed, and never from before the seller's last one. What was wrong from the
# beginning of this stay was wrong on its closed days, too.
MOVES = """DECLARE
  books ledger_books;
  today date;
  last date;
BEGIN
  IF OLD.country IS DISTINCT FROM NEW.country THEN
    SELECT * INTO books FROM ledger_books;
    SELECT max(left_on) INTO last FROM ledger_residence WHERE seller_id = OLD.id;
    today := (now() AT TIME ZONE coalesce(books.zone, 'UTC'))::date;
    INSERT INTO ledger_residence (seller_id, country, left_on)
    VALUES (OLD.id, OLD.country, CASE WHEN NEW.country_since = DATE '0001-01-01'
      THEN coalesce(last, DATE '0001-01-01')
      ELSE greatest(coalesce(NEW.country_since, today), books.frozen_through + 1, last) END);
  END IF;
  NEW.country_since := NULL;
  RETURN NEW;
END"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0019_covered_indexes"), ("sellers", "0004_country_since")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        function("ledger_seller_moves()", MOVES),
        # The program's role may not write the table: only this function, which runs as its owner, does.
        migrations.RunSQL("ALTER FUNCTION ledger_seller_moves() SECURITY DEFINER", migrations.RunSQL.noop),
        migrations.RunSQL("REVOKE ALL ON FUNCTION ledger_seller_moves() FROM PUBLIC", migrations.RunSQL.noop),
        migrations.RunSQL("DROP TRIGGER keep_residence ON sellers_seller", migrations.RunSQL.noop),
        migrations.RunSQL(
            """CREATE TRIGGER keep_residence BEFORE UPDATE OF country, country_since ON sellers_seller FOR EACH ROW
               WHEN (OLD.country IS DISTINCT FROM NEW.country OR NEW.country_since IS NOT NULL)
               EXECUTE FUNCTION ledger_seller_moves()""",
            """DROP TRIGGER keep_residence ON sellers_seller;
               CREATE TRIGGER keep_residence AFTER UPDATE OF country ON sellers_seller FOR EACH ROW
               WHEN (OLD.country IS DISTINCT FROM NEW.country) EXECUTE FUNCTION ledger_seller_moved()""",
        ),
    ]
