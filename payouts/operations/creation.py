"""The payout run: due balances become payouts. One aggregate, a few inserts, whatever the number of sellers."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Refused
from payouts import countries
from payouts.countries import Country, calendars
from payouts.models import Payout, PayoutRun, RunSkip
from payouts.operations import _account_change, _refused_accounts, flagging, incidents
from sellers.ledger import written
from sellers.ledger.money import Money

log = structlog.get_logger(__name__)

# What each account is owed from days not yet taken, and what keeps it from being paid. `wanting` is the reason
# shown to people; the order of the cases is the order in which a person would have to mend them.
_DUE = """
SELECT a.id AS account_id, a.seller_id, a.currency, a.covered_through, due.amount_minor, due.lines,
       slot.current_id AS version_id,
       CASE
         WHEN due.amount_minor < 0 THEN 'negative'
         WHEN due.amount_minor = 0 THEN 'zero'
         WHEN a.currency <> %(currency)s THEN 'currency'
         WHEN s.suspended_at IS NOT NULL THEN 'seller_suspended'
         WHEN s.verified_at IS NULL THEN 'seller_unverified'
         WHEN slot.current_id IS NULL THEN 'no_account'
         WHEN due.amount_minor < %(minimum)s THEN 'under_minimum'
       END AS wanting
FROM (
  SELECT e.account_id, sum(e.amount_minor)::bigint AS amount_minor, count(*) AS lines
  FROM ledger_earning AS e JOIN ledger_account AS c ON c.id = e.account_id
  JOIN sellers_seller AS owner ON owner.id = c.seller_id
  WHERE owner.country = %(country)s AND e.due_date <= %(until)s
    AND (c.covered_through IS NULL OR e.due_date > c.covered_through)
  GROUP BY e.account_id
) AS due
JOIN ledger_account AS a ON a.id = due.account_id
JOIN sellers_seller AS s ON s.id = a.seller_id
LEFT JOIN payouts_payoutaccount AS slot ON slot.seller_id = a.seller_id AND slot.currency = a.currency
"""

_LOCK = """
SELECT a.id FROM ledger_account AS a JOIN sellers_seller AS s ON s.id = a.seller_id
JOIN unnest(%(countries)s::text[], %(untils)s::date[]) AS c (code, until) ON c.code = s.country
WHERE EXISTS (SELECT 1 FROM ledger_earning AS e WHERE e.account_id = a.id AND e.due_date <= c.until
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
FROM payouts_payout WHERE run_id = %(run)s AND country = %(country)s
"""

# A statement of its own: joined to the rows of a WITH, whose number the planner cannot know, it would be quadratic.
_RESERVE_LEGS = """
INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref, funding_code)
SELECT posted.id, leg.book, made.account_id, made.currency, leg.sign * made.amount_minor, made.reference, ''
FROM payouts_payout AS made JOIN ledger_transaction AS posted ON posted.key = 'payout:' || made.id || ':reserve'
CROSS JOIN (VALUES ('payable', 1), ('reserved', -1)) AS leg (book, sign)
WHERE made.run_id = %(run)s AND made.country = %(country)s
"""

_LIFE = """
WITH made AS (
  SELECT id, reference, amount_minor, currency FROM payouts_payout WHERE run_id = %(run)s AND country = %(country)s
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


@dataclass(frozen=True)
class Candidate:
    """One balance a run would look at. ``wanting`` is empty when it would be paid, else the code of why not."""

    account_id: int
    seller_id: int
    currency: str
    amount_minor: int
    lines: int
    wanting: str


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


def _chosen(country: str) -> list[Country]:
    if not country:
        return list(countries.all())
    try:
        return [countries.get(country)]
    except countries.UnknownCountry as error:
        raise CountryClosed(str(error)) from error


def _until(country: Country, until: date | None, now: datetime) -> date:
    today = calendars.local_today(country, now)
    if until is not None and until > today:
        raise NotYetDue(
            f"Nothing run: {until:%-d %B %Y} has not come yet; in {country.name} it is {today:%-d %B %Y}. "
            "Choose today or earlier."
        )
    return until or today


def preview(*, until: date | None, country: str = "", actor: Actor, now: datetime) -> list[Candidate]:
    """What a run would do now, account by account. Writes nothing. Raises as `run` does."""
    authority.require(actor=actor, permission="payouts.run_payouts")
    found: list[Candidate] = []
    for each in _chosen(country):
        arguments = _arguments(each, _until(each, until, now))
        with connection.cursor() as cursor:
            cursor.execute(_DUE + " ORDER BY a.id", arguments)
            found += [
                Candidate(row[0], row[1], row[2], amount_minor=row[4], lines=row[5], wanting=row[7] or "")
                for row in cursor.fetchall()
            ]
    return found


def _arguments(country: Country, until: date) -> dict[str, Any]:
    return {
        "country": country.code,
        "currency": country.currency,
        "minimum": country.minimum_minor,
        "until": until,
    }


@transaction.atomic
def run(*, until: date | None, country: str = "", key: str, actor: Actor, now: datetime) -> PayoutRun:
    """Every payable balance due by ``until`` becomes one payout per seller and currency; the rest is listed.

    ``until`` is a day in each country's own calendar, today there when None. ``key`` names the run: the same
    key again answers the first run and does nothing. Spans that payouts cover are taken for good, so that a
    second run finds nothing in them. Raises `NotYetDue`, `CountryClosed`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.run_payouts")
    chosen = [(each, _until(each, until, now)) for each in _chosen(country)]
    made, new = PayoutRun.objects.get_or_create(
        key=key,
        defaults={
            "until_date": until or max(day for _, day in chosen),
            "country": country,
            "started_by_id": actor.user_id,
            "started_at": now,
        },
    )
    if not new:
        return made
    with connection.cursor() as cursor:
        # Of all countries at once, in id order like everybody. Lock first, then aggregate in statements of their own:
        # what a rival run took meanwhile is seen as taken.
        codes, days = [each.code for each, _ in chosen], [day for _, day in chosen]
        cursor.execute(_LOCK, {"countries": codes, "untils": days})
    for each, day in chosen:
        _run_country(run=made, country=each, until=day, actor=actor, now=now)
    flagging.flag_run(run_id=made.pk, now=now)
    _account_change.hold(payouts=Payout.objects.filter(run=made), now=now)
    _refused_accounts.hold(payouts=Payout.objects.filter(run=made), now=now)
    made.payout_count = Payout.objects.filter(run=made).count()
    made.skip_count = RunSkip.objects.filter(run=made).count()
    made.totals = _totals(made.pk)
    made.finished_at = now
    made.save(update_fields=["payout_count", "skip_count", "totals", "finished_at"])
    recording.record(
        actor=actor,
        action="payouts.run",
        subject=made,
        data={"country": country, "until": str(made.until_date), "payouts": made.payout_count},
        now=now,
    )
    return made


def _run_country(*, run: PayoutRun, country: Country, until: date, actor: Actor, now: datetime) -> None:
    arguments = _arguments(country, until) | {
        "run": run.pk,
        "now": now,
        "actor": actor.user_id,
        "actor_name": actor.name,
        "via": actor.via.value,
        "sentences": json.dumps(sentences(country)),
    }
    with connection.cursor() as cursor:
        # A table of its own, because an INSERT … SELECT never plans in parallel.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.run_due")
        cursor.execute(f"CREATE TEMP TABLE run_due ON COMMIT DROP AS {_DUE}", arguments)
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
