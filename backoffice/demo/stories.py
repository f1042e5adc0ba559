"""What is particular: holds on sellers, changed accounts, an adjustment, notes, one payment nobody knows the
fate of.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backoffice.demo import accounts as simulated
from backoffice.demo.rounds import Desk
from backoffice.demo.sellers import Cast
from payouts import countries
from payouts.models import Batch, HoldReason, Payout
from payouts.operations import accounts, givebacks, holds, review
from sellers import operations
from sellers.ledger.models import AdjustmentKind
from sellers.ledger.operations import adjustments

_DOCUMENT = b"Demo document. In real life: the carrier's claim decision as a PDF."
_NOTES = (
    "Asks by e-mail when the money comes. Told: Thursday, if the bank works.",
    "Moved to a new warehouse; invoices go to the old address until the end of the month.",
    "Speaks no English on the phone, writes it well.",
    "Had a chargeback wave in spring; won most of them.",
)


def change_accounts(
    desk: Desk, cast: Cast, *, part: str, verified_after: timedelta | None, now: datetime
) -> None:
    """The sellers of a part ask for another account; compliance confirms it ``verified_after``."""
    for seller in cast.parts[part]:
        country = countries.get(seller.country)
        wish = simulated.wish(seller, country, seed=900_001 + seller.pk)
        version = accounts.request(
            seller_id=seller.pk,
            currency=country.currency,
            fields=wish.fields,
            holder_name=seller.name,
            country=country.code,
            actor=desk.staff["analyst3"],
            now=now,
        )
        if verified_after is not None:
            note = "Called back on the number we had before; they confirmed the last four digits."
            accounts.decide(
                version_id=version.pk,
                verified=True,
                actor=desk.staff["compliance2"],
                note=note,
                now=now + verified_after,
            )


def stop_sellers(desk: Desk, cast: Cast, *, now: datetime) -> None:
    """Two are suspended, two are on hold with everything they have; for one, the release waits for compliance."""
    for seller, reason in zip(
        cast.parts["suspended"],
        ("Sold devices reported as stolen; police case open.", "Does not answer the yearly identity check."),
        strict=True,
    ):
        operations.suspend(seller_id=seller.pk, reason=reason, actor=desk.staff["compliance2"], now=now)
    for seller in cast.parts["seller_hold"]:
        holds.hold_seller(
            seller_id=seller.pk,
            actor=desk.staff["compliance2"],
            reason=HoldReason.FRAUD_SUSPECTED,
            note="Forty orders to one address within a day. Payments wait until the buyers are checked.",
            now=now,
        )
    checked = cast.parts["seller_hold"][0].holds.get(released_at=None)
    holds.release(
        hold_ids=[checked.pk],
        actor=desk.staff["approver2"],
        note="It is a school that bought for its pupils; the order and its letter are in the ticket.",
        now=now + timedelta(hours=1),
    )


def verify_late(desk: Desk, cast: Cast, *, lands: Sequence[str], now: datetime) -> None:
    """New sellers of these countries are verified after the newest run, so that on every day somebody can be paid."""
    for seller in cast.parts["verified_late"]:
        if seller.country in lands:
            operations.verify(
                seller_id=seller.pk,
                passed=True,
                note="The register extract came; name and tax number match.",
                actor=desk.staff["compliance2"],
                now=now,
            )


def write_notes(desk: Desk, cast: Cast, *, now: datetime) -> None:
    """Support wrote down what sellers said."""
    for turn, seller in enumerate(cast.parts["noted"]):
        operations.annotate(
            seller_id=seller.pk,
            text=_NOTES[turn % len(_NOTES)],
            actor=desk.staff["support2"],
            now=now - timedelta(days=2 * turn),
        )


def ask_adjustments(desk: Desk, cast: Cast, *, now: datetime) -> None:
    """One adjustment was granted, one refused, one waits for the second person."""
    for turn, seller in enumerate(cast.parts["adjustment"]):
        country = countries.get(seller.country)
        asked = adjustments.request(
            seller_id=seller.pk,
            currency=country.currency,
            kind=AdjustmentKind.ADJUSTMENT,
            amount_minor=4_990,
            reason="The carrier lost the parcel; its insurance paid us, and the money is the seller's.",
            document_name="claim-decision.txt",
            document=_DOCUMENT,
            actor=desk.staff["analyst2"],
            now=now - timedelta(days=6 - 2 * turn),
        )
        if turn < 2:
            adjustments.decide(
                adjustment_id=asked.pk,
                granted=turn == 0,
                note="" if turn == 0 else "The claim is about another seller's parcel.",
                due_date=(now - timedelta(days=5)).date(),
                actor=desk.staff["approver2"],
                now=now - timedelta(days=5 - 2 * turn),
            )


def lose_one(desk: Desk, batches: Sequence[Batch]) -> None:
    """One payment of these batches will be lost on its way to the bank, so that nobody knows what became of
    it.
    """
    inside = Payout.objects.filter(batch__in=batches, attempts=None).order_by("-amount_minor")
    for chosen in inside[:1]:
        desk.bank.deaf_to.add(f"{chosen.reference}A1")


def cancel_one(desk: Desk, *, ids: list[int], now: datetime) -> None:
    """One payout is cancelled with a reason, its amount waits to be disposed of."""
    if ids:
        reason = "The seller's orders of this week were all sent back: nothing of it is owed."
        givebacks.cancel(payout_ids=ids[:1], actor=desk.staff["approver"], reason=reason, now=now)


def send_back_one(desk: Desk, *, ids: list[int], now: datetime) -> None:
    """An approver was not convinced; an analyst looks again."""
    if ids:
        reason = "The refunds of Tuesday are not explained. Ask the seller and note the answer here."
        review.send_back(payout_ids=ids[:1], actor=desk.staff["approver2"], reason=reason, now=now)
        review.annotate(
            payout_id=ids[0],
            actor=desk.staff["analyst2"],
            text="Asked the seller; they answer by Friday.",
            now=now,
        )
