"""What a payout and a batch can be, and THE table of what may follow what (HOUSE rulings 1 and 2).

Nothing else decides. Buttons, API verbs, the database trigger and the diagram come from here.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from backoffice.words import later


class PayoutStatus(TextChoices):
    PENDING_REVIEW = "PENDING_REVIEW", later("To review")
    REVIEWED = "REVIEWED", later("Awaiting approval")
    APPROVED = "APPROVED", later("Approved")
    BATCHED = "BATCHED", later("In a batch")
    SUBMITTED = "SUBMITTED", later("Submitted")
    PAID = "PAID", later("Paid")
    CANCELLED = "CANCELLED", later("Cancelled")
    FAILED = "FAILED", later("Failed")
    RETURNED = "RETURNED", later("Returned")


class BatchStatus(TextChoices):
    PROPOSED = "PROPOSED", later("Awaiting approval")
    APPROVED = "APPROVED", later("Approved")
    SUBMITTING = "SUBMITTING", later("Being submitted")
    SUBMITTED = "SUBMITTED", later("Submitted")
    SETTLED = "SETTLED", later("Settled")
    DISSOLVED = "DISSOLVED", later("Dissolved")


class SubmissionStatus(TextChoices):
    PREPARED = "PREPARED", later("Prepared")
    DELIVERING = "DELIVERING", later("Being handed over")
    ACCEPTED = "ACCEPTED", later("Accepted")
    REJECTED = "REJECTED", later("Rejected")
    UNKNOWN = "UNKNOWN", later("Unknown")


@dataclass(frozen=True)
class Move:
    """One allowed change of a payout's status.

    ``permission`` is who may make it; empty means only the program itself, as the consequence of a fact.
    ``button`` says whether people see a verb for it; ``blocked_by_hold`` whether an open hold, a suspended
    or an unverified seller stops it.
    """

    name: str
    source: PayoutStatus
    target: PayoutStatus
    permission: str = ""
    button: bool = False
    blocked_by_hold: bool = False


_S = PayoutStatus

TRANSITIONS: tuple[Move, ...] = (
    Move("review", _S.PENDING_REVIEW, _S.REVIEWED, "payouts.review_payout", button=True),
    Move("approve", _S.REVIEWED, _S.APPROVED, "payouts.approve_payout", button=True, blocked_by_hold=True),
    Move("batch", _S.APPROVED, _S.BATCHED, "payouts.propose_batch", blocked_by_hold=True),
    Move("submit", _S.BATCHED, _S.SUBMITTED, blocked_by_hold=True),
    Move("pay", _S.SUBMITTED, _S.PAID),
    Move("send_back", _S.REVIEWED, _S.PENDING_REVIEW, "payouts.send_back_payout", button=True),
    Move("send_back", _S.APPROVED, _S.PENDING_REVIEW, "payouts.send_back_payout", button=True),
    Move("send_back", _S.BATCHED, _S.PENDING_REVIEW, "payouts.send_back_payout", button=True),
    Move("take_out", _S.BATCHED, _S.APPROVED, "payouts.take_out_payout", button=True),
    Move("reject", _S.SUBMITTED, _S.APPROVED),
    Move("cancel", _S.PENDING_REVIEW, _S.CANCELLED, "payouts.cancel_payout", button=True),
    Move("cancel", _S.REVIEWED, _S.CANCELLED, "payouts.cancel_payout", button=True),
    Move("cancel", _S.APPROVED, _S.CANCELLED, "payouts.cancel_payout", button=True),
    Move("cancel", _S.BATCHED, _S.CANCELLED, "payouts.cancel_payout", button=True),
    Move("fail", _S.SUBMITTED, _S.FAILED),
    Move("return", _S.SUBMITTED, _S.RETURNED),
    Move("return", _S.PAID, _S.RETURNED),
    Move("return", _S.FAILED, _S.RETURNED),
)

DEAD = frozenset({_S.CANCELLED, _S.FAILED, _S.RETURNED})
OVER = DEAD | {_S.PAID}
"""Paid, or never to be."""
UNSENT = frozenset({_S.PENDING_REVIEW, _S.REVIEWED, _S.APPROVED, _S.BATCHED})

BATCH_TRANSITIONS: tuple[tuple[BatchStatus, BatchStatus], ...] = (
    (BatchStatus.PROPOSED, BatchStatus.APPROVED),
    (BatchStatus.PROPOSED, BatchStatus.DISSOLVED),
    (BatchStatus.APPROVED, BatchStatus.PROPOSED),  # a missed cut-off asks for approval again
    (BatchStatus.APPROVED, BatchStatus.SUBMITTING),
    (BatchStatus.APPROVED, BatchStatus.DISSOLVED),
    (BatchStatus.SUBMITTING, BatchStatus.SUBMITTED),
    (BatchStatus.SUBMITTED, BatchStatus.SETTLED),
)

SUBMISSION_TRANSITIONS: tuple[tuple[SubmissionStatus, SubmissionStatus], ...] = (
    (SubmissionStatus.PREPARED, SubmissionStatus.DELIVERING),
    (SubmissionStatus.DELIVERING, SubmissionStatus.ACCEPTED),
    (SubmissionStatus.DELIVERING, SubmissionStatus.REJECTED),
    (SubmissionStatus.DELIVERING, SubmissionStatus.UNKNOWN),
    (SubmissionStatus.UNKNOWN, SubmissionStatus.DELIVERING),  # the same bytes again, under the same key
    (SubmissionStatus.UNKNOWN, SubmissionStatus.ACCEPTED),
    (SubmissionStatus.UNKNOWN, SubmissionStatus.REJECTED),
)


def moves_named(name: str) -> tuple[Move, ...]:
    """Every edge that a verb stands for. Raises KeyError for a verb the table does not know."""
    found = tuple(move for move in TRANSITIONS if move.name == name)
    if not found:
        raise KeyError(name)
    return found


def buttons_for(status: str) -> tuple[Move, ...]:
    """The verbs people see on a payout in this status."""
    return tuple(move for move in TRANSITIONS if move.source == status and move.button)
