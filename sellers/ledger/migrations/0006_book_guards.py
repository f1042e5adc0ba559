"""The guards of the books: a trigger dates every transaction, nothing enters a month that is closed (docs/adr/0024)."""

from django.db import migrations

from backoffice.audit.guards import append_only, function, no_truncate, only_columns_change

# Postings share this lock until they commit; a month is asked to be closed only while no posting is under way.
LOCK = "4022, 0"

# The day of a new transaction. It never refuses: what a closed month does not take goes into the first open one, and
# should the row of the books be lost, money is posted all the same.
BOOK = """DECLARE
  books ledger_books;
  posted date;
BEGIN
  SELECT * INTO books FROM ledger_books;
  posted := (NEW.posted_at AT TIME ZONE coalesce(books.zone, 'UTC'))::date;
  NEW.fact_on := least(coalesce(NEW.fact_on, posted), posted);
  NEW.booked_on := NEW.fact_on;
  IF NEW.booked_on <= books.frozen_through THEN
    NEW.booked_on := greatest(posted, books.frozen_through + 1);
  END IF;
  NEW.fact_on := nullif(NEW.fact_on, NEW.booked_on);
  RETURN NEW;
END"""

# Legs that come later than their transaction, by whoever writes SQL. A look-up a leg: a join might read the table whole.
OPEN_MONTH = """DECLARE
  frozen date;
  wrong text;
BEGIN
  SELECT frozen_through INTO frozen FROM ledger_books;
  IF frozen IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT string_agg(late.transaction_id::text, ', ') INTO wrong FROM (
    SELECT n.transaction_id FROM new_rows AS n
    WHERE (SELECT t.booked_on FROM ledger_transaction AS t WHERE t.id = n.transaction_id) <= frozen LIMIT 5) AS late;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'nothing is booked up to % any more: transaction %', frozen, wrong
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END"""

# While transactions from before the books have no day, the owner may give them one, and nothing else.
FILL_ONCE = """BEGIN
  IF OLD.booked_on IS NOT NULL OR NEW.booked_on IS NULL
     OR (to_jsonb(NEW) - 'booked_on') IS DISTINCT FROM (to_jsonb(OLD) - 'booked_on') THEN
    RAISE EXCEPTION 'ledger_transaction is append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""

PERIOD = """DECLARE
  books ledger_books;
BEGIN
  SELECT * INTO books FROM ledger_books FOR UPDATE;
  IF TG_OP = 'INSERT' THEN
    IF NEW.decided_at IS NOT NULL THEN
      RAISE EXCEPTION 'a month is asked for before it is closed' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.first_day, NEW.last_day) IS DISTINCT FROM (date_trunc('month', NEW.first_day)::date,
        (date_trunc('month', NEW.first_day) + interval '1 month - 1 day')::date) THEN
      RAISE EXCEPTION 'a period is a whole month, not % to %', NEW.first_day, NEW.last_day
        USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.asked_at AT TIME ZONE books.zone)::date <= NEW.last_day THEN
      RAISE EXCEPTION 'the month of % is not over', NEW.first_day USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.first_day <> books.frozen_through + 1 OR books.frozen_through IS NULL
       AND EXISTS (SELECT 1 FROM ledger_transaction WHERE booked_on < NEW.first_day) THEN
      RAISE EXCEPTION 'months close in order: one before % is open', NEW.first_day USING ERRCODE = 'check_violation';
    END IF;
    UPDATE ledger_books SET frozen_through = NEW.last_day;
    RETURN NEW;
  END IF;
  IF OLD.decided_at IS NOT NULL THEN
    RAISE EXCEPTION 'the month of % is decided already', OLD.first_day USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.closed AND EXISTS (SELECT 1 FROM ledger_period WHERE first_day < NEW.first_day AND decided_at IS NULL) THEN
    RAISE EXCEPTION 'months close in order: one before % is not closed', NEW.first_day USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.decided_at IS NOT NULL AND NOT NEW.closed THEN
    IF NEW.last_day <> books.frozen_through THEN
      RAISE EXCEPTION 'the last month asked for is taken back first' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE ledger_books SET frozen_through = (SELECT max(last_day) FROM ledger_period
      WHERE id <> NEW.id AND (closed OR decided_at IS NULL));
  END IF;
  RETURN NEW;
END"""

# The totals and numbers of a closed month were written by the transaction that closed it.
OF_CLOSING = """BEGIN
  IF EXISTS (SELECT 1 FROM ledger_period WHERE id = NEW.period_id AND decided_at IS NOT NULL) THEN
    RAISE EXCEPTION 'period % is decided: its totals and numbers stand', NEW.period_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""

MAPPING = """DECLARE
  frozen date;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.decided_at IS NOT NULL THEN
      RAISE EXCEPTION 'a mapping is asked for before it is confirmed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.decided_at IS NOT NULL THEN
    RAISE EXCEPTION 'mapping % is decided already', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.confirmed THEN
    PERFORM pg_advisory_xact_lock_shared(4022, 0);
    SELECT frozen_through INTO frozen FROM ledger_books;
    IF NEW.effective_from <= frozen THEN
      RAISE EXCEPTION 'mapping % would change months that are closed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  RETURN NEW;
END"""

FILE = """BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT 1 FROM ledger_period WHERE id = NEW.period_id AND closed) THEN
      RAISE EXCEPTION 'only a closed month has a journal file' USING ERRCODE = 'check_violation';
    END IF;
  ELSIF OLD.sha256 <> '' AND NEW.sha256 <> OLD.sha256 THEN
    RAISE EXCEPTION 'journal file % has its SHA-256', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""

ROW, STATEMENT = "FOR EACH ROW EXECUTE FUNCTION", "FOR EACH STATEMENT EXECUTE FUNCTION"
MOVES = "BEFORE INSERT OR UPDATE"


def trigger(name: str, table: str, when: str, what: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} ON {table} {what}", f"DROP TRIGGER {name} ON {table}"
    )


def lock(mode: str) -> str:
    """A snapshot from before the lock would not see which months were closed before it: only READ COMMITTED looks anew."""
    return f"""BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the books are written at READ COMMITTED' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM pg_advisory_xact_lock{mode}({LOCK});
  RETURN NULL;
END"""


def as_owner(name: str) -> list[migrations.RunSQL]:
    """It reads and writes what the program's role may not, or may not yet while `grant_app_role` has not run. Nobody
    else may hang it on a table of their own.
    """
    return [
        migrations.RunSQL(f"ALTER FUNCTION {name}() SECURITY DEFINER", migrations.RunSQL.noop),
        migrations.RunSQL(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC", migrations.RunSQL.noop),
    ]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_books"), ("sellers", "0003_seller_file"), ("audit", "0002_guards")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        function("ledger_share_books()", lock("_shared")),
        function("ledger_own_books()", lock("")),
        function("ledger_book()", BOOK),
        function("ledger_open_month()", OPEN_MONTH),
        function("ledger_fill_once()", FILL_ONCE),
        function("ledger_period_moves()", PERIOD),
        # The program's role may not write the row of the books: only this function, which runs as its owner, does.
        *as_owner("ledger_period_moves"),
        *as_owner("ledger_book"),
        *as_owner("ledger_open_month"),
        function("ledger_of_closing()", OF_CLOSING),
        function("ledger_mapping_moves()", MAPPING),
        function("ledger_file_moves()", FILE),
        function(
            "ledger_account_country()",
            "BEGIN SELECT country INTO NEW.country FROM sellers_seller WHERE id = NEW.seller_id; RETURN NEW; END",
        ),
        trigger("books_country", "ledger_account", "BEFORE INSERT", f"{ROW} ledger_account_country()"),
        trigger("books_lock", "ledger_transaction", "BEFORE INSERT", f"{STATEMENT} ledger_share_books()"),
        trigger("books_day", "ledger_transaction", "BEFORE INSERT", f"{ROW} ledger_book()"),
        trigger(
            "guard_open_month",
            "ledger_entry",
            "AFTER INSERT",
            f"REFERENCING NEW TABLE AS new_rows {STATEMENT} ledger_open_month()",
        ),
        migrations.RunSQL("DROP TRIGGER guard_append_only ON ledger_transaction", migrations.RunSQL.noop),
        trigger("guard_append_only", "ledger_transaction", "BEFORE DELETE", f"{ROW} refuse_change()"),
        trigger("guard_fill_once", "ledger_transaction", "BEFORE UPDATE", f"{ROW} ledger_fill_once()"),
        trigger("books_lock", "ledger_period", "BEFORE INSERT", f"{STATEMENT} ledger_own_books()"),
        trigger("guard_moves", "ledger_period", MOVES, f"{ROW} ledger_period_moves()"),
        trigger("guard_of_closing", "ledger_periodtotal", "BEFORE INSERT", f"{ROW} ledger_of_closing()"),
        trigger("guard_of_closing", "ledger_periodnumbers", "BEFORE INSERT", f"{ROW} ledger_of_closing()"),
        trigger("guard_moves", "ledger_accountmapping", MOVES, f"{ROW} ledger_mapping_moves()"),
        trigger("guard_moves", "ledger_journalfile", MOVES, f"{ROW} ledger_file_moves()"),
        *only_columns_change("ledger_period", "decided_by_id", "decided_at", "closed"),
        *append_only("ledger_periodtotal"),
        *append_only("ledger_periodnumbers"),
        *only_columns_change("ledger_accountmapping", "decided_by_id", "decided_at", "confirmed"),
        *only_columns_change(
            "ledger_journalfile",
            "status",
            "asked_at",
            "finished_at",
            "file_name",
            "file_bytes",
            "lines",
            "sha256",
            "totals",
            "error",
        ),
        *no_truncate("ledger_books"),
    ]
