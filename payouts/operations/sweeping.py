"""Finding what a lost message forgot (HOUSE ruling 7). Beat calls it; every step may fail alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, zip_longest

import structlog
from django.db.models import Exists, OuterRef, Q

from backoffice.audit.errors import Refused
from payouts.models import Batch, Payout, Submission
from payouts.operations import answering, collecting, incidents, lookups, submission
from payouts.operations._watch import Watch
from payouts.queries import unknown as desk
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus

log = structlog.get_logger(__name__)

BUDGET = timedelta(seconds=30)
"""What one sweep leaves undone after this long, the next one does."""
_PATIENCE = timedelta(seconds=30)
"""How long a message may be on its way before its batch is taken for forgotten."""


def sweep(*, now: datetime) -> None:
    """Dead leases are UNKNOWN, UNKNOWNs that are due are looked up, forgotten batches go out, documents are read.

    Two sweeps at once, or one that takes long, do nothing twice.
    """
    watch = Watch(now)
    kinds: list[list[Callable[[], object]]] = [
        [partial(_submit, batch_id=pk, watch=watch) for pk in _forgotten_batches(now)],
        [partial(_look_up, submission_id=pk, watch=watch) for pk in _due_submissions(now)],
        [partial(_advance, batch_id=pk, watch=watch) for pk in _stuck_batches()],
        [lambda: collecting.process_all(now=watch.now())],
    ]
    alert(now=now)
    # In turn: hundreds of lookups at a bank that does not answer use up many sweeps, and keep nothing else waiting.
    for step in filter(None, chain.from_iterable(zip_longest(*kinds))):
        if watch.now() - now > BUDGET:
            return
        try:
            step()
        except Exception as error:  # the next thing forgotten is not to wait for this one
            log.exception("sweep_step_failed", error=type(error).__name__)


def _due_submissions(now: datetime) -> list[int]:
    due = Q(status=SubmissionStatus.DELIVERING, lease_until__lte=now) | (
        Q(status=SubmissionStatus.UNKNOWN) & (Q(next_lookup_at__isnull=True) | Q(next_lookup_at__lte=now))
    )
    return list(Submission.objects.filter(due).order_by("status_at", "pk").values_list("pk", flat=True)[:500])


def _forgotten_batches(now: datetime) -> list[int]:
    inside = Payout.objects.filter(batch_id=OuterRef("pk"), status=PayoutStatus.BATCHED)
    waiting = Batch.objects.filter(
        Q(status=BatchStatus.APPROVED, status_at__lte=now - _PATIENCE)
        | Q(Exists(inside), status=BatchStatus.SUBMITTING, status_at__lte=now - _PATIENCE)
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True))


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
    ).defer("body_ciphertext")
    return sum(
        incidents.open_one(
            code="unknown",
            key=answering.alert_key(row.pk),
            text=f"Nobody knows what became of {row.key} on {row.rail}. Find out, on the desk of unknown submissions.",
            rail=row.rail,
            payout_id=row.payout_id,
            now=now,
        )
        for row in late
    )
