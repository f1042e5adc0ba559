"""The payout run: due balances become payouts. One aggregate, a few inserts, whatever the number of sellers."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Max

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Refused
from payouts import countries
from payouts.countries import Country, calendars
from payouts.models import Payout, PayoutRun, RunSkip
from payouts.operations import _account_change, _refused_accounts, flagging, incidents
from payouts.queries import due
from sellers.ledger import written
from sellers.ledger.money import Money

log = structlog.get_logger(__name__)

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


CATCH_UP_DAYS = 7
"""How long after its day a scheduled run is still made up. An older one is left to the next run."""


class NotYetDue(Refused):
    """The last due date lies in the future of the country."""

    code = "not_yet_due"


class CountryClosed(Refused):
    """No country file opens this country."""

    code = "country_closed"


# Why a run leaves a balance alone, in words that say what to do.
REASONS = {
    "negative": "The balance is negative: later earnings are netted against it.",
    "zero": "Sales and deductions cancel out: nothing to pay.",
    "currency": "The country is paid in another currency: open a rail for this one first.",
    "seller_suspended": "The seller is suspended: compliance must lift that first.",
    "seller_unverified": "The seller is not verified: compliance must verify them first.",
    "no_account": "No usable bank account: ask the seller for one, then have it verified.",
    "under_minimum": "Under the country's minimum: it waits for more earnings.",
}


def sentences(country: Country) -> dict[str, str]:
    """`REASONS` with this country's currency and minimum in them."""
    minimum = written.text(Money(country.minimum_minor, country.currency), locale="en")
    return REASONS | {
        "currency": f"{country.name} is paid in {country.currency} only: open a rail for this currency first.",
        "under_minimum": f"Under the minimum of {minimum}: it waits for more earnings.",
    }


def chosen(*, until: date | None, country: str, now: datetime) -> list[tuple[Country, date]]:
    """The countries of a run, each with its last due date: ``until``, or today there.

    Raises `CountryClosed`, and `NotYetDue` where that day has not come.
    """
    if not country:
        markets = list(countries.all())
    else:
        try:
            markets = [countries.get(country)]
        except countries.UnknownCountry as error:
            raise CountryClosed(str(error)) from error
    return [(each, _until(each, until, now)) for each in markets]


def _until(country: Country, until: date | None, now: datetime) -> date:
    today = calendars.local_today(country, now)
    if until is not None and until > today:
        raise NotYetDue(
            f"Nothing run: {until:%-d %B %Y} has not come yet; in {country.name} it is {today:%-d %B %Y}. "
            "Choose today or earlier."
        )
    return until or today


@transaction.atomic
def run(*, until: date | None, country: str = "", key: str, actor: Actor, now: datetime) -> PayoutRun:
    """Every payable balance due by ``until`` becomes one payout per seller and currency; the rest is listed.

    ``until`` is a day in each country's own calendar, today there when None. ``key`` names the run: the same
    key again answers the first run and does nothing. Spans that payouts cover are taken for good, so that a
    second run finds nothing in them. Raises `NotYetDue`, `CountryClosed`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.run_payouts")
    markets = chosen(until=until, country=country, now=now)
    made, new = PayoutRun.objects.get_or_create(
        key=key,
        defaults={
            "until_date": until or max(day for _, day in markets),
            "country": country,
            "started_by_id": actor.user_id,
            "started_at": now,
        },
    )
    if not new:
        return made
    # Of all countries at once, in id order like everybody. Lock first, then aggregate in statements of their own:
    # what a rival run took meanwhile is seen as taken.
    lock(markets)
    for each, day in markets:
        _run_country(
            run=made, arguments=due.arguments(each, day), country=each, above=0, actor=actor, now=now
        )
    _look_at(run=made, above=0, now=now)
    finish(run=made, actor=actor, now=now)
    return made


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
    _run_country(run=run, arguments=arguments, country=country, above=above, actor=actor, now=now)
    _look_at(run=run, above=above, now=now)
    return count


def _look_at(*, run: PayoutRun, above: int, now: datetime) -> None:
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


def _run_country(
    *, run: PayoutRun, arguments: dict[str, Any], country: Country, above: int, actor: Actor, now: datetime
) -> None:
    arguments = arguments | {
        "run": run.pk,
        "above": above,
        "now": now,
        "actor": actor.user_id,
        "actor_name": actor.name,
        "via": actor.via.value,
        "sentences": json.dumps(sentences(country)),
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


def run_due(*, now: datetime) -> list[PayoutRun]:
    """Every country is run whose schedule had a day come, once per country and day (beat calls it often).

    A day that was missed, because nothing ran then, is made up within `CATCH_UP_DAYS`: its own due dates only. Each
    country is a transaction of its own: one that cannot be run opens an incident, which ends when it can, and the
    others are run all the same.
    """
    done = []
    for each in countries.all():
        day = _last_scheduled(each, now)
        if day is None:
            continue
        key = f"schedule:{each.code}:{day}"
        if PayoutRun.objects.filter(key=key).exists():
            continue
        trouble = f"run_failed:{each.code}"
        try:
            done.append(run(until=day, country=each.code, key=key, actor=SYSTEM, now=now))
        except Exception as error:  # whatever it is, the other countries' sellers are not to wait for it
            log.exception("scheduled_run_failed", country=each.code, error=type(error).__name__)
            text = f"The payout run of {each.name} for {day} failed ({type(error).__name__}): nobody there is paid. "
            text += "It is tried again; if that does not help, ask who runs the program to look at its log."
            incidents.open_one(code="run_failed", key=trouble, text=text, now=now)
        else:
            incidents.over(keys=[trouble], note="It ran after all.", now=now)
    return done


def _last_scheduled(country: Country, now: datetime) -> date | None:
    """The newest day whose run should have begun by now."""
    today = calendars.local_today(country, now)
    days = (today - timedelta(days=back) for back in range(CATCH_UP_DAYS + 1))
    return next(
        (d for d in days if calendars.runs_on(country, d) and now >= calendars.run_at(country, d)), None
    )
