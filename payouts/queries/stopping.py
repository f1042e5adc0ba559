"""Which payouts not sent yet stop, or go on, by a deed on their seller, and the batches that lose one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.words import number
from payouts.models import Hold, Payout
from payouts.queries import holding, tallies
from payouts.queries.tallies import Totals
from payouts.states import UNSENT, PayoutStatus
from sellers.ledger import written
from sellers.ledger.money import Money
from sellers.models import Seller


@dataclass(frozen=True)
class Batched:
    """The seller's payouts in a batch, and those batches' references."""

    payouts: Totals
    batches: list[str]


@dataclass(frozen=True)
class Split:
    """The seller's unsent payouts: those that nothing but the seller's standing stops, and those that something else
    stops, too.
    """

    free: Totals
    stopped: Totals


def unsent(*, seller: Seller) -> Totals:
    """What a hold or a suspension of this seller would stop now."""
    return tallies.totals(tallies.counted(_unsent(seller)))


def batched(*, seller: Seller) -> Batched:
    """What of it is in batches."""
    rows = _unsent(seller).filter(status=PayoutStatus.BATCHED)
    batches = rows.order_by("batch").values_list("batch__reference", flat=True).distinct()
    return Batched(tallies.totals(tallies.counted(rows)), list(batches))


def split(*, seller: Seller) -> Split:
    """What goes on where the seller stands as ``seller`` does, saved or not, and what does not, as holds are now."""
    every = _unsent(seller)
    return _split(every, holding.not_held(every) if seller.is_payable else None)


def released(*, hold_ids: Collection[int]) -> Split:
    """Of what these open holds stop, unsent: what goes on once they are released, and what something else stops."""
    holds = Hold.objects.filter(pk__in=hold_ids, released_at__isnull=True)
    own = holds.filter(payout__isnull=False).values_list("payout", flat=True)
    of_sellers = holds.filter(seller__isnull=False).values_list("seller", flat=True)
    every = Payout.objects.filter(Q(pk__in=list(own)) | Q(seller__in=list(of_sellers)), status__in=UNSENT)
    return _split(every, every.filter(holding.free(without=hold_ids)))


def words(found: Split) -> list[str]:
    """What goes on, and what does not, each as a sentence with how many and how much."""
    going = ngettext(
        "{n} payout that is not sent yet goes on: {sums}.",
        "{n} payouts that are not sent yet go on: {sums}.",
        found.free.count,
    )
    return [*(counted(going, found.free) or [_("No payout goes on by it.")]), *still(found)]


def still(found: Split) -> list[str]:
    """What something else stops, as a sentence; nothing where there is none."""
    told = ngettext(
        "{n} payout that is not sent yet is stopped by something else, and stays so: {sums}.",
        "{n} payouts that are not sent yet are stopped by something else, and stay so: {sums}.",
        found.stopped.count,
    )
    return counted(told, found.stopped)


def counted(told: str, found: Totals, **more: str) -> list[str]:
    """The sentence with count and sums; nothing where there are none."""
    return [told.format(n=number(found.count), sums=sums_of(found.sums), **more)] if found.count else []


def sums_of(sums: Sequence[Money]) -> str:
    """Amounts beside each other, one a currency."""
    return ", ".join(written.text(each) for each in sums)


def _split(every: "QuerySet[Payout]", free_ones: "QuerySet[Payout] | None") -> Split:
    all_of_them, free = tallies.counted(every), {} if free_ones is None else tallies.counted(free_ones)
    rest = {
        currency: (count - free.get(currency, (0, 0))[0], minor - free.get(currency, (0, 0))[1])
        for currency, (count, minor) in all_of_them.items()
    }
    return Split(tallies.totals(free), tallies.totals(rest))


def _unsent(seller: Seller) -> "QuerySet[Payout]":
    return Payout.objects.filter(seller=seller.pk, status__in=UNSENT)
