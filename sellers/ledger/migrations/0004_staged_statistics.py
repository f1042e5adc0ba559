"""The program may have the statistics of its staged rows renewed, of which it is not the owner.

A file's rows come by the thousand and are joined in the next statement: on statistics that do not know them the planner
takes them for one row, and compares each with each.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_adjustments_granted")]

    operations = [
        migrations.RunSQL(
            """CREATE FUNCTION ledger_analyse_staged() RETURNS void LANGUAGE sql SECURITY DEFINER
               SET search_path = pg_catalog, public, pg_temp AS 'ANALYZE public.ledger_stagedearning'""",
            "DROP FUNCTION ledger_analyse_staged()",
        ),
        # `grant_app_role` gives it to the program's role.
        migrations.RunSQL(
            "REVOKE ALL ON FUNCTION ledger_analyse_staged() FROM PUBLIC", migrations.RunSQL.noop
        ),
    ]
