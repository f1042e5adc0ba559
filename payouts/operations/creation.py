"""The payout run: due balances become payouts. One aggregate, a few inserts, whatever the number of sellers."""

from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Refused
from backoffice.words import dated
from payouts import countries
from payouts.countries import Country, calendars
from payouts.models import PayoutRun
from payouts.operations import _portions, incidents
from payouts.queries import due

log = structlog.get_logger(__name__)

CATCH_UP_DAYS = 7
"""How long after its day a scheduled run is still made up. An older one is left to the next run."""


class NotYetDue(Refused):
    """The last due date lies in the future of the country."""

    code = "not_yet_due"


class CountryClosed(Refused):
    """No country file opens this country."""

    code = "country_closed"


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
            _(
                "Nothing run: {until} has not come yet; in {country} it is {today}. Choose today or earlier."
            ).format(until=dated(until, "long"), country=country.called, today=dated(today, "long"))
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
            "until_date": until or max(day for _unused, day in markets),
            "country": country,
            "started_by_id": actor.user_id,
            "started_at": now,
        },
    )
    if not new:
        return made
    # Of all countries at once, in id order like everybody. Lock first, then aggregate in statements of their own:
    # what a rival run took meanwhile is seen as taken.
    _portions.lock(markets)
    for each, day in markets:
        _portions.make_country(
            run=made, arguments=due.arguments(each, day), country=each, above=0, actor=actor, now=now
        )
    _portions.look_at(run=made, above=0, now=now)
    _portions.finish(run=made, actor=actor, now=now)
    return made


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
            text = (
                f"The payout run of {each.name} for {day} failed ({type(error).__name__}): nobody there is paid. "
                "It is tried again; if that does not help, ask who runs the program to look at its log."
            )
            incidents.open_one(code="run_failed", key=trouble, text=text, now=now)
        else:
            incidents.over(keys=[trouble], note=_("It ran after all."), now=now)
    return done


def _last_scheduled(country: Country, now: datetime) -> date | None:
    """The newest day whose run should have begun by now."""
    today = calendars.local_today(country, now)
    days = (today - timedelta(days=back) for back in range(CATCH_UP_DAYS + 1))
    return next(
        (d for d in days if calendars.runs_on(country, d) and now >= calendars.run_at(country, d)), None
    )
