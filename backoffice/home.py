"""The front page: the reader's own work first, then what is in flight, what is in order, and the last weeks."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone

from backoffice import navigation
from payouts.models import Batch, FundingAccount, Hold, Incident, InvariantCheck, Payout, RailSwitch
from payouts.queries import batch_words, filters, unknown, waiting, worklist
from payouts.states import UNSENT, BatchStatus, PayoutStatus
from sellers.ledger.money import Money

WEEKS = 12
CAP = 1_000


@dataclass(frozen=True)
class Work:
    """One line of what waits: the words, the place it is done in, who does it, what it selects."""

    label: str
    place: str
    permission: str
    note: str
    payouts: Callable[[], "QuerySet[Payout]"] | None = None
    batches: Callable[[], "QuerySet[Batch]"] | None = None
    count: Callable[..., int] | None = None
    late: bool = False
    query: str = ""


@dataclass(frozen=True)
class Line:
    """A `Work` as one reader sees it now; ``sums`` stand under the page's currencies, in their order."""

    work: Work
    url: str
    count: int
    sums: list[tuple[str, Money | None]]
    oldest_at: datetime | None


def _of_status(status: PayoutStatus) -> Callable[[], "QuerySet[Payout]"]:
    return lambda: Payout.objects.filter(status=status)


def _held() -> "QuerySet[Payout]":
    return Payout.objects.filter(status__in=UNSENT, pk__in=filters.open_holds())


WORK = (
    Work(
        "To review",
        "Review",
        "payouts.review_payout",
        "A first look at each",
        _of_status(PayoutStatus.PENDING_REVIEW),
    ),
    Work(
        "To approve",
        "Approvals",
        "payouts.approve_payout",
        "Reviewed by somebody else",
        _of_status(PayoutStatus.REVIEWED),
    ),
    Work(
        "To put into batches",
        "Payouts",
        "payouts.propose_batch",
        "Approved, not on hold, not yet in a batch",
        waiting.to_batch,
        query="?status=APPROVED&on_hold=false",
    ),
    Work(
        "Batches to approve",
        "Batches",
        "payouts.approve_batch",
        "Proposed by somebody else",
        batches=lambda: Batch.objects.filter(status=BatchStatus.PROPOSED),
    ),
    Work("Payouts on hold", "Holds", "payouts.release_hold", "Release or hold on", _held),
    Work(
        "Failed, returned or cancelled",
        "Failed & returned",
        "payouts.dispose_payout",
        "Reissue or roll into the next run",
        waiting.undisposed,
        late=True,
    ),
    Work(
        "Unknown at the bank",
        "Unknown",
        "payouts.resolve_unknown",
        "Never sent again before we know",
        count=waiting.unknown,
        late=True,
    ),
    Work(
        "Recalls without an answer",
        "Recalls",
        "payouts.answer_recall",
        "Ask the bank, write down what it says",
        count=waiting.recalls,
    ),
    Work(
        "Accounts to verify",
        "Accounts to verify",
        "payouts.verify_payout_account",
        "Asked for by somebody else",
        count=waiting.accounts,
    ),
    Work(
        "Adjustments to grant",
        "Adjustments",
        "ledger.approve_adjustment",
        "Asked for by somebody else",
        count=waiting.adjustments,
    ),
    Work(
        "Bank lines without a match",
        "Reconciliation",
        "payouts.reconcile",
        "Match or explain each",
        count=waiting.breaks,
    ),
)


def page(*, permissions: Collection[str], now: datetime) -> dict[str, Any]:
    """The front page's context for a reader with these permissions; `now` is the database's."""
    if "payouts.view_payout" not in permissions:
        return {}
    lines = _lines(permissions)
    check = InvariantCheck.objects.order_by("-id").first()
    return {
        "lines": lines,
        "currencies": [currency for currency, _ in lines[0].sums] if lines else [],
        "waiting_total": sum(line.count for line in lines),
        "flight": _flight(),
        "funding": _funding(),
        "check": check,
        "invariants_hold": f"All {check.holding} invariants hold" if check else "",
        "incidents": _incidents(permissions),
        "missed": _missed(permissions),
        "stops": list(RailSwitch.objects.filter(restored_at__isnull=True).order_by("rail")),
        **_weeks(now=now),
    }


def _incidents(permissions: Collection[str]) -> list[dict[str, Any]]:
    """The newest open incidents, each with the page where a reader who may see it finds out more."""
    rows = list(Incident.objects.filter(closed_at__isnull=True).select_related("payout").order_by("-id")[:5])
    submissions = unknown.of_incidents(rows) if "payouts.view_submission" in permissions else {}
    found = []
    for row in rows:
        one: dict[str, Any] = {"incident": row}
        if row.pk in submissions:
            rail, key = submissions[row.pk]
            url = reverse("admin:payouts_submission_detail", args=[rail, key])
            one |= {"url": url, "label": f"See {key} on the desk"}
        elif row.payout is not None:
            reference = str(row.payout.reference)
            url = reverse("admin:payouts_payout_detail", args=[reference])
            one |= {"url": url, "label": f"See {reference}"}
        found.append(one)
    return found


def _missed(permissions: Collection[str]) -> list[dict[str, str]]:
    """Batches whose approval is asked for again, for those who may give it."""
    if "payouts.approve_batch" not in permissions:
        return []
    return [
        {
            "text": batch_words.missed_words(miss),
            "url": reverse("admin:payouts_batch_detail", args=[miss.batch.reference]),
            "label": f"See {miss.batch.reference}",
        }
        for miss in batch_words.missed()[:5]
    ]


def _lines(permissions: Collection[str]) -> list[Line]:
    places = {place.label: place for place in navigation.PLACES}
    found: list[tuple[Work, int, dict[str, Money], datetime | None]] = []
    for work in WORK:
        if work.permission not in permissions:
            continue
        if work.payouts:
            totals = worklist.totals(work.payouts())
            sums = {each.currency: each for each in totals.sums}
            found.append((work, totals.count, sums, _oldest(work.payouts()) if totals.exact else None))
        elif work.batches:
            found.append((work, *_batches(work.batches()), _oldest(work.batches())))
        elif work.count:
            found.append((work, work.count(cap=CAP), {}, None))
    currencies = sorted({currency for _, _, sums, _ in found for currency in sums})
    return [
        Line(
            work=work,
            url=navigation.address(places[work.place]) + work.query,
            count=count,
            sums=[(currency, sums.get(currency)) for currency in currencies],
            oldest_at=oldest,
        )
        for work, count, sums, oldest in found
        if count
    ]


def _oldest(rows: "QuerySet[Any]") -> datetime | None:
    """Since when the one waits that has waited longest; what was sent back began to wait anew."""
    oldest: datetime | None = rows.order_by().aggregate(oldest=Min("status_at"))["oldest"]
    return oldest


def _batches(rows: "QuerySet[Batch]") -> tuple[int, dict[str, Money]]:
    sums = rows.order_by().values("currency").annotate(count=Count("pk"), total=Sum("total_minor"))
    found = {row["currency"]: (row["count"], Money(int(row["total"]), row["currency"])) for row in sums}
    return sum(count for count, _ in found.values()), {code: total for code, (_, total) in found.items()}


def _flight() -> list[dict[str, Any]]:
    """Payouts under way: those of batches being handed over that still wait for it, and those at the bank."""
    handing_over = Payout.objects.filter(status=PayoutStatus.BATCHED, batch__status=BatchStatus.SUBMITTING)
    return [_under_way(handing_over), _under_way(Payout.objects.filter(status=PayoutStatus.SUBMITTED))]


def _under_way(payouts: "QuerySet[Payout]") -> dict[str, Any]:
    sums = payouts.order_by().values("currency").annotate(count=Count("pk"), total=Sum("amount_minor"))
    rows = sorted(sums, key=lambda row: str(row["currency"]))
    if not rows:
        return {}
    return {
        "items": sum(row["count"] for row in rows),
        "batches": payouts.order_by().values("batch").distinct().count(),
        "sums": [Money(int(row["total"]), row["currency"]) for row in rows],
    }


def _funding() -> dict[str, Any]:
    """Money that proposed and approved batches need, per funding account and value date: the next five dates."""
    unsent = Q(batches__status__in=[BatchStatus.PROPOSED, BatchStatus.APPROVED, BatchStatus.SUBMITTING])
    rows = (
        FundingAccount.objects.filter(unsent)
        .order_by("code")
        .values("code", "currency", day=F("batches__value_date"))
        .annotate(total=Sum("batches__total_minor"))
    )
    days = sorted({row["day"] for row in rows})[:5]
    accounts: dict[str, dict[date, Money]] = {}
    for row in rows:
        accounts.setdefault(row["code"], {})[row["day"]] = Money(int(row["total"]), row["currency"])
    return {
        "days": days,
        "rows": [(code, [(day, due.get(day)) for day in days]) for code, due in accounts.items()],
    }


def _weeks(*, now: datetime) -> dict[str, Any]:
    """Twelve weeks in payouts, not in money: currencies do not add up."""
    today = timezone.localtime(now).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=WEEKS - 1 - back) for back in range(WEEKS)]
    sent = Batch.objects.filter(
        status__in=[BatchStatus.SUBMITTED, BatchStatus.SETTLED], value_date__gte=mondays[0]
    )
    first = timezone.make_aware(datetime.combine(mondays[0], time.min))
    held = Hold.objects.filter(placed_at__gte=first)
    dead = Payout.objects.filter(
        status__in=[PayoutStatus.FAILED, PayoutStatus.RETURNED], status_at__gte=first
    )
    series = (
        ("sent", "b-paid", _by_week(sent, "value_date", Sum("item_count"))),
        ("held", "b-held", _by_week(held, "placed_at", Count("pk"))),
        ("failed or returned", "b-failed", _by_week(dead, "status_at", Count("pk"))),
    )
    return {
        "series": [
            {"name": name, "css": css, "values": [found.get(day, 0) for day in mondays]}
            for name, css, found in series
        ],
        "week_labels": [f"{day.day} {day:%b}" for day in mondays],
        "any_week": any(found for _, _, found in series),
    }


def _by_week(rows: "QuerySet[Any]", moment: str, measure: Any) -> dict[date, int]:
    counted = rows.order_by().annotate(week=TruncWeek(moment)).values("week").annotate(number=measure)
    return {_day(row["week"]): int(row["number"] or 0) for row in counted}


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
