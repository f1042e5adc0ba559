"""Payouts, batches and submissions that stand in any state, and raw SQL that tries to move them.

payout("SUBMITTED")             got there along the table, its preconditions with it
ready(payout, "APPROVED")       what the database demands of the next step is there: review, approval, batch, bytes
move(run, payout, "PAID")       the raw change of status with its Transition row; `run` is the fixture raw_sql
"""

from collections.abc import Callable
from typing import Any

from django.db import connection

from payouts import digests
from payouts.models import (
    AccountVersion,
    Approval,
    Attempt,
    BankFact,
    Batch,
    BatchItem,
    Evidence,
    Payout,
    Resolution,
    Review,
    Submission,
)
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus
from sellers.ledger.models import Book, Transaction
from sellers.ledger.operations import posting
from tests import make
from tests.payouts import quick

Run = Callable[..., list[tuple[Any, ...]]]
PROVEN_BY_THE_BANK = frozenset({"SUBMITTED", "PAID", "FAILED", "RETURNED"})
IN_A_BATCH = frozenset({"BATCHED", "SUBMITTED", "PAID", "FAILED", "RETURNED"})
_WAY: dict[str, tuple[str, ...]] = {
    "PENDING_REVIEW": (),
    "REVIEWED": ("REVIEWED",),
    "APPROVED": ("REVIEWED", "APPROVED"),
    "BATCHED": ("REVIEWED", "APPROVED", "BATCHED"),
    "SUBMITTED": ("REVIEWED", "APPROVED", "BATCHED", "SUBMITTED"),
    "PAID": ("REVIEWED", "APPROVED", "BATCHED", "SUBMITTED", "PAID"),
    "FAILED": ("REVIEWED", "APPROVED", "BATCHED", "SUBMITTED", "FAILED"),
    "RETURNED": ("REVIEWED", "APPROVED", "BATCHED", "SUBMITTED", "RETURNED"),
    "CANCELLED": ("CANCELLED",),
}
_BATCH_WAY: dict[str, tuple[str, ...]] = {
    "PROPOSED": (),
    "DISSOLVED": ("DISSOLVED",),
    "APPROVED": ("APPROVED",),
    "SUBMITTING": ("APPROVED", "SUBMITTING"),
    "SUBMITTED": ("APPROVED", "SUBMITTING", "SUBMITTED"),
    "SETTLED": ("APPROVED", "SUBMITTING", "SUBMITTED", "SETTLED"),
}
_SUBMISSION_WAY: dict[str, tuple[str, ...]] = {
    "PREPARED": (),
    "DELIVERING": ("DELIVERING",),
    "ACCEPTED": ("DELIVERING", "ACCEPTED"),
    "REJECTED": ("DELIVERING", "REJECTED"),
    "UNKNOWN": ("DELIVERING", "UNKNOWN"),
}


def plain(statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    """A statement as the program's role, in the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def payout(status: str = "PENDING_REVIEW", **values: Any) -> Payout:
    """A payout that went there one legal step after the other; ``values`` as `quick.payout` takes them."""
    made = quick.payout(**values)
    for step in _WAY[status]:
        ready(made, step)
        move(plain, made, step)
    return made


def ready(made: Payout, target: str) -> None:
    """What the database demands before the payout may go there stands now."""
    step = f"{made.status}>{target}"
    if step == "PENDING_REVIEW>REVIEWED":
        review(made)
    elif step == "REVIEWED>APPROVED":
        approval(made)
    elif step == "APPROVED>BATCHED":
        item(made, batch())
    elif step == "BATCHED>SUBMITTED":
        home = Batch.objects.get(pk=made.batch_id)
        move_batch(plain, home, BatchStatus.APPROVED)
        attempt(made, submission(home))
    elif made.status in PROVEN_BY_THE_BANK and target in PROVEN_BY_THE_BANK | {"APPROVED"}:
        said(made, {"APPROVED": "rejected"}.get(target, target.lower()))


def move(
    run: Run, made: Payout, target: str, *, transition: bool = True, batch_id: int | None = None
) -> None:
    """The status is changed by raw SQL, with everything else that a right change carries."""
    if transition:
        run(
            "INSERT INTO payouts_transition (payout_id, name, from_status, to_status, at, actor_name, via, reason)"
            " VALUES (%s, 'raw', %s, %s, now(), 'somebody', 'system', '')",
            [made.pk, made.status, target],
        )
    run(
        "UPDATE payouts_payout SET status = %s, status_at = now(), batch_id = %s, round = round + %s WHERE id = %s",
        [
            target,
            _batch_for(made, target) if batch_id is None else batch_id,
            int(target == "PENDING_REVIEW" and made.status != target),
            made.pk,
        ],
    )
    made.refresh_from_db()


def _batch_for(made: Payout, target: str) -> int | None:
    if target not in IN_A_BATCH:
        return None
    open_item = BatchItem.objects.filter(payout=made, left_at__isnull=True).first()
    return made.batch_id or (open_item.batch_id if open_item else batch().pk)


def review(made: Payout, **changes: Any) -> Review:
    """Somebody's review of exactly what the payout is."""
    values = {"round": made.round, "reviewer": make.user(), "digest": digests.of_payout(made)} | changes
    return Review.objects.create(payout=made, reviewed_at=make.NOW, **values)


def approval(made: Payout, **changes: Any) -> Approval:
    """Another person's approval of exactly what was reviewed."""
    first = Review.objects.get(payout=made, round=made.round)
    version = AccountVersion.objects.get(pk=made.payout_account_id)
    values = {
        "round": made.round,
        "approver": make.user(),
        "digest": first.digest,
        "reviewer_id": first.reviewer_id,
        "account_version": version,
        "account_requested_by_id": version.requested_by_id,
        "account_verified_by_id": version.decision.decided_by_id,
    } | changes
    return Approval.objects.create(payout=made, approved_at=make.NOW, **values)


def batch(status: str = "PROPOSED", **changes: Any) -> Batch:
    """A batch in euros without payouts."""
    values: dict[str, Any] = {
        "rail": "sepa",
        "funding_account": quick.funding(),
        "currency": "EUR",
        "country": "FR",
        "value_date": make.TODAY,
        "cut_off_at": make.NOW,
        "status_at": make.NOW,
        "proposed_by": make.user(),
        "proposed_at": make.NOW,
        "item_count": 1,
        "total_minor": 10_000,
    }
    made = Batch.objects.create(**(values | changes))
    for step in _BATCH_WAY[status]:
        move_batch(plain, made, step)
    return made


def move_batch(run: Run, made: Batch, target: str) -> None:
    """The batch's status is changed by raw SQL; an approval carries who, when and for what."""
    if target == BatchStatus.APPROVED:
        run(
            "UPDATE payouts_batch SET status = %s, approved_by_id = %s, approved_at = now(), digest = 'd'"
            " WHERE id = %s",
            [target, make.user().pk, made.pk],
        )
    else:
        run("UPDATE payouts_batch SET status = %s WHERE id = %s", [target, made.pk])
    made.refresh_from_db()


def item(made: Payout, home: Batch, **changes: Any) -> BatchItem:
    """The payout's place in the batch."""
    values: dict[str, Any] = {
        "amount_minor": made.amount_minor,
        "account_version_id": made.payout_account_id,
        "digest": digests.of_payout(made),
    }
    return BatchItem.objects.create(payout=made, batch=home, **(values | changes))


def submission(home: Batch | None = None, status: str = "PREPARED") -> Submission:
    """A hand-over of the batch with its bytes."""
    made = Submission.objects.create(
        batch=home or batch("APPROVED"),
        rail="sepa",
        key=f"T{make.number()}",
        body_ciphertext=b"sealed",
        body_sha256="0" * 64,
        body_bytes=6,
        status_at=make.NOW,
        prepared_at=make.NOW,
    )
    for step in _SUBMISSION_WAY[status]:
        move_submission(plain, made, step)
    return made


def move_submission(run: Run, made: Submission, target: str) -> None:
    """The submission's status is changed by raw SQL; a lease carries its end and a higher fence."""
    lease = target == SubmissionStatus.DELIVERING
    run(
        "UPDATE payouts_submission SET status = %s, fence = fence + %s, lease_until = CASE WHEN %s THEN now() END"
        " WHERE id = %s",
        [target, int(lease), lease, made.pk],
    )
    made.refresh_from_db()


def attempt(made: Payout, carrier: Submission, **changes: Any) -> Attempt:
    """The payout's place in the submission."""
    number = made.attempts.count() + 1
    values: dict[str, Any] = {
        "number": number,
        "end_to_end_id": f"{made.reference}A{number}",
        "amount_minor": made.amount_minor,
        "account_version_id": made.payout_account_id,
    }
    return Attempt.objects.create(payout=made, submission=carrier, created_at=make.NOW, **(values | changes))


def finding(carrier: Submission, verdict: str, *, paper: bool = True, **changes: Any) -> Resolution:
    """What one person says became of the submission, with its paper unless that is to be missing."""
    values: dict[str, Any] = {
        "evidence": "Asked.",
        "proposed_by": make.user(),
        "proposed_at": make.NOW,
    } | changes
    made = Resolution.objects.create(submission=carrier, verdict=verdict, **values)
    if paper:
        Evidence.objects.create(
            resolution=made, name="a.eml", body_ciphertext=b"sealed", body_sha256="0" * 64, body_bytes=6,
            attached_at=make.NOW,
        )  # fmt: skip
    return made


def said(made: Payout, kind: str) -> BankFact:
    """What the bank said about the payout's newest attempt."""
    newest = made.attempts.latest("number")
    return BankFact.objects.create(attempt=newest, kind=kind, source=f"test-{make.number()}")


def given_back(dead: Payout) -> Transaction:
    """The posting that gives a cancelled payout's money back to its seller."""
    leg = posting.transfer(
        key=f"payout:{dead.pk}:cancelled", kind="cancelled", debit=Book.RESERVED, credit=Book.PAYABLE,
        amount_minor=dead.amount_minor, account=dead.account, payout_ref=str(dead.reference),
    )  # fmt: skip
    return Transaction.objects.get(pk=posting.post(postings=[leg], now=make.NOW)[leg.key])


assert set(_WAY) == set(PayoutStatus.values)
