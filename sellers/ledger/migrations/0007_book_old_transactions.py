"""What was posted before there were books stands on the day it was posted; an account on its seller's country.

In portions, beside a running program: a new transaction has its day already.
"""

import django.contrib.postgres.operations
from django.db import migrations, models, transaction

PORTION = 50_000


def book(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_transaction WHERE booked_on IS NULL")
        (last,) = cursor.fetchone()
        for start in range(0, last, PORTION):
            cursor.execute(
                """UPDATE ledger_transaction AS t SET booked_on = (t.posted_at AT TIME ZONE b.zone)::date
                   FROM ledger_books AS b WHERE t.id > %s AND t.id <= %s AND t.booked_on IS NULL""",
                [start, start + PORTION],
            )


def settle_countries(apps, schema_editor):
    """In portions; meanwhile the guard of the accounts lets their country be written, too."""
    with schema_editor.connection.cursor() as cursor:
        _guard_columns(cursor, "'covered_through', 'country'")
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_account WHERE country = ''")
        (last,) = cursor.fetchone()
        for start in range(0, last, PORTION):
            cursor.execute(
                """UPDATE ledger_account AS a SET country = s.country FROM sellers_seller AS s
                   WHERE s.id = a.seller_id AND a.country = '' AND a.id > %s AND a.id <= %s""",
                [start, start + PORTION],
            )
        _guard_columns(cursor, "'covered_through'")


def _guard_columns(cursor, names):
    """The trigger changes in a moment, or not at all and the migration is run again: nobody queues behind it."""
    with transaction.atomic():
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("DROP TRIGGER IF EXISTS guard_columns ON ledger_account")
        cursor.execute(
            f"""CREATE TRIGGER guard_columns BEFORE UPDATE ON ledger_account
                FOR EACH ROW EXECUTE FUNCTION refuse_other_columns({names})"""
        )


def guard(apps, schema_editor):
    """Every transaction has its day: from now on none changes, whoever asks."""
    with transaction.atomic(), schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("DROP TRIGGER IF EXISTS guard_fill_once ON ledger_transaction")
        cursor.execute("DROP TRIGGER IF EXISTS guard_append_only ON ledger_transaction")
        cursor.execute(
            """CREATE TRIGGER guard_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
               FOR EACH ROW EXECUTE FUNCTION refuse_change()"""
        )
        cursor.execute("DROP FUNCTION IF EXISTS ledger_fill_once()")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("ledger", "0006_book_guards")]

    operations = [
        migrations.RunPython(book, migrations.RunPython.noop),
        migrations.RunPython(settle_countries, migrations.RunPython.noop),
        migrations.RunSQL(
            """ALTER TABLE ledger_transaction DROP CONSTRAINT IF EXISTS transaction_is_booked;
               ALTER TABLE ledger_transaction ADD CONSTRAINT transaction_is_booked
               CHECK (booked_on IS NOT NULL) NOT VALID""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE ledger_transaction VALIDATE CONSTRAINT transaction_is_booked", migrations.RunSQL.noop
        ),
        # Quick: the constraint proves it.
        migrations.AlterField(
            model_name="transaction",
            name="booked_on",
            field=models.DateField(help_text="in the books' time zone; written by a trigger"),
        ),
        migrations.RunSQL(
            "ALTER TABLE ledger_transaction DROP CONSTRAINT transaction_is_booked", migrations.RunSQL.noop
        ),
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name="transaction",
            index=models.Index(fields=["booked_on", "id"], name="transaction_booked"),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
