"""What a currency is worth in the company's in a month: one person asks, another confirms; versions never change."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import dated
from sellers.ledger.models import Books, MonthRate
from sellers.ledger.money import EXPONENTS
from sellers.ledger.operations import _wishes
from sellers.ledger.queries import periods

RIGHT = "ledger.set_rates"
DECIMALS = 9
MOST = Decimal(10**9)


class BadRate(Refused):
    """It is no rate, or would change a month that is closed; the sentence says what is wrong."""

    code = "bad_rate"


@transaction.atomic
def ask(
    *,
    month: date,
    currency: str,
    home: str,
    units: Decimal,
    worth: Decimal,
    reason: str,
    actor: Actor,
    now: datetime,
) -> MonthRate:
    """A rate waits for another person: ``units`` of the currency are ``worth`` so many of ``home``, the company's.

    ``month`` is its first day. Raises `BadRate`, `Conflict` when one for the same waits already, `NotAllowed`.
    """
    authority.require(actor=actor, permission=RIGHT)
    if month.day != 1:
        raise BadRate(_("Not asked: a rate is of a whole month. Name it by its first day."))
    if month > periods.today(now=now):
        raise BadRate(_("Not asked: {month} has not begun.").format(month=dated(month, "yMMMM")))
    if currency not in EXPONENTS or currency == home:
        raise BadRate(
            _(
                "Not asked: “{currency}” is no currency of ISO 4217 other than {home}, the company's. Write it as USD."
            ).format(currency=currency[:10], home=home)
        )
    for number in (units, worth):
        if not _fits(number):
            raise BadRate(
                _("Not asked: both amounts are above zero, below {most}, with at most {n} decimals.").format(
                    most=f"{MOST:,.0f}", n=DECIMALS
                )
            )
    if not reason.strip():
        raise BadRate(_("Not asked: say whose rate it is, for those who ask later."))
    _check_open(_("Not asked"), month, currency, home)
    try:
        with transaction.atomic():
            made = MonthRate.objects.create(
                month=month,
                currency=currency,
                home=home,
                units=units,
                worth=worth,
                reason=reason.strip(),
                asked_by_id=actor.person_id,
                asked_at=now,
            )
    except IntegrityError:
        raise Conflict(
            _(
                "Not asked: a rate of {currency} for {month} waits already. Have it confirmed or dismissed first."
            ).format(currency=currency, month=dated(month, "yMMMM"))
        ) from None
    _record("rate.ask", made, actor, now)
    return made


@transaction.atomic
def confirm(*, rate_ids: Sequence[int], actor: Actor, now: datetime) -> list[MonthRate]:
    """Another person's word: the rates are those of their months, all of them or none.

    Raises `SamePerson`, `BadRate` when a month was closed meanwhile and has one, `Conflict`, `NotAllowed`.
    """
    authority.require(actor=actor, permission=RIGHT)
    found = _wishes.waiting(MonthRate, rate_ids)
    _wishes.check_others(found, actor)
    for each in found:
        _check_open(_("Not confirmed"), each.month, each.currency, each.home)
        try:
            with transaction.atomic():
                _wishes.decide(each, confirmed=True, actor=actor, now=now)
        except IntegrityError:  # its month was asked to be closed between the look and the lock
            _check_open(_("Not confirmed"), each.month, each.currency, each.home)
            raise
        _record("rate.confirm", each, actor, now)
    return found


@transaction.atomic
def dismiss(*, rate_ids: Sequence[int], actor: Actor, now: datetime) -> list[MonthRate]:
    """The wishes are over, the rates stay. Whoever asked may take it back. Raises `Conflict`, `NotAllowed`."""
    authority.require(actor=actor, permission=RIGHT)
    found = _wishes.waiting(MonthRate, rate_ids)
    for each in found:
        _wishes.decide(each, confirmed=False, actor=actor, now=now)
        _record("rate.dismiss", each, actor, now)
    return found


def _fits(number: Decimal) -> bool:
    return (
        number.is_finite() and 0 < number < MOST and number == number.quantize(Decimal(1).scaleb(-DECIMALS))
    )


def _check_open(what: str, month: date, currency: str, home: str) -> None:
    """A month that nothing is booked into any more keeps the rate that it has; one it lacks may still come, once."""
    frozen = Books.objects.values_list("frozen_through", flat=True).get()
    has = MonthRate.objects.filter(month=month, currency=currency, home=home, confirmed=True).exists()
    if frozen is not None and month <= frozen and has:
        raise BadRate(
            _(
                "{what}: {month} is closed, or asked to be, and keeps its rate of {currency}: files were or will be "
                "written by it. Correct it by an entry in an open month."
            ).format(what=what, month=dated(month, "yMMMM"), currency=currency)
        )


def _record(action: str, found: MonthRate, actor: Actor, now: datetime) -> None:
    data = {
        "month": f"{found.month:%Y-%m}",
        "currency": found.currency,
        "rate": f"{found.units.normalize():f} {found.currency} = {found.worth.normalize():f} {found.home}",
        "reason": found.reason,
    }
    recording.record(actor=actor, action=action, subject=found, data=data, now=now)
