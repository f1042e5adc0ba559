"""What of a batch would leave if it were sent now, and what keeps the rest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Sum

from payouts.models import Batch, CapKind, Payout
from payouts.queries import blocks, caps, holding
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

BEFORE_SENDING = (BatchStatus.PROPOSED, BatchStatus.APPROVED)
"""Of a batch: payouts may still leave it."""
_FEW = 20


@dataclass(frozen=True)
class Leaving:
    """How many payouts leave and what they add up to. ``kept`` are the others by id, a sentence for each; ``full`` are
    those of them that the cap of the funding account keeps, and ``room`` says how much is left of it. ``tight`` says of
    those that a cap keeps, not only holds and how sellers stand, which cap it is.
    """

    count: int
    money: Money
    kept: Mapping[int, str] = field(default_factory=dict)
    full: Mapping[int, str] = field(default_factory=dict)
    room: str = ""
    tight: Mapping[int, caps.Tight] = field(default_factory=dict)

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


def of_seller(*, batch: Batch, day: date, seller_id: int, within: Mapping[str, int]) -> Leaving:
    """The same of what nothing blocks of this seller, without reading the rest of a large batch; of the whole batch
    where the cap of its account may keep some of it. ``within`` are the caps in force (`caps.limits`).
    """
    inside, funding = holding.going().filter(batch=batch), batch.funding_account
    if CapKind.FUNDING_DAY in within:
        wanted = caps.promised(funding=funding, day=day, but=batch.pk)
        wanted += int(inside.aggregate(total=Sum("amount_minor"))["total"] or 0)
        if not caps.room_for(wanted, funding=funding, day=day, within=within):
            return of(batch=batch, day=day)
    theirs = list(inside.filter(seller_id=seller_id).only("seller_id", "amount_minor").order_by("pk"))
    verdict = caps.fit(payouts=theirs, funding=funding, day=day, within=_without_account(within))
    going = [payout.amount_minor for payout in theirs if payout.pk not in verdict.reasons]
    money = Money(sum(going), batch.currency)
    return Leaving(count=len(going), money=money, kept=verdict.reasons, tight=verdict.tight)


def nothing(*, batch: Batch, day: date, within: Mapping[str, int]) -> bool:
    """Whether something keeps back every payout in a batch of which the cap of its account keeps none.

    A few are looked at first: that one of them leaves, or one of its seller's before it, is the rule.
    """
    few = list(holding.going().filter(batch=batch).only("seller_id", "amount_minor")[:_FEW])
    within = _without_account(within)
    kept = caps.fit(payouts=few, funding=batch.funding_account, day=day, within=within).reasons
    return len(kept) == len(few) and not of(batch=batch, day=day).count


def _without_account(within: Mapping[str, int]) -> dict[str, int]:
    return {kind: limit for kind, limit in within.items() if kind != CapKind.FUNDING_DAY}


def leaves(batch: Batch, day: date) -> Leaving:
    """What leaves with the batch if it is sent for that value date now; all of it once it is sent."""
    return of(batch=batch, day=day) if batch.status in BEFORE_SENDING else whole(batch)


def whole(batch: Batch) -> Leaving:
    """All that is in the batch: of one that was sent, or will not be, nothing is kept back any more."""
    return Leaving(batch.item_count, Money(batch.total_minor, batch.currency))
