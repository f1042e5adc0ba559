"""What people do about a seller who is on hold because a restored database had lost payments: step 6 of
docs/runbooks/restore-from-backup.md, again from the beginning when somebody died half-way."""

from datetime import timedelta

from django.db.models import QuerySet

from payouts import countries
from payouts.models import Hold, OutsidePayment, Payout
from payouts.operations import givebacks, holds
from payouts.states import DEAD, UNSENT
from sellers.ledger.models import Adjustment, AdjustmentKind
from sellers.ledger.operations import adjustments
from sellers.models import Seller
from tests.simulate.world import World

PATIENCE = timedelta(minutes=20)
"""After which nothing is on its way any more that was handed over: a lease and the bank's ten minutes."""


def settle(world: World, hold_id: int) -> str:
    """Each lost payment of the seller is settled and the hold released, or people still wait for the bank's word."""
    hold = Hold.objects.get(pk=hold_id)
    assert hold.seller_id is not None
    for lost in OutsidePayment.objects.filter(seller_id=hold.seller_id).order_by("pk"):
        carried = _carried(world, lost)
        if carried is None:
            return f"{lost.end_to_end_id} is still on its way"
        if carried:
            _take_off(world, lost)
        _cancel_and_roll(world, Payout.objects.filter(reference=lost.payout_reference))
    _cancel_and_roll(world, Payout.objects.filter(seller_id=hold.seller_id))
    holds.release(hold_ids=[hold_id], actor=world.one("approver"), note="settled", now=world.clock.now)
    return f"seller {hold.seller_id}"


def _carried(world: World, lost: OutsidePayment) -> bool | None:
    """What the bank's people say; None while they cannot know."""
    if world.clock.now < (lost.handed_over_at or lost.found_at) + PATIENCE:
        return None
    return world.bank.carried(lost.end_to_end_id)


def _cancel_and_roll(world: World, payouts: QuerySet[Payout]) -> None:
    """What stands unsent is due again instead, so that the next run pays no more than what the adjustment leaves."""
    unsent = list(payouts.filter(status__in=UNSENT).values_list("pk", flat=True))
    if unsent:
        givebacks.cancel(payout_ids=unsent, actor=world.one("approver"), reason="lost", now=world.clock.now)
    for pk in payouts.filter(status__in=DEAD, disposal=None).values_list("pk", flat=True):
        givebacks.roll(payout_id=pk, actor=world.one("analyst"), now=world.clock.now)


def _take_off(world: World, lost: OutsidePayment) -> None:
    """The amount leaves the seller's balance: one person asks, with the bank's word, another grants. Once."""
    assert lost.seller_id is not None and lost.amount_minor is not None
    found = Adjustment.objects.filter(
        document_name=lost.end_to_end_id, account__seller_id=lost.seller_id
    ).first()
    if found is None:
        found = adjustments.request(
            seller_id=lost.seller_id,
            currency=lost.currency,
            kind=AdjustmentKind.ADJUSTMENT,
            amount_minor=-lost.amount_minor,
            reason="paid before the database was restored",
            document_name=lost.end_to_end_id,
            document=b"the bank's statement",
            actor=world.one("analyst"),
            now=world.clock.now,
        )
    if not found.decision:
        zone = countries.get(Seller.objects.get(pk=lost.seller_id).country).zone
        adjustments.decide(
            adjustment_id=found.pk,
            granted=True,
            note="",
            due_date=world.clock.now.astimezone(zone).date(),
            actor=world.one("approver"),
            now=world.clock.now,
        )
