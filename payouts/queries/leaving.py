"""What of a batch would leave if it were sent now, and what keeps the rest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from payouts.models import Batch, Payout
from payouts.queries import blocks, caps, holding
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

BEFORE_SENDING = (BatchStatus.PROPOSED, BatchStatus.APPROVED)
"""Of a batch: payouts may still leave it."""


@dataclass(frozen=True)
class Leaving:
    """How many payouts leave and what they add up to. ``kept`` are the others by id, a sentence for each; ``full`` are
    those of them that the cap of the funding account keeps, and ``room`` says how much is left of it. ``tight`` says
    which cap keeps them; what holds and how sellers stand keep is not in it.
    """

    count: int
    money: Money
    kept: Mapping[int, str] = field(default_factory=dict)
    full: Mapping[int, str] = field(default_factory=dict)
    room: str = ""
    tight: Mapping[int, caps.Tight] = field(default_factory=dict)

    @property
    def capped(self) -> bool:
        """Some cap keeps some of them."""
        return bool(self.tight)

    @property
    def kept_seal(self) -> str:
        """Which payouts are kept, in short: a page carries it, so that it tells when what leaves has changed."""
        return hashlib.sha256(",".join(str(pk) for pk in sorted(self.kept)).encode()).hexdigest()


def of(*, batch: Batch, day: date) -> Leaving:
    """What would leave if the batch were sent for that value date now.

    As where it is sent (`operations.preparing`), what is blocked goes out first and takes no room of the caps. Counted
    as leaving is what only turns out there: payees with refused bank details, payouts that are no longer as they were
    sealed, those that the bank knows from before a restore, and those that the rail cannot carry.
    """
    batched = Payout.objects.filter(batch=batch, status=PayoutStatus.BATCHED)
    stopped = batched.filter(holding.blocked()).only("seller_id")
    blocked = {pk: each[0].reason for pk, each in blocks.of(payouts=stopped).items()}
    inside = list(batched.only("seller_id", "amount_minor").order_by("pk"))
    verdict = caps.fit(
        payouts=[payout for payout in inside if payout.pk not in blocked],
        funding=batch.funding_account,
        day=day,
        promised_minor=caps.promised(funding=batch.funding_account, day=day, but=batch.pk),
    )
    kept = blocked | verdict.reasons
    going = [payout.amount_minor for payout in inside if payout.pk not in kept]
    return Leaving(
        count=len(going),
        money=Money(sum(going), batch.currency),
        kept=kept,
        full=verdict.full,
        room=verdict.room,
        tight=verdict.tight,
    )


def leaves(batch: Batch, day: date) -> Leaving:
    """What leaves with the batch if it is sent for that value date now; all of it once it is sent."""
    return of(batch=batch, day=day) if batch.status in BEFORE_SENDING else whole(batch)


def whole(batch: Batch) -> Leaving:
    """All that is in the batch: of one that was sent, or will not be, nothing is kept back any more."""
    return Leaving(batch.item_count, Money(batch.total_minor, batch.currency))
