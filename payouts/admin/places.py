"""The places where payouts are listed."""

from dataclasses import dataclass

from django.urls import reverse

from backoffice.words import later
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
            later("Review"),
            later("They wait for a first look."),
            PayoutStatus.PENDING_REVIEW,
            (("hold", later("Hold"), "h", "stop"), ("review", later("Mark reviewed"), "r", "main")),
            (
                later("Nothing to review"),
                later("Every payout has been looked at. The next run brings new ones."),
            ),
        ),
        Place(
            "approvals",
            later("Approvals"),
            later("They were reviewed and wait for a second person."),
            PayoutStatus.REVIEWED,
            (
                ("send_back", later("Send back"), "", ""),
                ("hold", later("Hold"), "h", "stop"),
                ("approve", later("Approve"), "a", "main"),
            ),
            (later("Nothing to approve"), later("Every reviewed payout has been approved.")),
        ),
        Place(
            "list",
            later("Payouts"),
            later("Every payout."),
            None,
            (
                ("hold", later("Hold"), "h", "stop"),
                ("cancel", later("Cancel"), "", ""),
                ("batch", later("Put into batches"), "", "main"),
            ),
            (later("No payout matches"), later("Take a filter away, or run payouts.")),
        ),
    )
}


def url_of(place: str) -> str:
    """The address of the place of this name."""
    return reverse(f"admin:payouts_payout_{place}")
