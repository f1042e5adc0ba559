"""The places where payouts are listed."""

from dataclasses import dataclass

from django.urls import reverse

from payouts.states import PayoutStatus


@dataclass(frozen=True)
class Place:
    """One place where payouts are listed: what it selects, and the verbs people use there, with their keys."""

    name: str
    title: str
    lead: str
    status: PayoutStatus | None
    verbs: tuple[tuple[str, str, str, str], ...]
    empty: tuple[str, str]


PLACES = {
    place.name: place
    for place in (
        Place(
            "review",
            "Review",
            "They wait for a first look.",
            PayoutStatus.PENDING_REVIEW,
            (("hold", "Hold", "h", "stop"), ("review", "Mark reviewed", "r", "main")),
            ("Nothing to review", "Every payout has been looked at. The next run brings new ones."),
        ),
        Place(
            "approvals",
            "Approvals",
            "They were reviewed and wait for a second person.",
            PayoutStatus.REVIEWED,
            (
                ("send_back", "Send back", "", ""),
                ("hold", "Hold", "h", "stop"),
                ("approve", "Approve", "a", "main"),
            ),
            ("Nothing to approve", "Every reviewed payout has been approved."),
        ),
        Place(
            "list",
            "Payouts",
            "Every payout, newest first.",
            None,
            (
                ("hold", "Hold", "h", "stop"),
                ("cancel", "Cancel", "", ""),
                ("batch", "Put into batches", "", "main"),
            ),
            ("No payout matches", "Take a filter away, or run payouts."),
        ),
    )
}


def url_of(place: str) -> str:
    """The address of the place of this name."""
    return reverse(f"admin:payouts_payout_{place}")
