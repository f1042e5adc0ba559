"""What ends each block of a payout, and who does it: the release of a hold, by its reason, and what lifts a bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.words import later, sentences
from payouts.models import Hold, HoldReason, Payout
from payouts.models.hold import FOR_COMPLIANCE
from payouts.queries import blocks, explain, holds
from payouts.queries.why import details
from payouts.queries.why.acting import COMPLIANCE, RELEASERS, SELLER_THEN_COMPLIANCE, TWO
from payouts.queries.why.causes import OF_DETAILS, Cause

_JUDGED = later("Compliance decides, and a second person confirms; tell the seller nothing of it.")

# Who has to act on a hold of each reason, and what ends it.
HOLDS: Mapping[HoldReason, tuple[str, str]] = {
    HoldReason.ACCOUNT_CHANGE: (
        TWO,
        later("Once it is known which account is right, one person asks for its release, another confirms."),
    ),
    HoldReason.ACCOUNT_REFUSED: (
        SELLER_THEN_COMPLIANCE,
        later(
            "Ask the seller for new bank details. It ends when they are verified and in "
            "effect, or when an approver or compliance knows that the account is right."
        ),
    ),
    HoldReason.AMOUNT_UNUSUAL: (
        RELEASERS,
        later("The hold is released once the amount was compared with what was sold."),
    ),
    HoldReason.DISPUTE: (RELEASERS, later("The hold is released when the dispute is settled.")),
    HoldReason.DOCUMENTS: (
        RELEASERS,
        later("The hold is released when the documents named in its note are there."),
    ),
    HoldReason.FRAUD_SUSPECTED: (COMPLIANCE, _JUDGED),
    HoldReason.COMPLIANCE: (COMPLIANCE, _JUDGED),
    HoldReason.RAIL_REJECTED: (
        RELEASERS,
        later("The hold is released when what the bank refused is mended."),
    ),
    HoldReason.SELLER_REQUEST: (RELEASERS, later("The hold is released when the seller asks for the money.")),
    HoldReason.OTHER: (RELEASERS, later("The hold is released when what its note asks for is found out.")),
}


@dataclass(frozen=True)
class Step:
    """What ends a block, sentence by sentence, and who does it. ``start`` is when it ends: by itself, or at the
    earliest once new bank details may be paid; None while nobody can say.
    """

    words: Sequence[str]
    actor: str
    cause: Cause
    start: datetime | None = None


def over(steps: Sequence[Step], now: datetime) -> datetime | None:
    """When the last of what blocks ends; None while nobody can say of one."""
    starts = [step.start for step in steps if step.start is not None]
    return max([now, *starts]) if len(starts) == len(steps) else None


def step(*, payout: Payout, block: blocks.Block, now: datetime) -> Step:
    """What ends the block, who does it, and why it is."""
    if block.hold is None:
        return Step((), COMPLIANCE, Cause(block.code.removeprefix("seller_")))
    hold = block.hold
    cause = Cause(f"held_{hold.reason}")
    if cause in OF_DETAILS and hold.placed_by_id is None:
        given = _given(payout, cause, now)
        if given is not None:
            return given
    actor, words = ends(hold)
    zone = explain.zone_of(payout.country)
    if hold.until is not None:
        words = sentences(
            words, _("It ends by itself {until}.").format(until=explain.clock(hold.until, zone))
        )
    elif actor == SELLER_THEN_COMPLIANCE:
        return Step((words, details.given_now(zone=zone, now=now)), actor, cause)
    return Step((words,), actor, cause, hold.until)


def ends(hold: Hold) -> tuple[str, str]:
    """Who has to act on this open hold, and what ends it: the second person, once its release is asked for."""
    actor, words = HOLDS[HoldReason(hold.reason)]
    request = holds.waiting_requests().filter(hold=hold).select_related("asked_by").first()
    if request is None:
        return actor, words
    name = request.asked_by.get_full_name() or request.asked_by.get_username()
    judges = "payouts.judge_hold" in authority.permissions_of(request.asked_by_id)
    actor = COMPLIANCE if hold.reason in FOR_COMPLIANCE and not judges else RELEASERS
    quiet = _("Tell the seller nothing of it.") if hold.reason in FOR_COMPLIANCE else ""
    asked = _("{name} asked for its release, which another person has to confirm.").format(name=name)
    return actor, sentences(asked, quiet)


def _given(payout: Payout, cause: Cause, now: datetime) -> Step | None:
    """The same for the program's own hold, of the change or of the account that sent money back, while new details are
    given and not in effect: both wait for them.
    """
    new = details.awaited(payout=payout, now=now)
    if new is None:
        return None
    if new.code == details.TO_COME:
        words = _(
            "The new account {masked} is verified and in effect from {start}; the hold ends then."
        ).format(masked=new.masked, start=new.start)
        return Step((words,), _("nobody"), Cause.HELD_ACCOUNT_CHANGE, new.earliest)
    verifies = details.verifies(new)
    if cause is Cause.HELD_ACCOUNT_REFUSED:
        after = _(
            "The new bank details are given already: ask the seller for others only if they are rejected."
        )
    else:
        after = _("The hold ends when it is in effect, or rejected.")
    return Step((verifies, after), COMPLIANCE, Cause.HELD_ACCOUNT_CHANGE, new.earliest)
