"""What the state of its payouts and submissions means for a batch."""

from collections.abc import Iterable
from datetime import datetime

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from payouts.models import Batch, Payout, Submission
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus

_OPEN = (SubmissionStatus.PREPARED, SubmissionStatus.DELIVERING)


def advance(*, batch_ids: Iterable[int], now: datetime) -> None:
    """Each batch is SUBMITTED once nothing of it is to be handed over, SETTLED once all its payouts are at an end.

    Takes the batches' locks last: whoever comes second sees what the first one committed.
    """
    for batch_id in sorted(set(batch_ids)):
        batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch_id)
        inside = Payout.objects.filter(batch_id=batch_id)
        if batch.status == BatchStatus.SUBMITTING:
            waiting = inside.filter(status=PayoutStatus.BATCHED).exists()
            if waiting or Submission.objects.filter(batch_id=batch_id, status__in=_OPEN).exists():
                continue
            _set(batch, BatchStatus.SUBMITTED, now)
        if (
            batch.status == BatchStatus.SUBMITTED
            and not inside.filter(status=PayoutStatus.SUBMITTED).exists()
        ):
            _set(batch, BatchStatus.SETTLED, now)


def _set(batch: Batch, status: BatchStatus, now: datetime) -> None:
    batch.status, batch.status_at = status, now
    batch.save(update_fields=["status", "status_at"])
    recording.record(actor=SYSTEM, action=f"batch.{status.lower()}", subject=batch, now=now)
