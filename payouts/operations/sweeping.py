"""Finding what a lost message forgot (HOUSE ruling 7). Beat calls it; every step may fail alone."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from backoffice.audit.errors import Refused
from payouts.models import Batch, Payout, Submission
from payouts.operations import answering, collecting, incidents, lookups, postponing, submission
from payouts.operations._watch import Watch
from payouts.queries import unknown as desk
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus

log = structlog.get_logger(__name__)

_Step = Callable[[], object]

BUDGET = timedelta(seconds=30)
"""What one sweep leaves undone after this long, the next one does."""
_PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before its batch is taken for forgotten."""


def sweep(*, now: datetime) -> None:
    """Dead leases are UNKNOWN, UNKNOWNs that are due are looked up, forgotten batches go out, documents are read, and
    proposals whose cut-off passed are for the next one.

    Two sweeps at once, or one that takes long, do nothing twice. Kinds of work and rails take turns, one step each, and
    every one of them has a first step however long the others took: a bank that does not answer delays nobody else.
    """
    watch = Watch(now)
    queues = [queue for queue in _queues(now, watch) if queue]
    first = True
    while queues:
        for queue in queues:
            if not first and watch.now() - now > BUDGET:
                return
            _try(queue.popleft())
        queues = [queue for queue in queues if queue]
        first = False


def _queues(now: datetime, watch: Watch) -> list[deque[_Step]]:
    """What is to be done, in queues that may not wait for each other; those that talk to no bank come first."""
    work: list[Iterable[_Step]] = [
        [lambda: alert(now=now)],
        [partial(_advance, batch_id=pk, watch=watch) for pk in _stuck_batches()],
        [partial(postponing.postpone, batch_id=pk, now=now) for pk in postponing.overdue(now=now)],
        [lambda: collecting.process_all(now=watch.now())],
    ]
    for ids in _forgotten_batches(now).values():
        work += [[partial(_submit, batch_id=pk, watch=watch) for pk in ids]]
    for ids in _due_submissions(now).values():
        work += [[partial(_look_up, submission_id=pk, watch=watch) for pk in ids]]
    return [deque(steps) for steps in work]


def _try(step: _Step) -> None:
    try:
        step()
    except Exception as error:  # the next thing forgotten is not to wait for this one
        log.exception("sweep_step_failed", error=type(error).__name__)


def _due_submissions(now: datetime) -> dict[str, list[int]]:
    """By rail, those that have waited longest for their turn first."""
    due = Q(status=SubmissionStatus.DELIVERING, lease_until__lte=now) | (
        Q(status=SubmissionStatus.UNKNOWN) & (Q(next_lookup_at__isnull=True) | Q(next_lookup_at__lte=now))
    )
    waiting = Submission.objects.filter(due)
    turn = waiting.order_by(F("next_lookup_at").asc(nulls_first=True), "status_at", "pk")
    rails = waiting.order_by("rail").values_list("rail", flat=True).distinct()
    return {rail: list(turn.filter(rail=rail).values_list("pk", flat=True)[:500]) for rail in rails}


def _forgotten_batches(now: datetime) -> dict[str, list[int]]:
    """By rail."""
    inside = Payout.objects.filter(batch_id=OuterRef("pk"), status=PayoutStatus.BATCHED)
    waiting = Batch.objects.filter(
        Q(status=BatchStatus.APPROVED, status_at__lte=now - _PATIENCE)
        | Q(Exists(inside), status=BatchStatus.SUBMITTING, status_at__lte=now - _PATIENCE)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for rail, pk in waiting.order_by("rail", "pk").values_list("rail", "pk"):
        found[rail].append(pk)
    return found


def _stuck_batches() -> list[int]:
    """Batches that were not told that their last payout had moved, because a worker died."""
    moving = (BatchStatus.SUBMITTING, BatchStatus.SUBMITTED)
    inside = Payout.objects.filter(
        batch_id=OuterRef("pk"), status__in=(PayoutStatus.BATCHED, PayoutStatus.SUBMITTED)
    )
    open_ones = Submission.objects.filter(
        batch_id=OuterRef("pk"), status__in=(SubmissionStatus.PREPARED, SubmissionStatus.DELIVERING)
    )
    stuck = Batch.objects.filter(status__in=moving).filter(
        ~Exists(inside) | Q(~Exists(open_ones), status=BatchStatus.SUBMITTING)
    )
    return list(stuck.order_by("pk").values_list("pk", flat=True))


def _look_up(*, submission_id: int, watch: Watch) -> None:
    lookups.work(submission_id=submission_id, now=watch.now())


def _advance(*, batch_id: int, watch: Watch) -> None:
    submission.advance(batch_id=batch_id, now=watch.now())


def _submit(*, batch_id: int, watch: Watch) -> None:
    try:
        submission.submit(batch_id=batch_id, now=watch.now())
    except Refused as refusal:
        log.info("batch_waits", batch=batch_id, code=refusal.code, reason=str(refusal))


def alert(*, now: datetime) -> int:
    """Every submission that has been UNKNOWN for too long has an open incident; answers how many are new."""
    late = Submission.objects.filter(
        status=SubmissionStatus.UNKNOWN, status_at__lte=now - desk.alert_after()
    )
    return sum(_alert_about(submission_id, now) for submission_id in late.values_list("pk", flat=True))


@transaction.atomic
def _alert_about(submission_id: int, now: datetime) -> bool:
    """Asked again under its lock: whoever settles it closes what is open then, and nothing that opens later."""
    unknown = Submission.objects.filter(pk=submission_id, status=SubmissionStatus.UNKNOWN)
    row = unknown.defer("body_ciphertext").select_for_update().first()
    return row is not None and incidents.open_one(
        code="unknown",
        key=answering.alert_key(row.pk),
        text=f"Nobody knows what became of {row.key} on {row.rail}. A treasurer or an approver finds out, on the "
        "desk of unknown submissions.",
        rail=row.rail,
        payout_id=row.payout_id,
        now=now,
    )
