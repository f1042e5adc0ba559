"""How much waits at each place of the navigation; read no further than ``cap`` + 1 rows."""

from django.db.models import Model, QuerySet

from payouts.models import (
    Batch,
    Export,
    ExportStatus,
    Hold,
    Incident,
    LineResolution,
    Payout,
    Recall,
    RecallState,
    ReleaseRequest,
    StatementLine,
    Submission,
    Undecided,
    Undisposed,
)
from payouts.queries import filters, tallies
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus
from sellers.ledger.models import AccountMapping, Adjustment, ImportFile, ImportKind, ImportStatus, Period


def _count(rows: "QuerySet[Model]", cap: int) -> int:
    return rows.order_by().values("pk")[: cap + 1].count()


def to_review(*, cap: int) -> int:
    """Payouts that wait for a first look; all are counted, whatever the cap."""
    return tallies.of_status(PayoutStatus.PENDING_REVIEW).count


def to_approve(*, cap: int) -> int:
    """Payouts that wait for a second person; all are counted, whatever the cap."""
    return tallies.of_status(PayoutStatus.REVIEWED).count


def held(*, cap: int) -> int:
    """Open holds."""
    return _count(Hold.objects.filter(released_at__isnull=True), cap)


def releases(*, cap: int) -> int:
    """Holds whose release one person asked for and another has not confirmed."""
    return _count(ReleaseRequest.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True), cap)


def to_batch() -> "QuerySet[Payout]":
    """Approved payouts that nothing stops from joining a batch."""
    return filters.not_held(Payout.objects.filter(status=PayoutStatus.APPROVED))


def batches(*, cap: int) -> int:
    """Batches that wait for approval."""
    return _count(Batch.objects.filter(status=BatchStatus.PROPOSED), cap)


def undisposed() -> "QuerySet[Payout]":
    """Dead payouts whose money nobody has reissued or rolled yet."""
    return Payout.objects.filter(undisposed__isnull=False)


def my_exports(*, cap: int, person_id: int) -> int:
    """Exports of this person that are ready and were not fetched yet."""
    ready = Export.objects.filter(
        requested_by=person_id, status=ExportStatus.READY, downloaded_at__isnull=True
    )
    return _count(ready, cap)


def failed(*, cap: int) -> int:
    """Dead payouts that wait for a decision."""
    return _count(Undisposed.objects.all(), cap)


def unknown(*, cap: int) -> int:
    """Submissions of which we do not know whether the bank has them."""
    return _count(Submission.objects.filter(status=SubmissionStatus.UNKNOWN), cap)


def recalls(*, cap: int) -> int:
    """Recalls that the bank has not answered."""
    return _count(Recall.objects.filter(state=RecallState.ASKED), cap)


def accounts(*, cap: int) -> int:
    """Bank account versions nobody has decided on."""
    return _count(Undecided.objects.all(), cap)


def adjustments(*, cap: int) -> int:
    """Adjustments that wait for a second person."""
    return _count(Adjustment.objects.filter(decision=""), cap)


def corrections(*, cap: int) -> int:
    """Files of corrections that wait for a second person."""
    return _count(ImportFile.objects.filter(kind=ImportKind.CORRECTIONS, status=ImportStatus.CHECKED), cap)


def books(*, cap: int) -> int:
    """Months and accounts of the books that wait for a second person."""
    months = Period.objects.filter(decided_at__isnull=True)
    accounts = AccountMapping.objects.filter(decided_at__isnull=True)
    return _count(months, cap) + _count(accounts, cap)


def breaks(*, cap: int) -> int:
    """Statement lines that match nothing yet."""
    return _count(StatementLine.objects.filter(matched_at__isnull=True), cap)


def break_proposals(*, cap: int) -> int:
    """Proposals of what a line is that wait for a second person."""
    return _count(LineResolution.objects.filter(confirmed_at__isnull=True, dismissed_at__isnull=True), cap)


def incidents(*, cap: int) -> int:
    """Incidents nobody has closed."""
    return _count(Incident.objects.filter(closed_at__isnull=True), cap)
