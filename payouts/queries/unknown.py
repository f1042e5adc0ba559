"""The desk of submissions whose outcome nobody knows: what is known, and what may be done."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from payouts.models import Attempt, Resolution, Submission
from payouts.rails import base, registry
from payouts.states import SubmissionStatus
from sellers.ledger.money import Money

COOL_DOWN = timedelta(minutes=10)
"""How long after the end of its lease what was handed over may still arrive: a worker wakes up, a bank takes late."""


def all_of_them() -> QuerySet[Submission]:
    """Every UNKNOWN submission, oldest first, without its bytes."""
    rows = Submission.objects.filter(status=SubmissionStatus.UNKNOWN).order_by("status_at", "pk")
    return rows.select_related("batch", "payout").defer("body_ciphertext")


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


def why_not_again(*, submission: Submission, now: datetime) -> str:
    """Why the same bytes may not be sent again, as a sentence; empty when they may."""
    capabilities = registry.get(submission.rail).capabilities
    if not capabilities.deduplicates or capabilities.key_window is None:
        return f"{submission.rail} may pay it twice if it is sent again: two people must find out what became of it."
    if submission.answer_code == base.CONFLICT:
        return "The bank holds something else under this key: sending again cannot help. Compare both."
    if Resolution.objects.filter(submission=submission, dismissed_at__isnull=True).exists():
        return "A person has said what became of it; another must confirm or dismiss that first."
    if submission.delivered_at is None:
        return ""
    lease = timedelta(seconds=settings.SUBMISSION_LEASE_SECONDS)  # the whole next lease, and what arrives after it
    if now + lease + COOL_DOWN >= submission.delivered_at + capabilities.key_window:
        return f"{submission.rail} may have forgotten the key: sending again could pay it twice."
    return ""


def open_resolution(submission: Submission) -> Resolution | None:
    """What one person says became of it, waiting for another's word."""
    waiting = submission.resolutions.filter(dismissed_at__isnull=True, confirmed_at__isnull=True)
    return waiting.select_related("proposed_by").first()
