"""What the caps keep of many proposed batches, as far as sums tell: for a page that looks at none of them closely."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from backoffice.words import beside, ended, labelled, number
from payouts.models import Batch, CapKind, CapUse, Payout
from payouts.queries import caps, explain, holding
from sellers.ledger import written
from sellers.ledger.money import Money

Facts = dict[int, list[str]]
"""By batch."""


def told(batches: Sequence[Batch], *, now: datetime) -> list[str]:
    """Of each that would not leave whole if it were sent now, which cap keeps something of it, in a sentence.

    Queries by the caps, the value dates and the accounts there are, and none by batch or payout; which payouts it is, a
    batch's own page says (`leaving.of`).
    """
    limits = caps.in_force({each.currency for each in batches})
    alike: dict[tuple[str, date], list[Batch]] = defaultdict(list)
    for batch in batches:
        if batch.currency in limits:
            alike[batch.currency, explain.deadline(batch, now).value_date].append(batch)
    facts: Facts = defaultdict(list)
    for (currency, day), group in alike.items():
        _add(facts, group, day=day, limits=limits[currency])
    return [
        labelled(str(each.reference), ended(beside(facts[each.pk]))) for each in batches if each.pk in facts
    ]


def _add(facts: Facts, batches: Sequence[Batch], *, day: date, limits: Mapping[str, int]) -> None:
    """As `caps.fit` goes on: what is too large takes no room of the caps of a day."""
    rows = holding.going().filter(batch__in=[each.pk for each in batches]).order_by()
    one, a_seller = limits.get(CapKind.PAYOUT), limits.get(CapKind.SELLER_DAY)
    currency = batches[0].currency
    if one is not None:
        large = rows.filter(amount_minor__gt=one).values_list("batch").annotate(Count("pk"))
        for batch_id, count in large:
            words = ngettext(
                "{n} payout is over {limit}, the cap of one payout",
                "{n} payouts are over {limit}, the cap of one payout",
                count,
            )
            facts[batch_id].append(words.format(n=number(count), limit=written.text(Money(one, currency))))
        rows = rows.filter(amount_minor__lte=one)
    if a_seller is not None:
        for batch_id, count in _sellers(rows, currency=currency, day=day, limit=a_seller).items():
            words = ngettext(
                "{n} seller would get more than {limit} on {day}, the cap of one seller a day",
                "{n} sellers would get more than {limit} on {day}, the cap of one seller a day",
                count,
            )
            limit = written.text(Money(a_seller, currency))
            facts[batch_id].append(words.format(n=number(count), limit=limit, day=explain.day(day)))
    if CapKind.FUNDING_DAY in limits:
        _add_accounts(facts, rows, batches, day=day, limit=limits[CapKind.FUNDING_DAY])


def _sellers(rows: "QuerySet[Payout]", *, currency: str, day: date, limit: int) -> dict[int, int]:
    """By batch, of how many sellers it holds more than the cap leaves them."""
    use = CapUse.objects.filter(
        kind=CapKind.SELLER_DAY, subject_id=OuterRef("seller"), currency=currency, day=day
    )
    sums = rows.values("batch", "seller").annotate(
        sum=Sum("amount_minor"),
        used=Coalesce(Subquery(use.values("total_minor")), 0, output_field=IntegerField()),
    )
    found: dict[int, int] = defaultdict(int)
    over = list(sums.filter(sum__gt=limit - F("used")).values_list("batch", "seller", "sum"))
    wanted = {seller: int(minor) for _batch, seller, minor in over}
    used = caps.used_of(CapKind.SELLER_DAY, currency=currency, day=day, limit=limit, wanted=wanted)
    for batch_id, seller, minor in over:
        found[batch_id] += used[seller] + minor > limit
    return {batch_id: count for batch_id, count in found.items() if count}


def _add_accounts(
    facts: Facts, rows: "QuerySet[Payout]", batches: Sequence[Batch], *, day: date, limit: int
) -> None:
    sums = {
        batch_id: int(minor) for batch_id, minor in rows.values_list("batch").annotate(Sum("amount_minor"))
    }
    currency, accounts = batches[0].currency, {each.funding_account for each in batches}
    taken = {each.pk: caps.promised(funding=each, day=day, but=0) for each in accounts}
    most = {
        pk: minor + max(sums.get(each.pk, 0) for each in batches if each.funding_account_id == pk)
        for pk, minor in taken.items()
    }
    used = caps.used_of(CapKind.FUNDING_DAY, currency=currency, day=day, limit=limit, wanted=most)
    for batch in batches:
        left = limit - taken[batch.funding_account_id] - used[batch.funding_account_id]
        if sums.get(batch.pk, 0) > left:
            room = caps.room(
                batch.funding_account.code,
                limit=Money(limit, currency),
                left=Money(max(left, 0), currency),
                day=day,
            )
            facts[batch.pk].append(room)
