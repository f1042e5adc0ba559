"""What a treasurer looks at before a batch goes: changed accounts first, then flags, then the largest; and the money.

Everything here is a fixed number of queries, however many payouts the batch has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, Exists, IntegerField, Max, OuterRef, Q, Sum, Value, When
from django.utils.translation import gettext as _

from payouts import countries
from payouts.models import AccountVersion, Batch, BatchItem, Payout, Statement, Transition
from payouts.queries import explain, flags, recorded
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

MOST_CHANGED = 50
MOST_KEPT = 50
MOST_FLAGGED = 10


@dataclass(frozen=True)
class Change:
    """The account differs from the one that the seller was last sent money to. ``verified_by`` is None for none yet."""

    before: str
    now: str
    asked_by: str
    asked_at: datetime
    verified_by: str
    in_effect_since: datetime


@dataclass(frozen=True)
class Payee:
    """One payout of a batch: whose, how much, to which account, and what speaks for a second look."""

    payout: Payout
    name: str
    money: Money
    account: str
    flags: tuple[str, ...]
    change: Change | None


# A seller whose account never changed has one version: only others are compared, so that a large batch costs little.
_CHANGED = """
SELECT i.id, was.masked
FROM payouts_batchitem AS i
JOIN payouts_accountversion AS v ON v.id = i.account_version_id AND v.number > 1
JOIN payouts_payout AS p ON p.id = i.payout_id
CROSS JOIN LATERAL (
  SELECT a.account_version_id FROM payouts_payout AS o JOIN payouts_attempt AS a ON a.payout_id = o.id
  WHERE o.seller_id = p.seller_id AND o.currency = p.currency AND o.id <> p.id
    AND a.ended_because NOT IN ('rejected', 'never_sent')
  ORDER BY o.id DESC, a.id DESC LIMIT 1
) AS last JOIN payouts_accountversion AS was ON was.id = last.account_version_id
WHERE i.batch_id = %s AND i.left_at IS NULL AND was.fingerprint <> v.fingerprint
ORDER BY i.amount_minor DESC, i.id
"""


def changed_accounts(batch: Batch) -> list[tuple[int, str]]:
    """Items whose account is not the one that the seller was last sent money to: (item, the account before).

    The largest amounts first. A payment that was refused before it left does not count.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [batch.pk])
        return list(cursor.fetchall())


def changed(batch: Batch, found: Sequence[tuple[int, str]]) -> list[Payee]:
    """The first of `changed_accounts` with who asked for the change and who verified it."""
    before = dict(found[:MOST_CHANGED])
    return _payees(_items(before), batch, before)


def others(
    batch: Batch, *, without: Iterable[int], kept: Iterable[int], most: int
) -> tuple[list[Payee], int]:
    """At most ``most`` of the rest: bad flags first, then other flags, then the largest; and how many more there are.

    The rest is all but the items ``without`` and the payouts that are ``kept`` back.
    """
    of_payout = Q(payout=OuterRef("payout"))
    rest = (
        BatchItem.objects.filter(batch=batch, left_at__isnull=True)
        .exclude(pk__in=list(without))
        .exclude(payout__in=list(kept))
    )
    ids = (
        rest.annotate(
            urgency=Case(
                When(Exists(flags.of_kinds(flags.BAD).filter(of_payout)), then=Value(0)),
                When(Exists(flags.standing().filter(of_payout)), then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
        .order_by("urgency", "-amount_minor", "pk")
        .values_list("pk", flat=True)[:most]
    )
    shown = _payees(_items(ids), batch, {})
    return shown, rest.count() - len(shown)


def kept(batch: Batch, *, payout_ids: Iterable[int], most: int) -> list[Payee]:
    """At most ``most`` of these payouts, which are kept back in the batch, the largest first."""
    inside = BatchItem.objects.filter(batch=batch, left_at__isnull=True, payout__in=list(payout_ids))
    return _payees(
        _items(inside.order_by("-amount_minor", "pk").values_list("pk", flat=True)[:most]), batch, {}
    )


def _items(ids: Iterable[int]) -> list[BatchItem]:
    order = list(ids)
    rows = BatchItem.objects.select_related(
        "payout__seller", "account_version__requested_by", "account_version__decision__decided_by"
    ).in_bulk(order)
    return [rows[pk] for pk in order]


def _payees(items: Sequence[BatchItem], batch: Batch, before: dict[int, str]) -> list[Payee]:
    raised = flags.raised(payout_ids=(item.payout_id for item in items))
    return [
        Payee(
            payout=item.payout,
            name=item.payout.seller.name,
            money=Money(item.amount_minor, batch.currency),
            account=item.account_version.masked,
            flags=tuple(
                flags.words(flag, currency=batch.currency).short
                for flag in sorted(
                    raised.get(item.payout_id, []), key=lambda flag: flag.kind not in flags.BAD
                )
            ),
            change=_change(item.account_version, before[item.pk]) if item.pk in before else None,
        )
        for item in items
    ]


def _change(version: AccountVersion, before: str) -> Change:
    decision = getattr(version, "decision", None)
    return Change(
        before=before,
        now=version.masked,
        asked_by=_name(version.requested_by),
        asked_at=version.requested_at,
        verified_by=_name(decision.decided_by) if decision is not None else "",
        in_effect_since=version.effective_at,
    )


def _name(user: object) -> str:
    return str(user.get_full_name() or user.get_username())  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Left:
    """Payouts that left the batch for one reason, and when the last of them did."""

    because: str
    count: int
    money: Money
    last: datetime


def left(batch: Batch) -> list[Left]:
    """What left the batch since it was proposed, by reason, the most money first."""
    rows = (
        BatchItem.objects.filter(batch=batch, left_at__isnull=False)
        .values("left_because")
        .annotate(count=Count("pk"), sum=Sum("amount_minor"), last=Max("left_at"))
        .order_by("-sum", "left_because")
    )
    return [
        Left(
            because=recorded.perhaps(each["left_because"]),
            count=each["count"],
            money=Money(int(each["sum"]), batch.currency),
            last=each["last"],
        )
        for each in rows[:20]
    ]


@dataclass(frozen=True)
class Gone:
    """One payout that left the batch: whose, how much, why, and by whom and when."""

    payout: Payout
    name: str
    money: Money
    because: str
    by: str


def gone(batch: Batch, *, most: int) -> tuple[list[Gone], int, Money]:
    """At most ``most`` of what left the batch since it was proposed, the newest first; how many and how much left."""
    rows = BatchItem.objects.filter(batch=batch, left_at__isnull=False)
    items = list(rows.select_related("payout__seller").order_by("-left_at", "-pk")[:most])
    by, all_of_them = left_by(items), rows.aggregate(count=Count("pk"), sum=Sum("amount_minor"))
    shown = [
        Gone(
            payout=item.payout,
            name=item.payout.seller.name,
            money=Money(item.amount_minor, batch.currency),
            because=recorded.perhaps(item.left_because),
            by=by.get(item.pk, ""),
        )
        for item in items
    ]
    return shown, all_of_them["count"], Money(int(all_of_them["sum"] or 0), batch.currency)


def left_by(items: Sequence[BatchItem]) -> dict[int, str]:
    """Who made each of these leave its batch and when, by the item's id; those still inside are absent."""
    gone = {item.payout_id: item for item in items if item.left_at is not None}
    moves = Transition.objects.filter(
        payout__in=gone, from_status=PayoutStatus.BATCHED, at__in=[item.left_at for item in gone.values()]
    ).select_related("actor")
    found = {}
    for move in moves:
        item = gone[move.payout_id]
        if move.at == item.left_at:
            who = _name(move.actor) if move.actor else _("the program")
            found[item.pk] = _("{who}, {when}").format(
                who=who, when=explain.clock(move.at, settings.TIME_ZONE)
            )
    return found


def value_date_before(batch: Batch, now: date) -> date | None:
    """The value date that a batch not sent yet was proposed for, where ``now`` it is another."""
    was = batch.proposed_for or batch.value_date
    return was if was != now else None


@dataclass(frozen=True)
class Flagged:
    """A payout of a batch with a flag of later than the proposal."""

    payout: Payout
    name: str
    words: str
    raised_at: datetime


def flagged_since(batch: Batch) -> tuple[list[Flagged], int]:
    """The newest flags on what is in the batch that were raised after it was proposed; and how many more there are."""
    inside = BatchItem.objects.filter(batch=batch, left_at__isnull=True).values("payout")
    rows = flags.standing().filter(payout__in=inside, raised_at__gt=batch.proposed_at)
    shown = rows.select_related("payout__seller").order_by("-raised_at", "-pk")[: MOST_FLAGGED + 1]
    found = [
        Flagged(
            flag.payout,
            flag.payout.seller.name,
            flags.words(flag, currency=batch.currency).title,
            flag.raised_at,
        )
        for flag in shown
    ]
    more = rows.count() - MOST_FLAGGED if len(found) > MOST_FLAGGED else 0
    return found[:MOST_FLAGGED], more


@dataclass(frozen=True)
class Funds:
    """Whether the money for a batch is on its funding account, as far as the last statement tells.

    ``left`` is what would be left: the closing balance of the statement of ``day``, less every approved batch with a
    later value date (``promised``), less what leaves with this batch. All in the batch's currency.
    """

    day: date
    closing: Money
    promised: Money
    left: Money

    @property
    def short(self) -> bool:
        return self.left.minor < 0


_PROMISED = (BatchStatus.APPROVED, BatchStatus.SUBMITTING, BatchStatus.SUBMITTED, BatchStatus.SETTLED)


def funds(batch: Batch, leaves: Money) -> Funds | None:
    """The funding check of a batch of which this much ``leaves``; None where its funding account had no statement."""
    statements = Statement.objects.filter(funding_account=batch.funding_account_id)
    newest = (
        statements.order_by("-statement_date", "-sequence", "-pk")
        .only("statement_date", "closing_minor")
        .first()
    )
    if newest is None:
        return None
    rivals = Batch.objects.filter(
        funding_account=batch.funding_account_id, status__in=_PROMISED, value_date__gt=newest.statement_date
    ).exclude(pk=batch.pk)
    promised = int(rivals.aggregate(sum=Sum("total_minor"))["sum"] or 0)
    return Funds(
        day=newest.statement_date,
        closing=Money(newest.closing_minor, batch.currency),
        promised=Money(promised, batch.currency),
        left=Money(newest.closing_minor - promised - leaves.minor, batch.currency),
    )


def fees(batch: Batch, kept: Iterable[int]) -> Money | None:
    """What our bank takes for the payouts of a batch but those that are ``kept`` back; None where a country's file
    does not say.
    """
    rows = (
        BatchItem.objects.filter(batch=batch, left_at__isnull=True).exclude(payout__in=list(kept)).order_by()
    )
    total = 0
    for country, count in rows.values_list("payout__country").annotate(count=Count("pk")):
        fee = countries.get(country).bank_fee_minor if countries.is_open(country) else None
        if fee is None:
            return None
        total += fee * count
    return Money(total, batch.currency)
