"""What all that a bank said about one attempt means together (HOUSE ruling 1). Pure; order of arrival is no input.

One order does matter, outside this fold: a rejection that is read first ends the attempt, and what is read later moves
its payout no more. Accepted, then rejected is FAILED; rejected, then accepted is APPROVED, on hold, with an incident.
"""

from collections.abc import Collection

from payouts.states import PayoutStatus

NEVER_LEFT = ("rejected", "never_sent")
"""Why an attempt ended without its money leaving: whatever is said of it later does not move its payout."""


def fold(kinds: Collection[str]) -> PayoutStatus:
    """The status that these kinds of `BankFact` add up to. APPROVED: proven never to have left.

    A rejection is the proof that nothing left only while it stands alone; after the bank had accepted, it means
    that the money was not delivered. Paid and not delivered, in any order, is RETURNED.
    """
    undelivered = "failed" in kinds or ("rejected" in kinds and ("accepted" in kinds or "paid" in kinds))
    if "returned" in kinds or ("paid" in kinds and undelivered):
        return PayoutStatus.RETURNED
    if undelivered:
        return PayoutStatus.FAILED
    if "paid" in kinds:
        return PayoutStatus.PAID
    return PayoutStatus.APPROVED if "rejected" in kinds else PayoutStatus.SUBMITTED
