"""Writing submissions and attempts, and the lease that lets one worker hand them over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Max

from backoffice.audit.actors import SYSTEM
from payouts.models import Attempt, Batch, Payout, Submission, SubmissionEvent
from payouts.operations import _envelopes, _move, bankfiles
from payouts.states import SubmissionStatus
from sellers.ledger.models import Account, Book
from sellers.ledger.operations import posting


@dataclass(frozen=True)
class Parcel:
    """One submission to be: its stable key, what is in it, and the exact bytes."""

    key: str
    orders: Sequence[_envelopes.Order]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Lease:
    """The right to hand over one submission for a while. Its holder writes the outcome only while ``fence`` stands."""

    submission_id: int
    rail: str
    key: str
    fence: int
    until: datetime
    body: bytes = field(repr=False)


def length() -> timedelta:
    return timedelta(seconds=settings.SUBMISSION_LEASE_SECONDS)


def next_numbers(payouts: Sequence[Payout]) -> dict[int, int]:
    """The number of each payout's next attempt. The payouts are locked."""
    rows = Attempt.objects.filter(payout__in=payouts).values_list("payout_id").annotate(last=Max("number"))
    last = dict(rows)
    return {payout.pk: last.get(payout.pk, 0) + 1 for payout in payouts}


def take(*, batch: Batch, parcels: Sequence[Parcel], now: datetime) -> list[Lease]:
    """Submissions, attempts and legs stand; the payouts are SUBMITTED; the caller holds the leases after the commit."""
    single = [
        p.orders[0].payout if len(p.orders) == 1 and p.key == p.orders[0].end_to_end_id else None
        for p in parcels
    ]
    submissions = Submission.objects.bulk_create(
        [
            Submission(
                batch=batch,
                payout=payout,
                rail=batch.rail,
                key=parcel.key,
                body_ciphertext=bankfiles.seal_submission(parcel.body, rail=batch.rail, key=parcel.key),
                body_sha256=bankfiles.sha256(parcel.body),
                body_bytes=len(parcel.body),
                status=SubmissionStatus.PREPARED,
                status_at=now,
                prepared_at=now,
            )
            for parcel, payout in zip(parcels, single, strict=True)
        ]
    )
    attempts = Attempt.objects.bulk_create(
        [
            Attempt(
                submission=submission,
                payout=order.payout,
                number=order.number,
                end_to_end_id=order.end_to_end_id,
                amount_minor=order.payout.amount_minor,
                account_version_id=order.payout.payout_account_id,
                created_at=now,
            )
            for submission, parcel in zip(submissions, parcels, strict=True)
            for order in parcel.orders
        ],
        batch_size=2000,
    )
    posting.post(
        postings=[
            posting.transfer(
                key=f"attempt:{attempt.pk}:submitted",
                kind="submitted",
                debit=Book.RESERVED,
                credit=Book.IN_TRANSIT,
                amount_minor=attempt.amount_minor,
                account=Account(pk=attempt.payout.account_id, currency=attempt.payout.currency),
                payout_ref=str(attempt.payout.reference),
            )
            for attempt in attempts
        ],
        now=now,
    )
    payouts = [attempt.payout for attempt in attempts]
    _move.change(name="submit", payouts=payouts, actor=SYSTEM, reason="", now=now)
    bodies = {submission.pk: parcel.body for submission, parcel in zip(submissions, parcels, strict=True)}
    return lease(submissions=submissions, bodies=bodies, now=now)


def lease(*, submissions: Sequence[Submission], bodies: dict[int, bytes], now: datetime) -> list[Lease]:
    """Locked (or new) submissions are DELIVERING under a higher fence until the lease ends."""
    until = now + length()
    ids = [submission.pk for submission in submissions]
    Submission.objects.filter(pk__in=ids).update(
        status=SubmissionStatus.DELIVERING,
        status_at=now,
        fence=F("fence") + 1,
        lease_until=until,
        deliveries=F("deliveries") + 1,
        next_lookup_at=None,
    )
    # The rail's window counts from the first hand-over, and from before it: never from when we heard an answer.
    Submission.objects.filter(pk__in=ids, delivered_at__isnull=True).update(delivered_at=now)
    SubmissionEvent.objects.bulk_create(
        [SubmissionEvent(submission=s, at=now, what="lease", fence=s.fence + 1) for s in submissions],
        batch_size=2000,
    )
    return [
        Lease(submission_id=s.pk, rail=s.rail, key=s.key, fence=s.fence + 1, until=until, body=bodies[s.pk])
        for s in submissions
    ]
