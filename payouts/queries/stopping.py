"""What stops when a seller is held or suspended: the payouts not sent yet, and the batches that lose one."""

from dataclasses import dataclass

from payouts.models import Payout
from payouts.queries import tallies
from payouts.queries.tallies import Totals
from payouts.states import UNSENT, PayoutStatus


@dataclass(frozen=True)
class Stopping:
    """The seller's unsent payouts, those of them in a batch, and those batches' references."""

    unsent: Totals
    batched: Totals
    batches: list[str]


def of_seller(seller_id: int) -> Stopping:
    """What a hold or a suspension of this seller would stop now."""
    unsent = Payout.objects.filter(seller=seller_id, status__in=UNSENT)
    batched = unsent.filter(status=PayoutStatus.BATCHED)
    batches = batched.order_by("batch").values_list("batch__reference", flat=True).distinct()
    return Stopping(
        tallies.totals(tallies.counted(unsent)), tallies.totals(tallies.counted(batched)), list(batches)
    )
