"""What the front page says of all money: in flight, in order, and the last twelve weeks."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet, Subquery, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.home_figures import Figure, between, payouts_url, sums
from backoffice.words import dated
from payouts.models import Batch, Hold, InvariantCheck, Payout
from payouts.queries import filters, invariants, worklist
from payouts.states import BatchStatus, PayoutStatus

WEEKS = 12
_A_DAY = timedelta(days=1)
_SENT = (BatchStatus.SUBMITTING, BatchStatus.SUBMITTED, BatchStatus.SETTLED)
_DEAD_AT_BANK = (PayoutStatus.FAILED, PayoutStatus.RETURNED)
_NOT_PAID = (PayoutStatus.BATCHED, PayoutStatus.SUBMITTED, *_DEAD_AT_BANK)


def flight() -> list[dict[str, Any]]:
    """Payouts under way: those of batches being handed over that still wait for it, and those at the bank."""
    return [
        _under_way(status=PayoutStatus.BATCHED.value, batch_status=BatchStatus.SUBMITTING.value),
        _under_way(status=PayoutStatus.SUBMITTED.value),
    ]


def _under_way(**wanted: str) -> dict[str, Any]:
    found = worklist.totals_of(filters.read(wanted), whole=True)
    url = payouts_url(**wanted)
    return (
        {"items": Figure(found.count, url), "sums": list(sums(found.sums, **wanted).values())}
        if found.count
        else {}
    )


def books() -> dict[str, Any]:
    """The newest check of the invariants; those that are broken by their sentences, not by their names."""
    check = InvariantCheck.objects.order_by("-id").first()
    if check is None:
        return {"check": None, "broken": [], "invariants_hold": ""}
    sentences = {each.name: each.sentence for each in invariants.ALL}
    return {
        "check": check,
        "broken": [sentences.get(name, name) for name in check.broken],
        "invariants_hold": _("All {holding} invariants hold").format(holding=check.holding),
    }


def weeks(*, now: datetime) -> dict[str, Any]:
    """Twelve weeks in payouts, not in money: currencies do not add up. A week is Monday to Sunday.

    Paid by the value date of their batch, failed or returned by the day they became so, held by the day a hold
    was put on the payout itself.
    """
    today = timezone.localtime(now).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=WEEKS - 1 - back) for back in range(WEEKS)]
    first = timezone.make_aware(datetime.combine(mondays[0], time.min))
    held = Hold.objects.filter(placed_at__gte=first, payout__isnull=False)
    dead = Payout.objects.filter(status__in=_DEAD_AT_BANK, status_at__gte=first)
    series: tuple[tuple[str, str, dict[date, int], str, dict[str, Any]], ...] = (
        (_("paid"), "b-paid", _paid(mondays[0]), "value", {"status": PayoutStatus.PAID.value}),
        (_("held"), "b-held", _by_week(held, "placed_at", Count("payout", distinct=True)), "held", {}),
        (
            _("failed or returned"),
            "b-failed",
            _by_week(dead, "status_at", Count("pk")),
            "moved",
            {"status": _DEAD_AT_BANK},
        ),
    )
    return {
        "series": [
            {
                "name": name,
                "css": css,
                "values": [found.get(day, 0) for day in mondays],
                "urls": [
                    payouts_url(**wanted, **between(by, day, day + timedelta(days=6))) for day in mondays
                ],
            }
            for name, css, found, by, wanted in series
        ],
        "week_labels": [dated(day, "MMMd") for day in mondays],
        "any_week": any(each[2] for each in series),
    }


def _paid(first: date) -> dict[date, int]:
    """Paid payouts by the week of their batch's value date, read without counting them one by one.

    A batch knows how many payouts are in it (an invariant keeps that so); those not paid are few. Their status is no
    older than their batch, give or take a clock: of those that failed in all the years only the latest are read.
    """
    sent = Batch.objects.filter(status__in=_SENT, value_date__gte=first)
    found = _by_week(sent, "value_date", Sum("item_count"))
    oldest = sent.order_by("proposed_at").annotate(begun=F("proposed_at") - _A_DAY).values("begun")[:1]
    unpaid = Payout.objects.filter(batch__in=sent, status__in=_NOT_PAID, status_at__gte=Subquery(oldest))
    for week, number in _by_week(unpaid, "batch__value_date", Count("pk")).items():
        found[week] = found.get(week, 0) - number
    return {week: number for week, number in found.items() if number}


def _by_week(rows: "QuerySet[Any]", moment: str, measure: Any) -> dict[date, int]:
    counted = rows.order_by().annotate(week=TruncWeek(moment)).values("week").annotate(number=measure)
    return {_day(row["week"]): int(row["number"] or 0) for row in counted}


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
