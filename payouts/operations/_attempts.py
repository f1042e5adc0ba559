"""How an attempt ends, and its money with it. One key for all ends, so that money is given back once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backoffice.audit.actors import SYSTEM
from payouts.models import Attempt, HoldReason, Payout
from payouts.operations import _account_change, _batches, _move, holds
from sellers.ledger.models import Account, Book
from sellers.ledger.operations import posting


def not_sent(
    *, payouts: Sequence[Payout], attempts: Mapping[int, Attempt], because: str, reason: str, now: datetime
) -> list[int]:
    """The money of these SUBMITTED payouts is proven not to have left: APPROVED again, on hold, reserved as before.

    Where another bank account has taken effect meanwhile, to review again and to that account. ``attempts`` maps a
    payout's id to its live attempt. The payouts are locked. A person releases the hold.
    """
    fine = list(payouts)
    _batches.leave(payouts=fine, because=reason, now=now)
    moved = _move.change(name="reject", payouts=fine, actor=SYSTEM, reason=reason, now=now)
    _end(payouts=fine, attempts=attempts, because=because, book=Book.RESERVED, now=now)
    for payout in fine:
        payout.refresh_from_db(fields=["status", "batch"])
    _account_change.catch_up(payouts=fine, now=now)
    holds.place_on(payouts=fine, reason=HoldReason.RAIL_REJECTED, note=reason, now=now)
    return moved


def give_back(
    *, payouts: Sequence[Payout], attempts: Mapping[int, Attempt], because: str, now: datetime
) -> None:
    """The money of these attempts is the seller's again, to be reissued or rolled; once, whichever fact came first."""
    _end(payouts=payouts, attempts=attempts, because=because, book=Book.PAYABLE, now=now)


def _end(
    *, payouts: Sequence[Payout], attempts: Mapping[int, Attempt], because: str, book: Book, now: datetime
) -> None:
    chosen = [(payout, attempts[payout.pk]) for payout in payouts]
    posting.post(
        postings=[
            posting.transfer(
                key=f"attempt:{attempt.pk}:given_back",
                kind="given_back",
                debit=Book.IN_TRANSIT,
                credit=book,
                amount_minor=attempt.amount_minor,
                account=Account(pk=payout.account_id, currency=payout.currency),
                payout_ref=str(payout.reference),
            )
            for payout, attempt in chosen
        ],
        now=now,
    )
    ids = [attempt.pk for _, attempt in chosen]
    Attempt.objects.filter(pk__in=ids, ended_at__isnull=True).update(ended_at=now)
    Attempt.objects.filter(pk__in=ids).update(ended_because=because, gave_back=True)
