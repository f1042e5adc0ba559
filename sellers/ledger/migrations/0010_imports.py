"""Imports are jobs of several kinds (docs/adr/0032). What posting a large file checked row by row is checked by sets."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from backoffice.audit.guards import function, no_truncate

FILE_MOVES = """BEGIN
  IF OLD.status IN ('POSTED', 'DROPPED') THEN
    RAISE EXCEPTION 'import % is over and changes no more', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.kind, NEW.profile) IS DISTINCT FROM (OLD.kind, OLD.profile)
     OR NEW.uploaded_by_id IS DISTINCT FROM OLD.uploaded_by_id THEN
    RAISE EXCEPTION 'whose import % is, and of what, never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.status = 'POSTING' AND OLD.kind = 'corrections'
     AND (NEW.status NOT IN ('POSTING', 'POSTED') OR NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id)
     AND EXISTS (SELECT FROM ledger_adjustment WHERE import_file_id = OLD.id) THEN
    RAISE EXCEPTION 'corrections of import % stand in the names of those who brought and confirmed it', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END"""

# A file of corrections is the document of each of them: from the yes on nothing is added to it and nothing taken away.
PART_STAYS = """DECLARE
  file bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.import_file_id ELSE OLD.import_file_id END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'the bytes of import % never change', file USING ERRCODE = 'restrict_violation';
  END IF;
  IF EXISTS (SELECT FROM ledger_importfile
             WHERE id = file AND kind = 'corrections' AND status IN ('POSTING', 'POSTED')) THEN
    RAISE EXCEPTION 'import % is the document of its corrections and stays as it is', file
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN RETURN NEW; END IF;
  RETURN OLD;
END"""

# Who brought the file asked, who confirmed it granted: the CHECKs of both tables then hold two people to it.
CORRECTED = """DECLARE
  wrong text;
BEGIN
  SELECT string_agg(off.id::text, ', ') INTO wrong FROM (
    SELECT n.id FROM new_rows AS n JOIN ledger_importfile AS f ON f.id = n.import_file_id
    WHERE f.kind <> 'corrections' OR f.status <> 'POSTING' OR n.decision <> 'granted'
       OR (n.requested_by_id, n.decided_by_id) IS DISTINCT FROM (f.uploaded_by_id, f.confirmed_by_id)
    LIMIT 5) AS off;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'not in the names of those who brought and confirmed its file: adjustment %', wrong
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

# The day that an insert brings with it is judged as a set; where it brings none, `books_day` chooses it row by row.
BOOKED = """DECLARE
  books ledger_books;
  wrong text;
BEGIN
  SELECT * INTO books FROM ledger_books;
  SELECT string_agg(late.key, ', ') INTO wrong FROM (
    SELECT n.key FROM new_rows AS n
    CROSS JOIN LATERAL (SELECT (n.posted_at AT TIME ZONE coalesce(books.zone, 'UTC'))::date AS posted,
                               coalesce(n.fact_on, n.booked_on) AS fact) AS d
    WHERE d.fact > d.posted OR n.fact_on = n.booked_on
       OR n.booked_on <> CASE WHEN d.fact <= books.frozen_through THEN greatest(d.posted, books.frozen_through + 1)
                              ELSE d.fact END
    LIMIT 5) AS late;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'not on the day that the books say: %', wrong USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END"""

# Legs are joined by their transaction alone. Asked for by account and book, too, each earning was compared with every
# leg of its seller: statistics say nothing of rows that this very transaction wrote.
EARNINGS = """DECLARE
  wrong text;
BEGIN
  -- Share the accounts with other postings; a payout run, which takes them FOR UPDATE, waits or is waited for.
  PERFORM 1 FROM ledger_account WHERE id IN (SELECT account_id FROM new_rows) ORDER BY id FOR SHARE;
  SELECT string_agg(late.said, '; ') INTO wrong FROM (
    SELECT format('%s due %s, covered through %s', n.external_id, n.due_date, a.covered_through) AS said
    FROM new_rows AS n JOIN ledger_account AS a ON a.id = n.account_id WHERE n.due_date <= a.covered_through
    LIMIT 5) AS late;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'an earning may not fall into days that payouts have taken: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT string_agg(off.external_id, ', ') INTO wrong FROM (
    SELECT n.external_id FROM new_rows AS n LEFT JOIN ledger_entry AS e ON e.transaction_id = n.transaction_id
    GROUP BY n.id, n.external_id, n.amount_minor
    HAVING sum(e.amount_minor) FILTER (WHERE e.book = 'payable' AND e.account_id = n.account_id)
      IS DISTINCT FROM -n.amount_minor LIMIT 5) AS off;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'an earning equals what its transaction credits to the seller; not so: %', left(wrong, 500)
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END"""

# Files of sellers that came before they were jobs are listed with the others. Their foreign keys are checked at once:
# a table on whose rows a check waits cannot be altered, as it is when this migration ends.
_SELLER_FILES = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO ledger_importfile (kind, profile, name, sha256, status, uploaded_by_id, uploaded_at, row_count, error_count,
  new_count, known_count, seller_count, totals, posted_at, seller_file_id)
SELECT 'sellers', profile, name, sha256, CASE status WHEN 'APPLIED' THEN 'POSTED' ELSE status END, uploaded_by_id,
  uploaded_at, row_count, error_count, new_count + changed_count, same_count, 0, '{}', applied_at, id
FROM sellers_sellerfile ORDER BY id;
SET CONSTRAINTS ALL DEFERRED
"""

# The program before this migration knows files of earnings only; of sellers and statements what they made stays.
_NO_SELLER_FILES = """
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM ledger_stagedearning AS s USING ledger_importfile AS f
WHERE f.id = s.import_file_id AND f.kind IN ('sellers', 'statement');
DELETE FROM ledger_importpart AS p USING ledger_importfile AS f
WHERE f.id = p.import_file_id AND f.kind IN ('sellers', 'statement');
DELETE FROM ledger_importfile WHERE kind IN ('sellers', 'statement');
SET CONSTRAINTS ALL DEFERRED
"""


def person(**values: object) -> models.ForeignKey:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


def trigger(name: str, table: str, when: str, what: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} ON {table} {what}", f"DROP TRIGGER {name} ON {table}"
    )


def added(model: str, **fields: models.Field) -> list[migrations.AddField]:
    return [migrations.AddField(model, name, field) for name, field in fields.items()]


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0009_late_transactions"),
        ("sellers", "0003_seller_file"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        *added(
            "importfile",
            kind=models.CharField(
                choices=[
                    ("earnings", "Earnings"),
                    ("corrections", "Corrections"),
                    ("statement", "Bank statement"),
                    ("sellers", "Sellers"),
                ],
                db_default="earnings",
                default="earnings",
                max_length=12,
            ),
            file_bytes=models.BigIntegerField(db_default=0, default=0),
            preview=models.JSONField(
                db_default=[], default=list, help_text="each bank statement the file holds"
            ),
            step=models.CharField(
                blank=True, db_default="", default="", help_text="what is being done", max_length=60
            ),
            done=models.BigIntegerField(db_default=0, default=0),
            total=models.BigIntegerField(
                db_default=0, default=0, help_text="of how many rows or bytes; 0: not known"
            ),
            started_at=models.DateTimeField(help_text="when a worker began what it is at", null=True),
            trouble=models.TextField(
                blank=True, db_default="", default="", help_text="why it did not go on, last time"
            ),
            seller_file=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="job",
                to="sellers.sellerfile",
            ),
            confirmed_by=person(),
            confirmed_at=models.DateTimeField(null=True),
            seen=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="digest of the corrections that whoever confirmed was shown",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            "importfile",
            "status",
            models.CharField(
                choices=[
                    ("READING", "Being read and checked"),
                    ("CHECKED", "Checked, waits for a yes"),
                    ("REFUSED", "Refused: rows have errors"),
                    ("POSTING", "Being posted"),
                    ("POSTED", "Posted"),
                    ("DROPPED", "Dropped"),
                    ("FAILED", "Failed: nothing was posted"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "importfile",
            "new_count",
            models.IntegerField(default=0, help_text="earnings, or lines of statements, this file adds"),
        ),
        migrations.AlterField(
            "importfile",
            "known_count",
            models.IntegerField(default=0, help_text="those we had already, with equal values"),
        ),
        *added("importpart", sealed=models.BooleanField(db_default=False, default=False)),
        *added(
            "adjustment",
            import_file=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="ledger.importfile",
            ),
        ),
        migrations.AddConstraint(
            "importfile",
            models.CheckConstraint(
                name="import_corrections_by_two",
                condition=~Q(kind="corrections")
                | ~Q(status__in=["POSTING", "POSTED"])
                | Q(uploaded_by__isnull=False, confirmed_by__isnull=False)
                & ~Q(uploaded_by=F("confirmed_by")),
            ),
        ),
        migrations.AddIndex(
            "importfile",
            models.Index(
                condition=Q(status__in=["READING", "POSTING"]), fields=["id"], name="import_under_way"
            ),
        ),
        migrations.AddIndex("importfile", models.Index(fields=["uploaded_at", "id"], name="import_uploaded")),
        migrations.RunSQL(_SELLER_FILES, _NO_SELLER_FILES),
        function("ledger_file_of_import_moves()", FILE_MOVES),
        trigger(
            "guard_moves",
            "ledger_importfile",
            "BEFORE UPDATE",
            "FOR EACH ROW EXECUTE FUNCTION ledger_file_of_import_moves()",
        ),
        function("ledger_part_of_import_stays()", PART_STAYS),
        trigger(
            "guard_bytes",
            "ledger_importpart",
            "BEFORE INSERT OR UPDATE OR DELETE",
            "FOR EACH ROW EXECUTE FUNCTION ledger_part_of_import_stays()",
        ),
        *no_truncate("ledger_importpart"),
        function("ledger_corrected_by_two()", CORRECTED),
        trigger(
            "guard_by_two",
            "ledger_adjustment",
            "AFTER INSERT",
            "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_corrected_by_two()",
        ),
        function("ledger_booked_right()", BOOKED),
        migrations.RunSQL(
            "ALTER FUNCTION ledger_booked_right() SECURITY DEFINER;"
            " REVOKE ALL ON FUNCTION ledger_booked_right() FROM PUBLIC",
            migrations.RunSQL.noop,
        ),
        # First the guard, then the trigger that makes way for it: there is no moment without either.
        trigger(
            "guard_booked",
            "ledger_transaction",
            "AFTER INSERT",
            "REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_booked_right()",
        ),
        migrations.RunSQL(
            """DROP TRIGGER books_day ON ledger_transaction;
               CREATE TRIGGER books_day BEFORE INSERT ON ledger_transaction
               FOR EACH ROW WHEN (NEW.booked_on IS NULL) EXECUTE FUNCTION ledger_book()""",
            """DROP TRIGGER books_day ON ledger_transaction;
               CREATE TRIGGER books_day BEFORE INSERT ON ledger_transaction
               FOR EACH ROW EXECUTE FUNCTION ledger_book()""",
        ),
        # The trigger calls it by its name: nothing is dropped, and the old body would do no harm after a reversal.
        migrations.RunSQL(
            "CREATE OR REPLACE FUNCTION ledger_earnings_fit() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = public, pg_temp SET jit = off AS $guard$\n{EARNINGS}\n$guard$",
            migrations.RunSQL.noop,
        ),
    ]
