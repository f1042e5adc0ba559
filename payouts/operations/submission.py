"""Submitting a batch: prepare and commit, call outside every transaction, record. The whole protocol in one place."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from payouts.models import Batch
from payouts.operations import (
    _doorbell,
    _progress,
    _restored,
    answering,
    checking,
    delivering,
    incidents,
    preparing,
)
from payouts.operations._watch import Watch

_BROKEN = "cannot_prepare"
_BUDGET = timedelta(minutes=1)
"""How long one task works through the chunks of one batch before it rings for the next."""


def submit(*, batch_id: int, now: datetime) -> None:
    """An approved batch is on its way: every payout that may go has been handed over, or is UNKNOWN.

    A duplicate call, or two at once, changes nothing twice. Raises `switches.RailStopped` while the rail is stopped,
    and `preparing.SealBroken`, `preparing.CannotRender` or `preparing.NotHere`; these and whatever else goes wrong
    open an incident, and the batch waits as it was.
    """
    watch = Watch(now)
    while True:
        prepared = _prepare(batch_id=batch_id, now=watch.now())
        if prepared.leases:
            answers = delivering.deliver(leases=prepared.leases, watch=watch)
            given = [answering.Given(lease.submission_id, lease.fence, answer) for lease, answer in answers]
            answering.record(given=given, now=watch.now())
        if not prepared.more:
            break
        if watch.now() - now > _BUDGET:
            _doorbell.ring("submit_batch", batch_id=batch_id)
            return
    advance(batch_id=batch_id, now=watch.now())


def _prepare(*, batch_id: int, now: datetime) -> preparing.Prepared:
    _restored.stop_if_restored(now=now)
    try:
        prepared = preparing.prepare(batch_id=batch_id, now=now)
    except (preparing.SealBroken, preparing.CannotRender, preparing.NotHere) as error:
        _tell(batch_id, error.code, str(error), now)
        raise
    except Refused:
        raise
    except Exception as error:  # whatever it is, a batch that never goes out must not go unseen
        checking.audit_works(now=now)
        text = (
            f"B{batch_id} cannot be prepared ({type(error).__name__}): nothing was sent. It is tried again; if that "
            "does not help, ask who runs the program to look at its log."
        )
        _tell(batch_id, _BROKEN, text, now)
        raise
    if prepared.leases:
        keys = [f"{code}:{batch_id}" for code in (_BROKEN, "rail_without_way")]
        incidents.over(keys=keys, note=_("It was prepared after all."), now=now)
    return prepared


def _tell(batch_id: int, code: str, text: str, now: datetime) -> None:
    rail = Batch.objects.values_list("rail", flat=True).get(pk=batch_id)
    incidents.open_one(code=code, key=f"{code}:{batch_id}", text=text, rail=rail, now=now)


def advance(*, batch_id: int, now: datetime) -> None:
    """The batch's status says how far its payouts and submissions are."""
    with transaction.atomic():
        _progress.advance(batch_ids=[batch_id], now=now)
