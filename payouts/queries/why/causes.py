"""Why something is not paid, as a name; and the paragraph that says it with the facts it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from payouts.states import PayoutStatus
from sellers.ledger.money import Money


class Cause(StrEnum):
    """Every reason that a paragraph can give. For colleagues: what a seller is told stands in `letters`."""

    # The seller, whatever is owed.
    SUSPENDED = "suspended"
    UNVERIFIED = "unverified"
    # A hold, by its reason.
    HELD_ACCOUNT_CHANGE = "held_account_change"
    HELD_ACCOUNT_REFUSED = "held_account_refused"
    HELD_AMOUNT_UNUSUAL = "held_amount_unusual"
    HELD_DISPUTE = "held_dispute"
    HELD_DOCUMENTS = "held_documents"
    HELD_FRAUD_SUSPECTED = "held_fraud_suspected"
    HELD_COMPLIANCE = "held_compliance"
    HELD_RAIL_REJECTED = "held_rail_rejected"
    HELD_SELLER_REQUEST = "held_seller_request"
    HELD_OTHER = "held_other"
    # A payout on its way to the bank.
    TO_REVIEW = "to_review"
    TO_APPROVE = "to_approve"
    OVER_CAP = "over_cap"
    TO_BATCH = "to_batch"
    BANK_REFUSED = "bank_refused"
    BATCH_TO_APPROVE = "batch_to_approve"
    CUT_OFF_MISSED = "cut_off_missed"
    RAIL_STOPPED = "rail_stopped"
    CAPPED = "capped"
    LEAVING = "leaving"
    # A payout at the bank.
    UNKNOWN = "unknown"
    WITH_THE_BANK = "with_the_bank"
    LATE = "late"
    RECALL_ASKED = "recall_asked"
    KNOWN_OUTSIDE = "known_outside"
    PAID = "paid"
    # A payout that died, its money not disposed of.
    CANCELLED = "cancelled"
    DETAILS_REFUSED = "details_refused"
    CAME_BACK = "came_back"
    # Money that is in no payout.
    COUNTRY_CLOSED = "country_closed"
    OTHER_CURRENCY = "other_currency"
    NO_ACCOUNT = "no_account"
    ACCOUNT_TO_VERIFY = "account_to_verify"
    ACCOUNT_WAITS = "account_waits"
    NEGATIVE = "negative"
    NOT_DUE = "not_due"
    UNDER_MINIMUM = "under_minimum"
    NEXT_RUN = "next_run"
    NOTHING_OWED = "nothing_owed"
    ORDER_CANCELS_OUT = "order_cancels_out"


OF_DETAILS = frozenset({Cause.HELD_ACCOUNT_REFUSED, Cause.HELD_ACCOUNT_CHANGE})
"""Holds that new bank details end."""

# What the seller is to learn nothing of, whatever else they could be told; of another reason only its note knows.
QUIET = frozenset({Cause.SUSPENDED, Cause.HELD_FRAUD_SUSPECTED, Cause.HELD_COMPLIANCE, Cause.HELD_OTHER})
# What the seller is asked for, first what takes longest.
_ASKED = (
    Cause.DETAILS_REFUSED,
    Cause.HELD_ACCOUNT_REFUSED,
    Cause.HELD_DOCUMENTS,
    Cause.HELD_SELLER_REQUEST,
)


def most_secret(causes: Sequence[Cause]) -> Cause:
    """Of all that blocks, the cause that decides what the seller is told.

    What they may not know comes before everything. Else they are asked for what only they can give, whatever takes its
    course besides. That new bank details are paid from a day is told only where nothing else blocks.
    """
    quiet = [cause for cause in causes if cause in QUIET]
    asked = [cause for cause in _ASKED if cause in causes]
    rest = [cause for cause in causes if cause is not Cause.HELD_ACCOUNT_CHANGE]
    return (quiet or asked or rest or causes)[0]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a text for the seller may mention. Days are those of the seller's country.

    ``on`` is when it happened or becomes due; ``until`` when it is to have arrived, or what comes next begins.
    ``paid`` is for colleagues only: the value date that the paragraph names, if all that is left to do is done in time;
    None where something stops it and nobody can say until when.
    """

    reference: str = ""
    sent_as: str = ""
    """What the seller's bank calls the payment (P48213A1); empty before it is sent."""
    money: Money | None = None
    on: date | None = None
    until: date | None = None
    account: str = ""
    minimum: Money | None = None
    missing: Money | None = None
    paid: date | None = None


@dataclass(frozen=True)
class Explanation:
    """``text`` is the paragraph; ``actor`` who has to act ("compliance", "the bank", "the schedule", "nobody").

    ``status`` is that of the payout it ends with; empty where there is none. ``shared`` is what is true of all payouts
    that the same thing stops (`alike`); empty where the paragraph says something of this one only. ``actors`` are each
    of whom ``actor`` names several, for whoever names others beside them (`acting.together`).
    """

    text: str
    actor: str
    cause: Cause
    facts: Facts = field(default_factory=Facts)
    status: PayoutStatus | None = None
    shared: str = ""
    actors: Sequence[str] = ()
