"""What the front page says of all money: in flight, in order, and the last twelve weeks."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateField, DateTimeField, Func, IntegerField, Min, QuerySet, Sum, Value
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
    begins = [monday - timedelta(weeks=WEEKS - 1 - back) for back in range(WEEKS + 1)]
    midnights = [timezone.make_aware(datetime.combine(day, time.min)) for day in begins]
    mondays = begins[:-1]
    held = Hold.objects.filter(placed_at__gte=midnights[0], payout__isnull=False)
    dead = Payout.objects.filter(status__in=_DEAD_AT_BANK, status_at__gte=midnights[0])
    series: tuple[tuple[str, str, dict[date, int], str, dict[str, Any]], ...] = (
        (_("paid"), "b-paid", _paid(begins), "value", {"status": PayoutStatus.PAID.value}),
        (
            _("held"),
            "b-held",
            _numbers(held, "placed_at", midnights, Count("payout", distinct=True)),
            "held",
            {},
        ),
        (
            _("failed or returned"),
            "b-failed",
            _numbers(dead, "status_at", midnights, Count("pk")),
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


def _paid(begins: Sequence[date]) -> dict[date, int]:
    """Paid payouts by the week of their batch's value date, read without counting them one by one.

    A batch knows how many payouts are in it (an invariant keeps that so); those not paid are few. Their status is no
    older than their batch, give or take a clock: of those that failed in all the years only the latest are read.
    """
    sent = Batch.objects.filter(status__in=_SENT, value_date__gte=begins[0])
    batches = _by_week(sent, "value_date", begins, number=Sum("item_count"), begun=Min("proposed_at"))
    if not batches:
        return {}
    unpaid = _by_week(
        Payout.objects.filter(
            batch__status__in=_SENT,
            batch__value_date__gte=begins[0],
            status__in=_NOT_PAID,
            status_at__gte=min(each["begun"] for each in batches.values()) - _A_DAY,
        ),
        "batch__value_date",
        begins,
        number=Count("pk"),
    )
    for week in unpaid.keys() & batches.keys():
        batches[week]["number"] -= unpaid[week]["number"]
    return {week: each["number"] for week, each in batches.items() if each["number"]}


def _by_week(
    rows: "QuerySet[Any]", moment: str, begins: Sequence[date | datetime], **measures: Any
) -> dict[date, dict[str, Any]]:
    """By its Monday; ``begins`` are the Mondays, or their midnights, and the first after them, which ends the last.

    By their places among these: to cut each moment down to its week in a time zone took most of the question.
    """
    bounds = Value(
        list(begins), ArrayField(DateTimeField() if isinstance(begins[0], datetime) else DateField())
    )
    place = Func(moment, bounds, function="width_bucket", output_field=IntegerField())
    found = {
        row["week"]: row for row in rows.order_by().annotate(week=place).values("week").annotate(**measures)
    }
    return {_day(day): found[at] for at, day in enumerate(begins[:-1], start=1) if at in found}


def _numbers(rows: "QuerySet[Any]", moment: str, begins: Sequence[datetime], number: Any) -> dict[date, int]:
    return {week: found["number"] for week, found in _by_week(rows, moment, begins, number=number).items()}


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
