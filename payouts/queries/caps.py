"""The caps in force, what is used of them, and what they keep from leaving, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.words import ended
from payouts.models import Cap, CapChange, CapKind, CapUse, FundingAccount, Payout
from payouts.queries import holding
from payouts.queries.explain import day as _day
from payouts.states import UNSENT, BatchStatus
from sellers.ledger import written
from sellers.ledger.money import Money


@dataclass(frozen=True)
class Tight:
    """The cap that a payout does not fit, and how much of it was left for the payout: less than nothing where the cap
    was lowered since.
    """

    kind: CapKind
    limit: Money
    left: Money


@dataclass
class Verdict:
    """Which of the payouts of one batch no longer fit, by id: a sentence for each. ``full`` names the account's cap;
    where it keeps any, ``room`` says how much is left of it. ``tight`` says of all of them which cap it is.
    """

    over: dict[int, str] = field(default_factory=dict)
    full: dict[int, str] = field(default_factory=dict)
    room: str = ""
    tight: dict[int, Tight] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[int, str]:
        return self.over | self.full


def limits(currency: str, *, lock: bool = False) -> dict[str, int]:
    """The caps of a currency in minor units, by kind; a kind without a cap is missing.

    ``lock``: they stay as they are until the transaction ends.
    """
    if lock:
        with (
            connection.cursor() as cursor
        ):  # shared: submissions do not wait for each other, a change of a cap does
            cursor.execute("SELECT 1 FROM payouts_cap WHERE currency = %s ORDER BY id FOR SHARE", [currency])
    return in_force([currency]).get(currency, {})


def in_force(currencies: Iterable[str]) -> dict[str, dict[str, int]]:
    """The same of several currencies; one without a cap is missing."""
    found: dict[str, dict[str, int]] = {}
    for cap in Cap.objects.filter(currency__in=currencies, limit_minor__isnull=False):
        found.setdefault(cap.currency, {})[cap.kind] = cap.limit_minor or 0
    return found


ORDER = ("currency", "kind")
"""Of caps, upwards."""


def all_of_them() -> "QuerySet[Cap]":
    """Every cap, in no order; along `ORDER` they stand by currency."""
    return Cap.objects.all()


def currencies() -> list[str]:
    """Those in which there is or was a cap."""
    return list(Cap.objects.order_by("currency").values_list("currency", flat=True).distinct())


def waiting() -> "QuerySet[CapChange]":
    """Raises that wait for another person's word, oldest first."""
    return CapChange.objects.filter(decided_at__isnull=True).select_related("asked_by").order_by("pk")


def between(change: CapChange) -> "QuerySet[Payout]":
    """The unsent payouts that are over the cap of one payout as it is and would be no more, were this wish granted."""
    found = Payout.objects.filter(
        currency=change.currency, status__in=UNSENT, amount_minor__gt=change.from_minor or 0
    )
    return found if change.to_minor is None else found.filter(amount_minor__lte=change.to_minor)


def too_large(payouts: Iterable[Payout]) -> dict[int, str]:
    """The payouts over the cap of one payout, each with a sentence."""
    caps: dict[str, dict[str, int]] = {}
    found: dict[int, str] = {}
    for payout in payouts:
        if payout.currency not in caps:
            caps[payout.currency] = limits(payout.currency)
        limit = caps[payout.currency].get(CapKind.PAYOUT)
        if limit is not None and payout.amount_minor > limit:
            found[payout.pk] = too_large_words(Money(limit, payout.currency))
    return found


def fit(
    *,
    payouts: Sequence[Payout],
    funding: FundingAccount,
    day: date,
    promised_minor: int = 0,
    lock: bool = False,
    within: Mapping[str, int] | None = None,
) -> Verdict:
    """Which of these payouts could no longer leave this account on this value date, taken in the order given.

    A payout that does not fit is passed over, and smaller ones after it may still. ``promised_minor`` is what other
    approved batches of that day are to take. ``within`` are the caps to ask (`limits`); without it those in force.
    """
    currency = funding.currency
    caps = limits(currency, lock=lock) if within is None else within
    verdict = Verdict()
    one = caps.get(CapKind.PAYOUT)
    a_seller, an_account = caps.get(CapKind.SELLER_DAY), caps.get(CapKind.FUNDING_DAY)
    sent: dict[int, int] = {}
    if a_seller is not None:
        by_seller: Counter[int] = Counter()
        for payout in payouts:
            by_seller[payout.seller_id] += payout.amount_minor
        sent = used_of(CapKind.SELLER_DAY, currency=currency, day=day, limit=a_seller, wanted=by_seller)
    total = promised_minor
    if an_account is not None:
        all_of_it = {funding.pk: promised_minor + sum(payout.amount_minor for payout in payouts)}
        used = used_of(CapKind.FUNDING_DAY, currency=currency, day=day, limit=an_account, wanted=all_of_it)
        total += used[funding.pk]
    before = total
    for payout in payouts:
        after = sent.get(payout.seller_id, 0) + payout.amount_minor
        if one is not None and payout.amount_minor > one:
            verdict.over[payout.pk] = too_large_words(Money(one, currency))
            verdict.tight[payout.pk] = _tight(CapKind.PAYOUT, currency, one, one)
        elif a_seller is not None and after > a_seller:
            verdict.over[payout.pk] = _too_much_for_one(Money(a_seller, currency), day)
            left = a_seller - sent.get(payout.seller_id, 0)
            verdict.tight[payout.pk] = _tight(CapKind.SELLER_DAY, currency, a_seller, left)
        elif an_account is not None and total + payout.amount_minor > an_account:
            verdict.full[payout.pk] = _account_full(funding.code, Money(an_account, currency), day)
            verdict.tight[payout.pk] = _tight(CapKind.FUNDING_DAY, currency, an_account, an_account - total)
        else:
            sent[payout.seller_id] = after
            total += payout.amount_minor
    if verdict.full and an_account is not None:
        free = Money(max(an_account - before, 0), currency)
        verdict.room = ended(
            capfirst(room(funding.code, limit=Money(an_account, currency), left=free, day=day))
        )
    return verdict


def room_for(wanted_minor: int, *, funding: FundingAccount, day: date, within: Mapping[str, int]) -> bool:
    """Whether the cap of the account, if any, lets all of that leave on the value date besides what is under way."""
    limit = within.get(CapKind.FUNDING_DAY)
    if limit is None:
        return True
    used = used_of(
        CapKind.FUNDING_DAY,
        currency=funding.currency,
        day=day,
        limit=limit,
        wanted={funding.pk: wanted_minor},
    )
    return used[funding.pk] + wanted_minor <= limit


def promised(*, funding: FundingAccount, day: date, but: int) -> int:
    """Minor units that other approved batches of this account and value date have not handed over yet, without what
    is blocked: that leaves them unsent.
    """
    inside = holding.going().filter(
        batch__funding_account=funding,
        batch__value_date=day,
        batch__status__in=(BatchStatus.APPROVED, BatchStatus.SUBMITTING),
    )
    return int(inside.exclude(batch_id=but).aggregate(total=Sum("amount_minor"))["total"] or 0)


def used_of(
    kind: CapKind, *, currency: str, day: date, limit: int, wanted: Mapping[int, int]
) -> dict[int, int]:
    """What is under way of each subject's cap: from the rollup, and counted anew where that leaves too little room."""
    rows = CapUse.objects.filter(kind=kind, subject_id__in=wanted, currency=currency, day=day)
    used: dict[int, int] = dict.fromkeys(wanted, 0) | dict(rows.values_list("subject_id", "total_minor"))
    tight = [subject for subject, minor in used.items() if minor and minor + wanted[subject] > limit]
    if tight:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.id, u.minor FROM unnest(%s::bigint[]) AS s (id)"
                " CROSS JOIN LATERAL payouts_cap_used(%s, s.id, %s, %s) AS u (minor)",
                [tight, kind.value, currency, day],
            )
            used.update(cursor.fetchall())
    return used


def room(code: str, *, limit: Money, left: Money, day: date) -> str:
    """How much is left of the cap of an account on a day; no whole sentence."""
    return _("of the {limit} that {code} may pay on {day}, its cap of a day, {left} is left").format(
        limit=written.text(limit), code=code, day=_day(day), left=written.text(left)
    )


def too_large_words(limit: Money) -> str:
    """Why a payout over the cap of one does not leave, and what to do; no whole sentence."""
    return _(
        "it is more than {say}, the cap of one payout in {currency}. Ask an "
        "administrator to raise the cap, or cancel it and pay the seller in smaller parts"
    ).format(say=written.text(limit), currency=limit.currency)


def _too_much_for_one(limit: Money, day: date) -> str:
    return _(
        "with it the seller would get more than {say} on {day}, the cap of one seller a "
        "day in {currency}. Propose it again on another day, or ask an administrator to "
        "raise the cap"
    ).format(say=written.text(limit), day=_day(day), currency=limit.currency)


def _account_full(code: str, limit: Money, day: date) -> str:
    return _(
        "with it {code} would pay more than {say} on {day}, its cap of a day. Propose it "
        "again on another day, or ask an administrator to raise the cap"
    ).format(code=code, say=written.text(limit), day=_day(day))


def _tight(kind: CapKind, currency: str, limit: int, left: int) -> Tight:
    return Tight(kind, Money(limit, currency), Money(left, currency))
