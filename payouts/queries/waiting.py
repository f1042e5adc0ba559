"""How much waits at each place of the navigation; read no further than ``cap`` + 1 rows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from payouts.models import (
    Export,
    ExportStatus,
    Hold,
    Incident,
    Job,
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
from payouts.queries import deciding, holding
from payouts.queries.batches import approvable
from payouts.queries.unknown import ABOUT_A_SUBMISSION
from payouts.states import PayoutStatus, SubmissionStatus
from sellers.ledger.models import (
    AccountMapping,
    Adjustment,
    ImportFile,
    ImportKind,
    ImportStatus,
    MonthRate,
    Period,
)

Rows = QuerySet[Any]
_SOMEBODY = -1
"""Stands in a kept statement for the person who asks; nobody's number."""
_TALLY = "(SELECT coalesce(sum(count), 0) FROM payouts_tally WHERE status = %s)"


class Waits(ABC):
    """Something that waits, to be counted: alone by calling it, or with others by `together`."""

    def __call__(self, *, cap: int, person_id: int = 0) -> int:
        return together([self], cap=cap, person_id=person_id)[self]

    @abstractmethod
    def sql(self, cap: int, person_id: int) -> tuple[str, tuple[Any, ...]]:
        """An expression that counts it, and its values."""


@dataclass(frozen=True)
class Of(Waits):
    """Rows, of several tables where ``rows`` answers several. Nothing in them changes from one reader to the next."""

    rows: Callable[[], tuple[Rows, ...]]

    def sql(self, cap: int, person_id: int) -> tuple[str, tuple[Any, ...]]:
        return _kept(self, cap)


@dataclass(frozen=True)
class Mine(Waits):
    """Rows of one person. Nothing else in them changes from one reader to the next."""

    rows: Callable[[int], tuple[Rows, ...]]

    def sql(self, cap: int, person_id: int) -> tuple[str, tuple[Any, ...]]:
        sql, params = _kept(self, cap)
        return sql, tuple(person_id if value == _SOMEBODY else value for value in params)


@dataclass(frozen=True)
class Stands(Waits):
    """Payouts of a status; all are counted, whatever the cap, by the rows that triggers keep."""

    status: PayoutStatus

    def sql(self, cap: int, person_id: int) -> tuple[str, tuple[Any, ...]]:
        return _TALLY, (self.status.value,)


def together(what: Iterable[Waits], *, cap: int, person_id: int = 0) -> dict[Waits, int]:
    """How many rows each of them has, at most ``cap`` + 1 of each table, by one question."""
    wanted = list(dict.fromkeys(what))
    if not wanted:
        return {}
    parts = [each.sql(cap, person_id) for each in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(sql for sql, _params in parts)}",
            [p for _sql, params in parts for p in params],
        )
        return dict(zip(wanted, map(int, cursor.fetchone()), strict=True))


@lru_cache(maxsize=100)
def _kept(waits: Of | Mine, cap: int) -> tuple[str, tuple[Any, ...]]:
    return _compiled(waits.rows(_SOMEBODY) if isinstance(waits, Mine) else waits.rows(), cap)


def _compiled(tables: Iterable[Rows], cap: int) -> tuple[str, tuple[Any, ...]]:
    parts = [rows.order_by().values("pk")[: cap + 1].query.sql_with_params() for rows in tables]
    sql = " + ".join(f"(SELECT count(*) FROM ({sql}) AS waiting)" for sql, _params in parts)  # noqa: S608
    return sql, tuple(value for _sql, params in parts for value in params)


def to_batch() -> "QuerySet[Payout]":
    """Approved payouts that nothing stops from joining a batch."""
    return Payout.objects.filter(holding.free(), status=PayoutStatus.APPROVED)


def undisposed() -> "QuerySet[Payout]":
    """Dead payouts whose money nobody has reissued or rolled yet."""
    return Payout.objects.filter(undisposed__isnull=False)


def _my_exports(person_id: int) -> tuple[Rows, ...]:
    own = Export.objects.filter(requested_by=person_id)
    return (
        own.filter(status=ExportStatus.READY, downloaded_at__isnull=True),
        deciding.failed_exports(person_id=person_id),
    )


def _my_jobs(person_id: int) -> tuple[Rows, ...]:
    return (Job.objects.filter(asked_by=person_id, finished_at=None),)


to_review = Stands(PayoutStatus.PENDING_REVIEW)
"""Payouts that wait for a first look."""
to_approve = Stands(PayoutStatus.REVIEWED)
"""Payouts that wait for a second person, with those that something blocks: its page lists them, too."""
held = Of(lambda: (Hold.objects.filter(released_at__isnull=True),))
"""Open holds."""
releases = Of(lambda: (ReleaseRequest.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True),))
"""Holds whose release one person asked for and another has not confirmed."""
batches = Of(lambda: (approvable(),))
"""Batches that wait for approval, without those that nobody can approve."""
my_exports = Mine(_my_exports)
"""Exports of this person that are ready and were not fetched yet, or just failed."""
my_jobs = Mine(_my_jobs)
"""Jobs of this person that are not finished."""
failed = Of(lambda: (Undisposed.objects.all(),))
"""Dead payouts that wait for a decision."""
unknown = Of(lambda: (Submission.objects.filter(status=SubmissionStatus.UNKNOWN),))
"""Submissions of which we do not know whether the bank has them."""
recalls = Of(lambda: (Recall.objects.filter(state=RecallState.ASKED),))
"""Recalls that the bank has not answered."""
accounts = Of(lambda: (Undecided.objects.all(),))
"""Bank account versions nobody has decided on."""
adjustments = Of(lambda: (Adjustment.objects.filter(decision=""),))
"""Adjustments that wait for a second person."""
imports = Of(
    lambda: (
        ImportFile.objects.filter(kind=ImportKind.CORRECTIONS, status=ImportStatus.CHECKED),
        ImportFile.objects.filter(needs_another=True, status=ImportStatus.CHECKED),
    )
)
"""Files of corrections, and of statements that do not follow, that wait for a second person."""
books = Of(
    lambda: (
        Period.objects.filter(decided_at__isnull=True),
        AccountMapping.objects.filter(decided_at__isnull=True),
        MonthRate.objects.filter(decided_at__isnull=True),
    )
)
"""Months, accounts and rates of the books that wait for a second person."""
breaks = Of(lambda: (StatementLine.objects.filter(matched_at__isnull=True),))
"""Statement lines that match nothing yet."""
break_proposals = Of(
    lambda: (LineResolution.objects.filter(confirmed_at__isnull=True, dismissed_at__isnull=True),)
)
"""Proposals of what a line is that wait for a second person."""
incidents = Of(
    lambda: (Incident.objects.filter(closed_at__isnull=True).exclude(code__in=ABOUT_A_SUBMISSION),)
)
"""Incidents nobody has closed, but those about what is or was `unknown`: that is counted there."""
