"""The first transaction of a submission: what goes out is decided, written down and leased (HOUSE ruling 8).

Everything is rechecked under the locks that holds take. What may not go leaves the batch with its reason; what was
never sealed stops it. After the commit the exact bytes stand in the database, whatever happens to the worker.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from backoffice.audit.errors import Refused
from payouts import digests, transports
from payouts.models import Batch, BatchItem, HoldReason, Payout
from payouts.operations import (
    _batches,
    _journal,
    _leases,
    _locks,
    _move,
    _parcels,
    _refused_accounts,
    batching,
    holds,
    switches,
)
from payouts.queries import blocks, caps, outside
from payouts.rails import base, registry
from payouts.states import BatchStatus, PayoutStatus

TOO_LATE = "Not sent: the cut-off passed before its turn. Put it into a new batch, for the next value date."


class SealBroken(Refused):
    """The batch holds something else than what its approver saw."""

    code = "seal_broken"


class CannotRender(Refused):
    """The rail makes no bytes of this batch, for a reason that is nobody's payout alone."""

    code = "cannot_render"


class NotHere(Refused):
    """No money goes over this rail here: it only pretends to pay, or the settings say no way to its other side."""

    code = "rail_not_allowed"


@dataclass
class Prepared:
    """What a worker may hand over now, and whether payouts of the batch still wait to be prepared."""

    leases: list[_leases.Lease] = field(default_factory=list)
    more: bool = False


@transaction.atomic(durable=True)
def prepare(*, batch_id: int, now: datetime) -> Prepared:
    """The next submissions of an approved batch stand as DELIVERING, their payouts SUBMITTED, their legs posted.

    A file takes the whole batch, calls take a chunk. A batch whose cut-off has passed is PROPOSED again; where it
    passes after the first chunk, the payouts that wait leave it. One that nothing is left of is DISSOLVED. Called
    twice, also at once, nothing is prepared twice. Raises `RailStopped`, `SealBroken`, `CannotRender`, `NotHere`;
    then nothing has changed.
    """
    _journal.begin()
    shape = Batch.objects.get(pk=batch_id)
    if not registry.allowed(shape.rail, production=settings.PRODUCTION):
        raise NotHere(
            f"{shape.reference} is not sent: {shape.rail} moves no real money. Dissolve the batch and pay its payouts "
            "over another rail."
        )
    lack = transports.missing(shape.rail)
    if lack:
        raise NotHere(f"{shape.reference} is not sent, it waits. {lack}", code="rail_without_way")
    capabilities = registry.get(shape.rail).capabilities
    fresh = shape.status == BatchStatus.APPROVED
    waiting = Payout.objects.filter(batch_id=batch_id, status=PayoutStatus.BATCHED).order_by("pk")
    one_go = fresh or capabilities.shape is base.Shape.FILE
    ids = waiting.values_list("pk", flat=True)
    locked = _locks.payouts(ids if one_go else ids[: capabilities.chunk_size])
    batch = Batch.objects.select_related("funding_account").select_for_update(of=("self",)).get(pk=batch_id)
    if batch.status not in (BatchStatus.APPROVED, BatchStatus.SUBMITTING):
        return Prepared()
    switches.require_open_way(batch.rail)
    if batch.status == BatchStatus.APPROVED:
        if now >= batch.cut_off_at:
            batching.ask_again(batch_id=batch.pk, actor=SYSTEM, now=now)
            return Prepared()
        _check_seal(batch)
    inside = [p for p in locked if p.batch_id == batch.pk and p.status == PayoutStatus.BATCHED]
    if now >= batch.cut_off_at:
        # Part of it went in time; the rest needs a new value date, and so a new approval.
        _take_out(inside, TOO_LATE, now)
        return Prepared(more=waiting.exists())
    refused = _refused_accounts.hold(payouts=Payout.objects.filter(pk__in=[p.pk for p in inside]), now=now)
    fine = _recheck(batch, [p for p in inside if p.pk not in refused], now)
    chunk = fine if capabilities.shape is base.Shape.FILE else fine[: capabilities.chunk_size]
    parcels = _ready(batch, chunk, now)
    going = [order.payout.pk for parcel in parcels for order in parcel.orders]
    more = waiting.exclude(pk__in=going).exists()
    if batch.status == BatchStatus.APPROVED:
        dissolved = not parcels and not more
        _begin(batch, BatchStatus.DISSOLVED if dissolved else BatchStatus.SUBMITTING, now)
    return Prepared(leases=_leases.take(batch=batch, parcels=parcels, now=now) if parcels else [], more=more)


def _check_seal(batch: Batch) -> None:
    """What is left of the batch is part of what was sealed.

    The seal is over the items as they were at the approval: those that are left and those that left afterwards. When
    each left is what its door wrote down, which may be a little before the approval that it waited for: so every
    moment at which items left is tried.
    """
    items = list(BatchItem.objects.filter(batch=batch).order_by("payout_id").values_list("digest", "left_at"))
    moments = sorted({left_at for _, left_at in items if left_at is not None}, reverse=True)
    for since in (None, *moments):
        inside = (d for d, left_at in items if left_at is None or (since is not None and left_at >= since))
        if digests.of_batch(inside) == batch.digest:
            return
    raise SealBroken(
        f"{batch.reference} is not what was approved: nothing was sent. Dissolve it and propose its payouts again."
    )


def _recheck(batch: Batch, payouts: Sequence[Payout], now: datetime) -> list[Payout]:
    """Those that may go. The others leave the batch: held ones stay approved, changed ones go back to review."""
    items = {
        item.payout_id: item
        for item in BatchItem.objects.filter(batch=batch, payout__in=payouts, left_at__isnull=True)
    }
    if len(items) < len(payouts):
        raise SealBroken(f"{batch.reference} holds payouts that nobody approved in it: nothing was sent.")
    blocked = blocks.of(payouts=payouts)
    lost = outside.known(payouts=payouts)
    fine: list[Payout] = []
    leaving: dict[tuple[str, str], list[Payout]] = defaultdict(list)
    for payout in payouts:
        item = items[payout.pk]
        if item.digest != digests.of_payout(payout):
            leaving["send_back", "It changed after its batch was approved."].append(payout)
        elif payout.pk in blocked:
            reason = blocked[payout.pk][0].reason
            leaving["take_out", f"Not sent: {reason}."].append(payout)
        elif payout.pk in lost:
            reason = (
                f"the bank was handed it as {lost[payout.pk]} before this database was restored. Cancel it"
            )
            leaving["take_out", f"Not sent: {reason}."].append(payout)
        else:
            fine.append(payout)
    fine = _within_caps(batch, fine, leaving)
    for (verb, reason), group in leaving.items():
        _take_out(group, reason, now, verb=verb)
    return fine


def _take_out(payouts: Sequence[Payout], reason: str, now: datetime, *, verb: str = "take_out") -> None:
    _batches.leave(payouts=payouts, because=reason, now=now)
    _move.change(name=verb, payouts=payouts, actor=SYSTEM, reason=reason, now=now)


def _within_caps(
    batch: Batch, payouts: Sequence[Payout], leaving: dict[tuple[str, str], list[Payout]]
) -> list[Payout]:
    """Those that the caps of payout, seller and day still let go; the others are to leave the batch, approved."""
    _locks.funding_account(batch.funding_account_id)
    over = caps.fit(payouts=payouts, funding=batch.funding_account, day=batch.value_date, lock=True).reasons
    for payout in payouts:
        if payout.pk in over:
            leaving["take_out", f"Not sent: {over[payout.pk]}."].append(payout)
    return [payout for payout in payouts if payout.pk not in over]


def _ready(batch: Batch, payouts: Sequence[Payout], now: datetime) -> list[_leases.Parcel]:
    """The bytes of those the rail can carry. Each of the others leaves the batch, on hold with what is wrong."""
    rail = registry.get(batch.rail)
    orders, refused = _parcels.orders(payouts=payouts, numbers=_leases.next_numbers(payouts))
    fine = []
    for order in orders:
        problems = rail.validate(order.instruction)
        if problems:
            refused.append((order.payout, " ".join(problems)))
        else:
            fine.append(order)
    made = _parcels.make(batch=batch, orders=fine, now=now) if fine else _parcels.Made()
    if made.problems:
        raise CannotRender(
            f"{batch.reference} cannot be sent over {batch.rail}: {' '.join(made.problems[:5])}"
        )
    for payout, why in (*refused, *made.refused):
        note = f"Not sent, {batch.rail} cannot carry it: {why}"
        holds.place_on(payouts=[payout], reason=HoldReason.RAIL_REJECTED, note=note, now=now)
    return made.parcels


def _begin(batch: Batch, status: BatchStatus, now: datetime) -> None:
    Batch.objects.filter(pk=batch.pk).update(status=status, status_at=now)
    deed = "batch.dissolve" if status == BatchStatus.DISSOLVED else "batch.submit"
    recording.record(actor=SYSTEM, action=deed, subject=batch, now=now)
