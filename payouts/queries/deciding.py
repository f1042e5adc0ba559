"""What a person may decide as the second one: never what they proposed, asked for or reviewed themselves.

Each is a condition or a set of rows for one person; 0 is nobody, for whom nothing is their own. The rules are those of
the verbs (`operations.approval`, `batching`, `_releasing` …); PostgreSQL refuses the same by constraints.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from payouts.models import (
    AccountVersion,
    Batch,
    CapChange,
    Export,
    ExportSchedule,
    ExportStatus,
    Hold,
    LineResolution,
    Resolution,
    StatementLine,
    Submission,
)
from payouts.queries import accounts, caps, schedules, statements, unknown
from payouts.queries import batches as of_batches
from payouts.queries import holds as held
from sellers.ledger.models import (
    AccountMapping,
    Adjustment,
    ImportFile,
    ImportKind,
    ImportStatus,
    MonthRate,
    Period,
)
from sellers.ledger.queries import adjustments, mapping, periods, rates

_NEWS = timedelta(days=3)
"""A weekend; what failed stands in the list of exports for as long as they are listed."""


def batches(*, person_id: int) -> "QuerySet[Batch]":
    """Proposed batches that another proposed, and of which something leaves."""
    return of_batches.approvable().exclude(proposed_by=person_id)


def holds(*, person_id: int, judges: bool) -> "QuerySet[Hold]":
    """Open holds whose release waits for this person; ``judges`` says whether they do for compliance."""
    asked = held.confirmable(person_id=person_id, judges=judges)
    return held.open_ones().filter(Exists(asked.filter(hold=OuterRef("pk"))))


def submissions(*, person_id: int) -> "QuerySet[Submission]":
    """The desk of UNKNOWN submissions, without those that this person already said something about."""
    own = Resolution.objects.filter(
        submission=OuterRef("pk"),
        dismissed_at__isnull=True,
        confirmed_at__isnull=True,
        proposed_by=person_id,
    )
    return unknown.desk().filter(~Exists(own))


def account_versions(*, person_id: int) -> "QuerySet[AccountVersion]":
    """Bank accounts to verify that another asked for."""
    return accounts.to_verify().exclude(requested_by=person_id)


def adjustments_asked(*, person_id: int) -> "QuerySet[Adjustment]":
    """Adjustments that another asked for."""
    return adjustments.waiting().exclude(requested_by=person_id)


def line_proposals(*, person_id: int) -> "QuerySet[StatementLine]":
    """Statement lines of which another proposed what they are."""
    theirs = LineResolution.objects.filter(confirmed_at__isnull=True, dismissed_at__isnull=True).exclude(
        proposed_by=person_id
    )
    return statements.breaks().filter(
        Q(pk__in=theirs.values("line_id")) | Q(pk__in=theirs.values("other_line_id"))
    )


def corrections(*, person_id: int) -> "QuerySet[ImportFile]":
    """Checked files of corrections that another brought."""
    rows = ImportFile.objects.filter(kind=ImportKind.CORRECTIONS, status=ImportStatus.CHECKED)
    return rows.exclude(uploaded_by=person_id)


def bank_statements(*, person_id: int) -> "QuerySet[ImportFile]":
    """Checked files of statements that do not follow what stands, and that another brought."""
    rows = ImportFile.objects.filter(needs_another=True, status=ImportStatus.CHECKED)
    return rows.exclude(uploaded_by=person_id)


def months(*, person_id: int) -> "QuerySet[Period]":
    """Months of the books that another asked to close."""
    return periods.standing().filter(decided_at__isnull=True).exclude(asked_by=person_id)


def book_accounts(*, person_id: int) -> "QuerySet[AccountMapping]":
    """Accounts of the books that another asked for."""
    return mapping.waiting().exclude(asked_by=person_id)


def month_rates(*, person_id: int) -> "QuerySet[MonthRate]":
    """Rates of months that another asked for."""
    return rates.waiting().exclude(asked_by=person_id)


def cap_raises(*, person_id: int) -> "QuerySet[CapChange]":
    """Raises of caps that another asked for."""
    return caps.waiting().exclude(asked_by=person_id)


def export_schedules(*, person_id: int) -> "QuerySet[ExportSchedule]":
    """Schedules of others that send files elsewhere, once somebody confirms it."""
    return (
        schedules.listed()
        .filter(target__isnull=False, confirmed_at__isnull=True, paused_at__isnull=True)
        .exclude(owner=person_id)
    )


def broken_schedules(*, person_id: int) -> "QuerySet[ExportSchedule]":
    """This person's schedules that the program stopped, or whose last run failed."""
    return schedules.listed().filter(schedules.broken(), owner=person_id)


def failed_exports(*, person_id: int) -> "QuerySet[Export]":
    """What this person asked for and did not get, for as long as it is news."""
    return Export.objects.filter(
        requested_by=person_id, status=ExportStatus.FAILED, finished_at__gte=Now() - _NEWS
    )


def finished_exports(*, person_id: int) -> "QuerySet[Export]":
    """This person's exports that are ready and were not fetched yet."""
    return Export.objects.filter(
        requested_by=person_id, status=ExportStatus.READY, downloaded_at__isnull=True
    )
