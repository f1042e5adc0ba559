"""The desk of submissions whose outcome nobody knows: what is known, and what may be done."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from payouts.models import Attempt, Incident, Resolution, Submission, SubmissionEvent
from payouts.queries import outside, rail_words
from payouts.rails import base, registry
from payouts.states import SubmissionStatus
from sellers.ledger.money import Money

ABOUT_A_SUBMISSION = ("unknown", "conflict")
"""Codes of the incidents whose key ends in a submission's id (see `answering`)."""
COOL_DOWN = timedelta(minutes=10)
"""How long after the end of its lease what was handed over may still arrive: a worker wakes up, a bank takes late."""


def any_of_them() -> QuerySet[Submission]:
    """Submissions in any state, with how many payouts and minor units each carries, without their bytes."""
    inside = Attempt.objects.filter(submission=OuterRef("pk")).order_by().values("submission")
    counted = inside.annotate(number_of=Count("pk"), total=Sum("amount_minor"))
    return (
        Submission.objects.select_related("batch", "payout__seller")
        .defer("body_ciphertext")
        .annotate(
            payout_count=Subquery(counted.values("number_of")),
            total_minor=Subquery(counted.values("total")),
        )
    )


def desk() -> QuerySet[Submission]:
    """The UNKNOWN ones, with what the desk shows of each. Order them by key."""
    return any_of_them().filter(status=SubmissionStatus.UNKNOWN)


def money(submission: Submission) -> Money:
    """What a submission of `any_of_them` carries, in its batch's currency."""
    return Money(int(getattr(submission, "total_minor", 0) or 0), submission.batch.currency)


def count(submission: Submission) -> int:
    """How many payouts a submission of `any_of_them` carries."""
    return int(getattr(submission, "payout_count", 0) or 0)


def alert_after() -> timedelta:
    """How long an UNKNOWN may stand before an incident is opened about it."""
    return timedelta(minutes=settings.UNKNOWN_ALERT_MINUTES)


def why_not_look_up(submission: Submission) -> str:
    """Why the bank cannot be asked what it has, as a sentence; empty when it can."""
    if registry.get(submission.rail).capabilities.lookup:
        return ""
    return _(
        "{rail} cannot be asked by the program. Ask the bank in another way, and say what it answered."
    ).format(rail=rail_words.beginning(submission.rail))


def again_until(submission: Submission) -> datetime | None:
    """Until when the same bytes may be handed over again; None where the rail promises nothing or has had none.

    The whole next lease, and what may arrive after it, must fit into the time for which the rail knows the key.
    """
    capabilities = registry.get(submission.rail).capabilities
    if not capabilities.deduplicates or capabilities.key_window is None or submission.delivered_at is None:
        return None
    lease = timedelta(seconds=settings.SUBMISSION_LEASE_SECONDS)
    return submission.delivered_at + capabilities.key_window - lease - COOL_DOWN


def why_not_again(*, submission: Submission, now: datetime) -> str:
    """Why the same bytes may not be sent again, as a sentence; empty when they may."""
    capabilities = registry.get(submission.rail).capabilities
    if not capabilities.deduplicates or capabilities.key_window is None:
        return _(
            "{rail} may pay it twice if it is sent again: two people must find out what became of it."
        ).format(rail=rail_words.beginning(submission.rail))
    if submission.answer_code == base.CONFLICT:
        return _("The bank holds something else under this key: sending again cannot help. Compare both.")
    if Resolution.objects.filter(submission=submission, dismissed_at__isnull=True).exists():
        return _("A person has said what became of it; another must confirm or dismiss that first.")
    later = outside.later_than(submission)
    if later:
        return _(
            "The bank was handed {later} before this database was restored: two people must "
            "find out what it has."
        ).format(later=later)
    until = again_until(submission)
    if until is not None and now >= until:
        return _("{rail} may have forgotten the key: sending again could pay it twice.").format(
            rail=rail_words.beginning(submission.rail)
        )
    return ""


def open_resolution(submission: Submission) -> Resolution | None:
    """What one person says became of it, waiting for another's word."""
    waiting = submission.resolutions.filter(dismissed_at__isnull=True, confirmed_at__isnull=True)
    return waiting.select_related("proposed_by", "attached").defer("attached__body_ciphertext").first()


def findings(submission: Submission) -> list[Resolution]:
    """Every finding with its paper, newest first: waiting, confirmed and dismissed."""
    rows = submission.resolutions.select_related("proposed_by", "confirmed_by", "attached")
    return list(rows.defer("attached__body_ciphertext").order_by("-pk"))


def lookups(submission: Submission) -> tuple[int, SubmissionEvent | None]:
    """How often the bank was asked about it, and what it said last."""
    rows = submission.events.filter(what="lookup")
    return rows.count(), rows.order_by("-pk").first()


def of_incidents(rows: Iterable[Incident]) -> dict[int, Submission]:
    """The submission that each incident of the desk is about, with its batch; other incidents are absent."""
    wanted = {row.pk: int(row.key.rpartition(":")[2]) for row in rows if row.code in ABOUT_A_SUBMISSION}
    found = Submission.objects.select_related("batch").defer("body_ciphertext").in_bulk(set(wanted.values()))
    return {incident: found[pk] for incident, pk in wanted.items() if pk in found}


def still(incident: Incident, about: Submission | None) -> bool:
    """Whether an incident says that nobody knows what became of a submission, of which nobody knows it still."""
    return incident.code == "unknown" and about is not None and about.status == SubmissionStatus.UNKNOWN


def since(incident: Incident, about: Submission | None) -> datetime:
    """Since when what an incident is about has lasted: of what is `still` unknown as its desk says, else as it opened.

    An incident about it opens `alert_after` that, or once somebody looks again: two ages of one thing.
    """
    return about.status_at if about is not None and still(incident, about) else incident.opened_at
