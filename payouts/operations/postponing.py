"""The value date of a batch whose cut-off passed before it was approved."""

from datetime import datetime

from django.db import transaction

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from payouts import countries
from payouts.models import Batch
from payouts.queries.explain import deadline
from payouts.states import BatchStatus

FIELDS = ("value_date", "cut_off_at", "proposed_for")
"""What `to_next` changes."""


def to_next(batch: Batch, now: datetime) -> None:
    """The batch, locked by its caller who saves it, is for the cut-off and value date that it can still reach.

    The value date that it was proposed for is kept. The next one may be earlier, where a country pays faster now.
    """
    was = batch.value_date
    batch.cut_off_at, batch.value_date = deadline(batch, now)
    if batch.value_date > was and batch.proposed_for is None:
        batch.proposed_for = was


def overdue(*, now: datetime) -> list[int]:
    """Proposed batches whose cut-off has passed, and whose country says when the next one is."""
    waiting = Batch.objects.filter(status=BatchStatus.PROPOSED, cut_off_at__lte=now).order_by("pk")
    return [pk for pk, country in waiting.values_list("pk", "country") if countries.is_open(country)]


@transaction.atomic
def postpone(*, batch_id: int, now: datetime) -> None:
    """The proposed batch, if its cut-off has passed, is for the next one; whoever approves it sees that first."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.status != BatchStatus.PROPOSED or now < batch.cut_off_at:
        return
    was = batch.value_date
    to_next(batch, now)
    batch.save(update_fields=FIELDS)
    if batch.value_date != was:
        data = {"value_date": was.isoformat(), "moved_to": batch.value_date.isoformat()}
        recording.record(actor=SYSTEM, action="batch.missed_cut_off", subject=batch, data=data, now=now)
