"""What the statement of one payout says: from whom, to whom, for which days, made of what, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from payouts import countries
from payouts.models import FundingAccount, Payout, Transition
from payouts.queries import explain, judgement, periods
from payouts.queries.judgement import LineGroup
from payouts.states import PayoutStatus
from sellers.ledger.models import EarningKind
from sellers.ledger.queries import earnings

CHUNK = 2_000
LONGEST = 20_000
"""Lines of a payout that one document holds, each of which takes about a millisecond to write."""
HANDED_OVER = frozenset(
    {PayoutStatus.SUBMITTED, PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.RETURNED}
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line, in minor units of the payout's currency. ``order`` is the order's reference, or that of the earlier
    payout which the amount comes from.
    """

    order: str
    description: str
    day: date
    amount_minor: int


@dataclass(frozen=True)
class PayoutStatement:
    """A payout as its seller and an auditor read it. Days are those of the payout's country.

    ``issuer`` is the holder of the account it is paid from, empty when no account is there to pay it from.
    ``period`` is first and last due date, None for a reissue. The groups' amounts add up to the payout's.
    """

    payout: Payout
    issuer: str
    period: tuple[date, date] | None
    groups: list[LineGroup]
    made: date
    sent: date | None
    settled: date | None
    """Since when the status is what it is, once nothing more is expected of the payout."""

    @property
    def too_long(self) -> bool:
        """Whether it has more lines than one document holds."""
        return sum(group.count for group in self.groups) > LONGEST


def rows() -> "QuerySet[Payout]":
    """Payouts with what a statement of one says."""
    return Payout.objects.select_related("seller", "batch__funding_account", "payout_account", "reissue_of")


def of_payout(*, payout: Payout) -> PayoutStatement:
    """The statement of a payout of `rows`, without its lines."""
    zone = ZoneInfo(explain.zone_of(payout.country))
    sent = _sent(payout)
    over = payout.status in ("PAID", "CANCELLED", "FAILED", "RETURNED")
    return PayoutStatement(
        payout=payout,
        issuer=payout.batch.funding_account.holder_name
        if payout.batch
        else issuer(country=payout.country, currency=payout.currency),
        period=periods.of(payouts=[payout]).get(payout.pk),
        groups=judgement.lines(payout, None),
        made=_day(payout.created_at, zone),
        sent=_day(sent, zone) if sent else None,
        settled=_day(payout.status_at, zone) if over else None,
    )


def _sent(payout: Payout) -> datetime | None:
    """When the bank was handed the payout; None where every hand-over came to nothing."""
    if payout.status not in HANDED_OVER:
        return None
    handed = Transition.objects.filter(payout=payout, name="submit").order_by("-pk")
    return handed.values_list("at", flat=True).first()


def issuer(*, country: str, currency: str) -> str:
    """The holder of the account that pays this currency to sellers of this country; empty when there is none."""
    if not countries.is_open(country):
        return ""
    ours = FundingAccount.objects.filter(rail=countries.get(country).rail, currency=currency, active=True)
    return ours.values_list("holder_name", flat=True).first() or ""


def too_long(*, payout: Payout) -> bool:
    """Whether the payout has more lines than one document holds, by counting no further than that."""
    if payout.span is None:
        return False
    return earnings.of_span(**judgement.span_of(payout))[: LONGEST + 1].count() > LONGEST


def lines(*, payout: Payout, kind: str, most: int | None = None) -> Iterator[Line]:
    """The lines of one kind by due date, ``most`` of them or all, whatever their number in flat memory."""
    found = _lines(payout, kind, CHUNK if most is None else most)
    return found if most is None else islice(found, most)


def _lines(payout: Payout, kind: str, size: int) -> Iterator[Line]:
    if payout.span is None:
        old = str(payout.reissue_of.reference) if payout.reissue_of else ""
        zone = ZoneInfo(explain.zone_of(payout.country))
        yield Line(old, "", _day(payout.created_at, zone), payout.amount_minor)
        return
    following = None
    while True:
        page = earnings.lines(**judgement.span_of(payout), kind=kind, following=following, size=size)
        for each in page.lines:
            rolled = each.kind == EarningKind.ROLLED  # its own words name the earlier payout, in English
            order = each.external_id if rolled else each.order_ref or each.external_id
            yield Line(order, "" if rolled else each.description, each.occurred_date, each.amount_minor)
        if page.following is None:
            return
        following = page.following


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
