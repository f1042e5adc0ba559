"""What leaving a batch means for the batch, whoever makes a payout leave."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from payouts.models import Batch, BatchItem, Payout


def leave(*, payouts: Sequence[Payout], because: str, now: datetime) -> None:
    """The payouts' items are marked as left, and the batches count without them. Their status is the caller's."""
    if not payouts:
        return
    BatchItem.objects.filter(payout_id__in=[p.pk for p in payouts], left_at__isnull=True).update(
        left_at=now, left_because=because
    )
    for batch_id in sorted({p.batch_id for p in payouts if p.batch_id is not None}):
        leaving = [p for p in payouts if p.batch_id == batch_id]
        Batch.objects.filter(pk=batch_id).update(
            item_count=F("item_count") - len(leaving),
            total_minor=F("total_minor") - sum(p.amount_minor for p in leaving),
        )
