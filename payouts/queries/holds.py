"""Open holds by age and money: which, how much they stop, and what they cost sellers in days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from backoffice.audit import authority
from payouts.models import Hold, Payout, ReleaseRequest
from payouts.models.hold import FOR_COMPLIANCE
from payouts.queries import searching, worklist
from payouts.states import UNSENT
from sellers.ledger.money import Money

PROGRAM = "program"
"""Stands for the id of a person where the program itself placed the hold."""
DAY = timedelta(days=1)
SAMPLE = 200


@dataclass(frozen=True)
class HoldRow:
    """One open hold: what it stops, how much money that is, and for how long its seller has waited for it.

    ``days`` are whole days since it was placed, 0 where it stops no money. ``request`` waits for another person.
    """

    hold: Hold
    name: str
    reference: str
    country: str
    sums: list[Money]
    payouts: int
    days: int
    who: str
    request: ReleaseRequest | None

    @property
    def once(self) -> str:
        """The same for every hold that stops the same money."""
        return f"payout {self.hold.payout_id}" if self.hold.payout_id else f"seller {self.hold.seller_id}"

    @property
    def within(self) -> str:
        """`once` of the seller's holds, which stop this payout's money too."""
        return f"seller {self.hold.payout.seller_id}" if self.hold.payout else ""


@dataclass(frozen=True)
class Chosen:
    """Which open holds: every part that is set must fit. ``seller`` names one or some; ``who`` is a user's id or
    `PROGRAM`. ``for_person``: those whose release another asked for, so that this person may confirm it; ``judges``:
    whether they do for compliance.
    """

    reason: str = ""
    country: str = ""
    seller: str = ""
    who: str = ""
    older_days: int = 0
    currency: str = ""
    on: str = ""
    show: str = ""
    for_person: int = 0
    judges: bool = False


def open_ones() -> "QuerySet[Hold]":
    """Holds that nobody released yet."""
    return Hold.objects.filter(released_at__isnull=True).select_related(
        "payout", "payout__seller", "seller", "placed_by"
    )


def past(*, now: datetime) -> "QuerySet[Hold]":
    """Open holds whose date has come: the beat releases what it may, the others wait for a person."""
    return open_ones().filter(until__lte=now)


def count_past(*, cap: int, now: datetime) -> int:
    """How many are `past`, read no further than ``cap`` + 1 rows."""
    return past(now=now).order_by().values("pk")[: cap + 1].count()


def waiting_requests() -> "QuerySet[ReleaseRequest]":
    """Requests for a release that wait for another person."""
    return ReleaseRequest.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True)


def confirmable(*, person_id: int, judges: bool) -> "QuerySet[ReleaseRequest]":
    """Releases that another asked for; for compliance only where this person ``judges``, or who asked does."""
    rows = waiting_requests().exclude(asked_by=person_id)
    if judges:
        return rows
    judge = Q(asked_by__groups__permissions__codename="judge_hold") | Q(
        asked_by__user_permissions__codename="judge_hold"
    )
    judged = ReleaseRequest.objects.filter(judge, pk=OuterRef("pk"))
    return rows.filter(~Q(hold__reason__in=FOR_COMPLIANCE) | Exists(judged))


def judges(*, person_id: int) -> bool:
    """Whether this person may be one of the two who release a hold for compliance."""
    return "payouts.judge_hold" in authority.permissions_of(person_id)


def of(chosen: Chosen, *, now: datetime) -> "QuerySet[Hold]":
    """The open holds of this choice, in no order."""
    rows = open_ones()
    if chosen.reason:
        rows = rows.filter(reason=chosen.reason)
    if chosen.country:
        rows = rows.filter(Q(payout__country=chosen.country) | Q(seller__country=chosen.country))
    if chosen.seller:
        rows = rows.filter(of_sellers(chosen.seller))
    if chosen.who:
        rows = rows.filter(placed_by=None if chosen.who == PROGRAM else int(chosen.who))
    if chosen.older_days:
        rows = rows.filter(placed_at__lte=now - chosen.older_days * DAY)
    if chosen.on:
        rows = rows.filter(seller__isnull=chosen.on == "payout")
    if chosen.show == "asked":
        rows = rows.filter(Exists(waiting_requests().filter(hold=OuterRef("pk"))))
    if chosen.for_person:
        asked = confirmable(person_id=chosen.for_person, judges=chosen.judges)
        rows = rows.filter(Exists(asked.filter(hold=OuterRef("pk"))))
    if chosen.show == "past":
        rows = rows.filter(until__lte=now)
    if chosen.currency:
        unsent = Payout.objects.filter(status__in=UNSENT, currency=chosen.currency)
        rows = rows.filter(
            Exists(unsent.filter(pk=OuterRef("payout_id")))
            | Exists(unsent.filter(seller=OuterRef("seller_id")))
        )
    return rows


def of_sellers(text: str) -> Q:
    """Holds on payouts of these sellers, or on them (`searching.sellers_named`)."""
    sellers = searching.sellers_named(text).values("pk")
    return Q(payout__seller__in=sellers) | Q(seller__in=sellers)


def with_money(holds: "QuerySet[Hold]", currency: str) -> "QuerySet[Hold]":
    """Each with ``money``: the minor units of this currency that it stops, to sort by."""
    unsent = Payout.objects.filter(status__in=UNSENT, currency=currency).order_by()
    own = unsent.filter(pk=OuterRef("payout_id")).values("amount_minor")
    of_seller = unsent.filter(seller=OuterRef("seller_id")).values("seller").annotate(sum=Sum("amount_minor"))
    money = Coalesce(Subquery(own), Subquery(of_seller.values("sum")), 0, output_field=BigIntegerField())
    return holds.annotate(money=money)


def usual_currency() -> str:
    """The most frequent currency of the payouts held last; empty where none is."""
    newest = Hold.objects.filter(released_at__isnull=True, payout__status__in=UNSENT).order_by("-pk")
    found = Counter(newest.values_list("payout__currency", flat=True)[:SAMPLE])
    return found.most_common(1)[0][0] if found else ""


def placers() -> list[tuple[str, str]]:
    """Who has placed holds that are open: (`Chosen.who`, name), the program first."""
    rows = Hold.objects.filter(released_at__isnull=True).order_by()
    people = rows.values_list(
        "placed_by", "placed_by__first_name", "placed_by__last_name", "placed_by__username"
    )
    found = [
        (str(pk), f"{first} {last}".strip() or name)
        for pk, first, last, name in people.distinct()
        if pk is not None
    ]
    return [(PROGRAM, _("the program")), *sorted(found, key=lambda each: each[1])]


def user_name(person_id: int) -> str:
    """The user name of who placed holds; of nobody, a name that nobody has."""
    found = get_user_model().objects.filter(pk=person_id).values_list("username", flat=True).first()
    return found or f"#{person_id}"


def rows(holds: Sequence[Hold], *, now: datetime) -> list[HoldRow]:
    """The rows of these holds; a seller's hold counts every unsent payout of that seller."""
    stopped: dict[int, list[tuple[Money, int]]] = {}
    sums = (
        Payout.objects.filter(seller_id__in=[h.seller_id for h in holds if h.seller_id], status__in=UNSENT)
        .values("seller_id", "currency")
        .annotate(sum=Sum("amount_minor"), count=Count("pk"))
        .order_by("currency")
    )
    for each in sums:
        money = Money(int(each["sum"]), each["currency"])
        stopped.setdefault(each["seller_id"], []).append((money, each["count"]))
    requests = {
        each.hold_id: each for each in waiting_requests().filter(hold__in=holds).select_related("asked_by")
    }
    return [_row(hold, stopped, requests, now) for hold in holds]


def _row(
    hold: Hold,
    stopped: Mapping[int, list[tuple[Money, int]]],
    requests: Mapping[int, ReleaseRequest],
    now: datetime,
) -> HoldRow:
    if hold.payout is not None:
        payout, seller = hold.payout, hold.payout.seller
        unsent = payout.status in UNSENT
        parts = [(Money(payout.amount_minor, payout.currency), 1)] if unsent else []
        reference, country = str(payout.reference), payout.country
    else:
        assert hold.seller is not None  # a constraint: on one or the other
        seller = hold.seller
        parts, reference, country = stopped.get(seller.pk, []), str(seller.reference), seller.country
    return HoldRow(
        hold=hold,
        name=seller.name,
        reference=reference,
        country=country,
        sums=[money for money, _unused in parts],
        payouts=sum(count for _unused, count in parts),
        days=(now - hold.placed_at).days if parts else 0,
        who=_name(hold),
        request=requests.get(hold.pk),
    )


def _name(hold: Hold) -> str:
    by = hold.placed_by
    return _("the program") if by is None else by.get_full_name() or by.get_username()


@dataclass(frozen=True)
class Totals(worklist.Totals):
    """What some holds stop together: each payout counts once, however many holds it has.

    ``seller_days``: each seller whose money waits counts a day for every whole day since the oldest of these holds.
    ``count`` is the number of holds, ``payouts`` of the unsent payouts that they stop.
    """

    payouts: int = 0
    seller_days: int = 0
    sellers: int = 0


def totals(holds: "QuerySet[Hold]", *, now: datetime, whole: bool = False) -> Totals:
    """Exact up to `worklist.TOTALS_CAP` holds, or when ``whole`` is asked for."""
    ids = holds.order_by().values("pk")
    count = ids.count() if whole else ids[: worklist.TOTALS_CAP + 1].count()
    if count > worklist.TOTALS_CAP and not whole:
        return Totals(count=worklist.TOTALS_CAP, sums=[], exact=False)
    held = list(holds.order_by().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"held": held, "unsent": [str(each) for each in UNSENT], "now": now})
        found = cursor.fetchall()
    sums = [row for row in found if row[0] is not None]
    ((_none, _nothing, seller_days, sellers),) = [row for row in found if row[0] is None]
    return Totals(
        count=count,
        sums=[Money(int(minor), currency) for currency, minor, *_unused in sums],
        exact=True,
        payouts=sum(each for *_unused, each in sums),
        seller_days=seller_days,
        sellers=sellers,
    )


_TOTALS = """
WITH h AS MATERIALIZED (SELECT id, payout_id, seller_id, placed_at FROM payouts_hold WHERE id = ANY(%(held)s)),
stopped AS (
  SELECT p.id, p.seller_id, p.currency, p.amount_minor, h.placed_at
  FROM h JOIN payouts_payout AS p ON p.id = h.payout_id WHERE p.status = ANY(%(unsent)s)
  UNION ALL
  SELECT p.id, p.seller_id, p.currency, p.amount_minor, h.placed_at
  FROM h JOIN payouts_payout AS p ON p.seller_id = h.seller_id WHERE p.status = ANY(%(unsent)s)
), once AS (SELECT DISTINCT id, currency, amount_minor FROM stopped),
waits AS (SELECT seller_id, min(placed_at) AS since FROM stopped GROUP BY seller_id)
SELECT currency, sum(amount_minor), 0, count(*) FROM once GROUP BY currency
UNION ALL
SELECT NULL, 0, coalesce(sum(floor(extract(epoch FROM %(now)s - since) / 86400)), 0)::bigint, count(*) FROM waits
ORDER BY 1
"""
