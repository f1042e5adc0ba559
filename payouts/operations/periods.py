"""Closing a month of the books: one person asks, and then nothing is booked into it any more; another closes it.

Postings never wait for people: what would fall into such a month is booked into the first open one, with the day it
happened beside it (docs/adr/0024).
"""

from datetime import date, datetime

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import dated, labelled, sentences
from payouts.exports.journal import LAYOUT
from payouts.queries import closing
from sellers.ledger.models import Period, PeriodNumbers, PeriodTotal
from sellers.ledger.queries import periods

RIGHT = "ledger.close_period"
PATIENCE_MS = 3_000
"""How long a posting under way is waited for. Others wait behind us meanwhile: better refused than long."""


class NotClosable(Refused):
    """The month is not over, is no month of the books, or something in it is not settled."""

    code = "period_not_closable"


class SamePerson(Refused):
    """Who asked may not close."""

    code = "four_eyes"
    status = 403


def ask(*, first: date, actor: Actor, now: datetime) -> list[Period]:
    """The month that begins on ``first``, and every open one before it, takes no bookings any more and waits to be
    closed. Answers them, the oldest first.

    Raises `NotClosable` with everything that must be settled before, `Conflict`, `NotAllowed`.
    """
    try:
        return _ask(first, actor, now)
    except OperationalError as error:
        raise Conflict(_("Not asked: a large posting is under way. Try again in a minute.")) from error
    except IntegrityError as error:
        raise Conflict(_("Not asked: somebody asked at the same moment. Look at the month again.")) from error


@transaction.atomic
def _ask(first: date, actor: Actor, now: datetime) -> list[Period]:
    authority.require(actor=actor, permission=RIGHT)
    wanted = [m for m in reversed(periods.months(now=now)) if m.first <= first and m.status == periods.OPEN]
    if not wanted or wanted[-1].first != first:
        raise Conflict(
            _("Not asked: {first} is not an open month of the books.").format(first=dated(first, "yMMMM"))
        )
    if wanted[-1].last >= periods.today(now=now):
        raise NotClosable(
            _("Not asked: {first} is not over. It can be closed from the next day on.").format(
                first=dated(first, "yMMMM")
            )
        )
    _refuse_blocked(_("Not asked"), wanted[0].first, wanted[-1].last)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")
    made = []
    for month in wanted:
        period = Period.objects.create(
            first_day=month.first,
            last_day=month.last,
            asked_by_id=actor.person_id,
            asked_at=now,
            layout=LAYOUT,
        )
        recording.record(
            actor=actor, action="period.ask", subject=period, data={"month": str(month)}, now=now
        )
        made.append(period)
    return made


@transaction.atomic
def close(*, first: date, actor: Actor, now: datetime) -> list[Period]:
    """Another person's word: the month, and those before it that were asked for, are closed for good.

    Their totals stand, and their journal entries have their numbers. Raises `SamePerson`, `NotClosable`, `Conflict`,
    `NotAllowed`.
    """
    authority.require(actor=actor, permission=RIGHT)
    asked = _asked(first)
    if any(period.asked_by_id == actor.user_id for period in asked):
        raise SamePerson(
            _("Not closed: you asked for it. Another person must close {first}.").format(
                first=dated(first, "yMMMM")
            )
        )
    _refuse_blocked(_("Not closed"), asked[0].first_day, asked[-1].last_day)
    for period in asked:
        totals = _write_totals(period)
        numbers = _write_numbers(period)
        period.decided_by_id, period.decided_at, period.closed = actor.person_id, now, True
        period.save(update_fields=["decided_by", "decided_at", "closed"])
        data = {
            "month": str(period),
            "closing_minor": {f"{t.book} {t.currency}": t.closing_minor for t in totals},
            "entries": {each.currency: each.detailed_count for each in numbers},
        }
        recording.record(actor=actor, action="period.close", subject=period, data=data, now=now)
    return asked


@transaction.atomic
def take_back(*, first: date, actor: Actor, now: datetime) -> list[Period]:
    """The month, and those after it that were asked for, are open again. Raises `Conflict`, `NotAllowed`.

    What was booked into a later month meanwhile stays there: the ledger is append-only.
    """
    authority.require(actor=actor, permission=RIGHT)
    _asked(first)
    found = list(
        Period.objects.select_for_update(of=("self",))
        .filter(first_day__gte=first, decided_at__isnull=True)
        .order_by("-first_day")
    )
    for period in found:
        period.decided_by_id, period.decided_at = actor.person_id, now
        period.save(update_fields=["decided_by", "decided_at"])
        data = {"month": str(period)}
        recording.record(actor=actor, action="period.take_back", subject=period, data=data, now=now)
    return found


def _asked(first: date) -> list[Period]:
    """The months through this one that wait to be closed, locked, the oldest first."""
    found = list(
        Period.objects.select_for_update(of=("self",))
        .filter(first_day__lte=first, decided_at__isnull=True)
        .order_by("first_day")
    )
    if not found or found[-1].first_day != first:
        raise Conflict(
            _("Not done: {first} does not wait to be closed any more. Look again.").format(
                first=dated(first, "yMMMM")
            )
        )
    return found


def _refuse_blocked(what: str, first: date, last: date) -> None:
    found = closing.blocks(first=first, last=last)
    if found:
        raise NotClosable(labelled(what, sentences(*(block.text for block in found))))


def _write_totals(period: Period) -> list[PeriodTotal]:
    return PeriodTotal.objects.bulk_create(
        PeriodTotal(
            period=period,
            book=total.book,
            currency=total.currency,
            opening_minor=total.opening,
            debit_minor=total.debit,
            credit_minor=total.credit,
        )
        for total in periods.totals(first=period.first_day, last=period.last_day)
    )


def _write_numbers(period: Period) -> list[PeriodNumbers]:
    """Each series goes on where the last closed month that had entries in the currency ended."""
    made = []
    for count in periods.counts(first=period.first_day, last=period.last_day):
        before = PeriodNumbers.objects.filter(currency=count.currency).order_by("-period__first_day").first()
        made.append(
            PeriodNumbers(
                period=period,
                currency=count.currency,
                detailed_first=before.detailed_first + before.detailed_count if before else 1,
                detailed_count=count.detailed,
                daily_first=before.daily_first + before.daily_count if before else 1,
                daily_count=count.daily,
            )
        )
    return PeriodNumbers.objects.bulk_create(made)
