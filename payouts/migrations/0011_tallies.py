"""What pages count and add up is kept by triggers: a tally per status, currency and country, the dead
whose money nobody disposed of, the account versions nobody decided on.

Reading what stands takes about two seconds for ten million payouts, in which nothing writes payouts and everything reads;
if the lock is not to be had within five seconds, nothing happened, and the migration is tried again.
"""

import django.db.models.deletion
from django.db import migrations, models

from backoffice.audit.guards import function, no_truncate

_APPEND = """INSERT INTO payouts_tally (status, currency, country, count, total_minor)
  SELECT status, currency, country, sum(sign), sum(sign * amount_minor) FROM ({moved}) AS moved
  GROUP BY status, currency, country HAVING sum(sign) <> 0 OR sum(sign * amount_minor) <> 0"""

_NEW = "SELECT status, currency, country, 1 AS sign, amount_minor FROM new_rows"

# ruff: noqa: S608 - put together from constants of this file only
CREATED = f"""BEGIN
  {_APPEND.format(moved=_NEW)};
  RETURN NULL;
END"""

_OLD = "SELECT status, currency, country, -1, amount_minor FROM old_rows"

CHANGED = f"""BEGIN
  {_APPEND.format(moved=f"{_NEW} UNION ALL {_OLD}")};
  INSERT INTO payouts_undisposed (payout_id)
  SELECT n.id FROM new_rows AS n JOIN old_rows AS o USING (id)
  WHERE n.status IN ('CANCELLED', 'FAILED', 'RETURNED') AND o.status NOT IN ('CANCELLED', 'FAILED', 'RETURNED');
  RETURN NULL;
END"""

DISPOSED = """BEGIN
  DELETE FROM payouts_undisposed WHERE payout_id IN (SELECT payout_id FROM new_rows);
  RETURN NULL;
END"""

ASKED = """BEGIN
  INSERT INTO payouts_undecided (version_id) SELECT id FROM new_rows;
  RETURN NULL;
END"""

DECIDED = """BEGIN
  DELETE FROM payouts_undecided WHERE version_id IN (SELECT version_id FROM new_rows);
  RETURN NULL;
END"""

# Rows that others append meanwhile are not seen, and stay. Of two that fold at once the second waits for the first and
# finds its rows gone: each row is added up once.
FOLD = """CREATE FUNCTION payouts_fold_tallies() RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $fold$
  WITH many AS (
    SELECT status, currency, country FROM payouts_tally GROUP BY 1, 2, 3 HAVING count(*) > 1
  ), gone AS (
    DELETE FROM payouts_tally AS t USING many AS m
    WHERE (t.status, t.currency, t.country) = (m.status, m.currency, m.country)
    RETURNING t.status, t.currency, t.country, t.count, t.total_minor
  )
  INSERT INTO payouts_tally (status, currency, country, count, total_minor)
  SELECT status, currency, country, sum(count), sum(total_minor) FROM gone
  GROUP BY status, currency, country HAVING sum(count) <> 0 OR sum(total_minor) <> 0
$fold$"""

BEGINNING = """
INSERT INTO payouts_tally (status, currency, country, count, total_minor)
SELECT status, currency, country, count(*), sum(amount_minor) FROM payouts_payout GROUP BY 1, 2, 3;
INSERT INTO payouts_undisposed (payout_id)
SELECT id FROM payouts_payout AS p WHERE status IN ('CANCELLED', 'FAILED', 'RETURNED')
  AND NOT EXISTS (SELECT 1 FROM payouts_disposal AS d WHERE d.payout_id = p.id);
INSERT INTO payouts_undecided (version_id)
SELECT id FROM payouts_accountversion AS v
WHERE NOT EXISTS (SELECT 1 FROM payouts_accountdecision AS d WHERE d.version_id = v.id)
"""


def by_owner(name: str, body: str) -> list[migrations.RunSQL]:
    """A trigger function that runs as its owner: the program's role may not write these tables itself."""
    return [
        function(f"{name}()", body),
        migrations.RunSQL(f"ALTER FUNCTION {name}() SECURITY DEFINER", migrations.RunSQL.noop),
        # Hung on a table of one's own it would write what one likes.
        migrations.RunSQL(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC", migrations.RunSQL.noop),
    ]


def after(event: str, table: str, trigger: str, rows: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {trigger} AFTER {event} ON {table} REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        f"DROP TRIGGER {trigger} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("payouts", "0010_lost_time")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("currency", models.CharField(max_length=3)),
                ("country", models.CharField(max_length=2)),
                ("count", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="Undisposed",
            fields=[
                ("payout", models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="undisposed",
                    serialize=False, to="payouts.payout")),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="Undecided",
            fields=[
                ("version", models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="undecided",
                    serialize=False, to="payouts.accountversion")),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        *no_truncate("payouts_tally"),
        *no_truncate("payouts_undisposed"),
        *no_truncate("payouts_undecided"),
        *by_owner("payouts_tally_created", CREATED),
        *by_owner("payouts_tally_changed", CHANGED),
        *by_owner("payouts_tally_disposed", DISPOSED),
        *by_owner("payouts_tally_asked", ASKED),
        *by_owner("payouts_tally_decided", DECIDED),
        # The first of these locks out writers until the end of this transaction: what is read next is all there is.
        after("INSERT", "payouts_payout", "tally_created", "NEW TABLE AS new_rows", "payouts_tally_created"),
        after(
            "UPDATE", "payouts_payout", "tally_changed", "OLD TABLE AS old_rows NEW TABLE AS new_rows",
            "payouts_tally_changed",
        ),
        after("INSERT", "payouts_disposal", "tally_disposed", "NEW TABLE AS new_rows", "payouts_tally_disposed"),
        after("INSERT", "payouts_accountversion", "tally_asked", "NEW TABLE AS new_rows", "payouts_tally_asked"),
        after("INSERT", "payouts_accountdecision", "tally_decided", "NEW TABLE AS new_rows", "payouts_tally_decided"),
        migrations.RunSQL(BEGINNING, migrations.RunSQL.noop),
        migrations.RunSQL(FOLD, "DROP FUNCTION payouts_fold_tallies()"),
        # `grant_app_role` gives it to the program's role.
        migrations.RunSQL("REVOKE ALL ON FUNCTION payouts_fold_tallies() FROM PUBLIC", migrations.RunSQL.noop),
        migrations.RunSQL("REVOKE ALL ON FUNCTION payouts_caps() FROM PUBLIC", migrations.RunSQL.noop),
    ]
