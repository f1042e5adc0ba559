"""The statements of a payout run: what is due to some accounts of a country becomes payouts, whoever asks for it."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import translation

from backoffice.audit import recording
from backoffice.audit.actors import Actor
from payouts.countries import Country
from payouts.models import Payout, PayoutRun, RunSkip
from payouts.operations import _account_change, _refused_accounts, flagging
from payouts.queries import due

_LOCK = """
SELECT a.id FROM ledger_account AS a JOIN sellers_seller AS s ON s.id = a.seller_id
JOIN unnest(%(countries)s::text[], %(untils)s::date[]) AS c (code, until) ON c.code = s.country
WHERE a.id > %(after)s AND a.id <= %(through)s
  AND EXISTS (SELECT 1 FROM ledger_earning AS e WHERE e.account_id = a.id AND e.due_date <= c.until
              AND (a.covered_through IS NULL OR e.due_date > a.covered_through))
ORDER BY a.id FOR UPDATE OF a
"""

_PAYOUTS = """
INSERT INTO payouts_payout (account_id, seller_id, currency, country, amount_minor, span, run_id,
                            payout_account_id, status, status_at, round, created_at)
SELECT account_id, seller_id, currency, %(country)s, amount_minor,
       daterange(covered_through + 1, %(until)s::date + 1), %(run)s, version_id, 'PENDING_REVIEW', %(now)s, 1, %(now)s
FROM run_due WHERE wanting IS NULL ORDER BY account_id
"""

_RESERVES = """
INSERT INTO ledger_transaction (key, kind, description, posted_at)
SELECT 'payout:' || id || ':reserve', 'reserve', '', %(now)s
FROM payouts_payout WHERE run_id = %(run)s AND country = %(country)s AND id > %(above)s
"""

# A statement of its own: joined to the rows of a WITH, whose number the planner cannot know, it would be quadratic.
_RESERVE_LEGS = """
INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref, funding_code)
SELECT posted.id, leg.book, made.account_id, made.currency, leg.sign * made.amount_minor, made.reference, ''
FROM payouts_payout AS made JOIN ledger_transaction AS posted ON posted.key = 'payout:' || made.id || ':reserve'
CROSS JOIN (VALUES ('payable', 1), ('reserved', -1)) AS leg (book, sign)
WHERE made.run_id = %(run)s AND made.country = %(country)s AND made.id > %(above)s
"""

_LIFE = """
WITH made AS (
  SELECT id, reference, amount_minor, currency FROM payouts_payout
  WHERE run_id = %(run)s AND country = %(country)s AND id > %(above)s
), life AS (
  INSERT INTO payouts_transition (payout_id, name, from_status, to_status, at, actor_id, actor_name, via, reason)
  SELECT id, 'create', '', 'PENDING_REVIEW', %(now)s, %(actor)s, %(actor_name)s, %(via)s, '' FROM made
)
INSERT INTO outbox_fact (at, topic, key, payload)
SELECT %(now)s, 'payout.created', reference,
       jsonb_build_object('payout', reference, 'amount_minor', amount_minor, 'currency', currency)
FROM made
"""

_SKIPS = """
INSERT INTO payouts_runskip (run_id, account_id, amount_minor, code, reason)
SELECT %(run)s, account_id, amount_minor, wanting, %(sentences)s::jsonb ->> wanting
FROM run_due WHERE wanting IS NOT NULL
"""


def lock(markets: Sequence[tuple[Country, date]], *, after: int = 0, through: int = due.LAST) -> int:
    """The accounts of these countries that have something due are ours until the transaction ends; answers how many."""
    codes, days = [each.code for each, _ in markets], [day for _, day in markets]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"countries": codes, "untils": days, "after": after, "through": through})
        return cursor.rowcount


def make_portion(
    *, run: PayoutRun, country: Country, until: date, after: int, through: int, actor: Actor, now: datetime
) -> int:
    """What is due to the country's accounts above ``after``, up to ``through``, becomes payouts of this run, with
    flags and holds; answers how many accounts there were. The caller holds the run's row.
    """
    count = lock([(country, until)], after=after, through=through)
    above = Payout.objects.filter(run=run).aggregate(last=Max("pk"))["last"] or 0
    arguments = due.arguments(country, until, after=after, through=through)
    make_country(run=run, arguments=arguments, country=country, above=above, actor=actor, now=now)
    look_at(run=run, above=above, now=now)
    return count


def look_at(*, run: PayoutRun, above: int, now: datetime) -> None:
    """The payouts that this run has just made, with ids over ``above``, carry their flags and holds."""
    flagging.flag_run(run_id=run.pk, above=above, now=now)
    fresh = Payout.objects.filter(run=run, pk__gt=above)
    _account_change.hold(payouts=fresh, now=now)
    _refused_accounts.hold(payouts=fresh, now=now)


def finish(*, run: PayoutRun, actor: Actor, now: datetime) -> None:
    """The run says what came of it, and changes no more (a trigger)."""
    run.payout_count = Payout.objects.filter(run=run).count()
    run.skip_count = RunSkip.objects.filter(run=run).count()
    run.totals = _totals(run.pk)
    run.finished_at = now
    run.save(update_fields=["payout_count", "skip_count", "totals", "finished_at"])
    data = {"country": run.country, "until": str(run.until_date), "payouts": run.payout_count}
    recording.record(actor=actor, action="payouts.run", subject=run, data=data, now=now)


def make_country(
    *, run: PayoutRun, arguments: dict[str, Any], country: Country, above: int, actor: Actor, now: datetime
) -> None:
    """What is due by ``arguments`` (`due.arguments`) is written down: payouts, ledger, facts, what is left alone."""
    with translation.override("en"):  # what is kept is read by everybody
        sentences = due.sentences(country)
    arguments = arguments | {
        "run": run.pk,
        "above": above,
        "now": now,
        "actor": actor.user_id,
        "actor_name": actor.name,
        "via": actor.via.value,
        "sentences": json.dumps(sentences),
    }
    with connection.cursor() as cursor:
        # A table of its own, because an INSERT … SELECT never plans in parallel.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.run_due")
        cursor.execute(f"CREATE TEMP TABLE run_due ON COMMIT DROP AS {due.DUE}", arguments)
        cursor.execute(_PAYOUTS, arguments)
        cursor.execute(_RESERVES, arguments)
        cursor.execute(_RESERVE_LEGS, arguments)
        cursor.execute(_LIFE, arguments)
        cursor.execute(_SKIPS, arguments)


def _totals(run_id: int) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, sum(amount_minor)::bigint FROM payouts_payout WHERE run_id = %s GROUP BY 1 ORDER BY 1",
            [run_id],
        )
        return dict(cursor.fetchall())
