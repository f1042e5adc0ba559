"""The places where payouts are listed."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from backoffice.words import later
from payouts.states import PayoutStatus

Verb = tuple[str, str, str, str]
"""The name of a deed, its words in the selection bar, its key and its kind."""


CANCEL: Verb = ("cancel", later("Cancel"), "", "")
BATCH: Verb = ("batch", later("Put into batches"), "", "")
LONGEST = "waiting"
"""The usual order of a queue: what has waited longest comes first, for a cut-off comes nearer."""


@dataclass(frozen=True)
class Place:
    """One place where payouts are listed: what it selects, and the verbs people use there, with their keys.

    ``usual`` is how its rows stand before anybody sorts them, as an address says it; without it the newest comes first.
    """

    name: str
    title: str
    lead: str
    status: PayoutStatus | None
    verbs: tuple[Verb, ...]
    empty: tuple[str, str]
    usual: str = ""


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
            LONGEST,
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
            LONGEST,
        ),
        Place(
            "list",
            later("Payouts"),
            later("Every payout."),
            None,
            (
                ("hold", later("Hold"), "h", "stop"),
                CANCEL,
                BATCH,
            ),
            (later("No payout matches"), later("Take a filter away, or run payouts.")),
        ),
    )
}


def queue_of(status: object) -> Place | None:
    """The place where payouts of this status wait for somebody's judgement; None for several and for every other."""
    return next(
        (place for place in PLACES.values() if place.status is not None and place.status == status), None
    )


def verbs_in(place: Place, statuses: Collection[str]) -> tuple[Verb, ...]:
    """What is done in this place with payouts of these ``statuses``, as its filter names them; none is every one.

    Where all stand in one queue, that queue's verbs come last, its main one as the main one. Batches are the main verb
    of approved payouts only.
    """
    if place.status is not None or len(statuses) != 1:
        return place.verbs
    (status,) = statuses
    queue = queue_of(status)
    if queue is not None:
        return (CANCEL, *queue.verbs)
    return (*place.verbs[:-1], (*BATCH[:-1], "main")) if status == PayoutStatus.APPROVED else place.verbs


def url_of(place: str) -> str:
    """The address of the place of this name."""
    return reverse(f"admin:payouts_payout_{place}")
