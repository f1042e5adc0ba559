"""The walk of every story, as commands and operations: import, run, review, approve, batch, submit, settle."""

import io
from pathlib import Path

from django.core.management import CommandError, call_command

from backoffice.audit.actors import Actor
from backoffice.audit.clock import database_now
from payouts.models import Batch, Payout
from payouts.operations import approval, batching, collecting, review, submission
from payouts.states import PayoutStatus
from tests import make


def command(*words: str) -> str:
    """What a management command prints."""
    out = io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=out)
    except CommandError as error:
        raise AssertionError(f"{error}\n{out.getvalue()}") from error
    return out.getvalue()


def write(folder: Path, text: str, name: str = "earnings.csv") -> Path:
    """A file to import."""
    path = folder / name
    path.write_text(text)
    return path


def judge(payouts: list[Payout]) -> list[int]:
    """Reviewed by one person and approved by another; answers the ids."""
    ids = [payout.pk for payout in payouts]
    assert not review.review(payout_ids=ids, actor=make.person("analyst"), now=database_now()).refused
    assert not approval.approve(payout_ids=ids, actor=make.person("approver"), now=database_now()).refused
    return ids


def send(payout_ids: list[int], *, proposer: Actor | None = None) -> list[Batch]:
    """Batched by one treasurer, approved by another, and handed to the bank."""
    batches, outcome = batching.propose(
        payout_ids=payout_ids, actor=proposer or make.person("treasurer"), now=database_now()
    )
    assert not outcome.refused
    for batch in batches:
        batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=database_now())
        _submit(batch)
    return batches


def _submit(batch: Batch) -> None:
    """As a worker does: on a busy machine a call ends when its time is over, and rings for the rest."""
    inside, left = Payout.objects.filter(batch=batch, status=PayoutStatus.BATCHED), None
    while (waiting := inside.count()) not in (0, left):
        left = waiting
        submission.submit(batch_id=batch.pk, now=database_now())


def hear(rail: str) -> None:
    """Whatever the bank left is read."""
    collecting.collect(rail=rail, now=database_now())


def statuses() -> dict[str, int]:
    """How many payouts stand where."""
    found: dict[str, int] = {}
    for status in Payout.objects.values_list("status", flat=True):
        found[PayoutStatus(status).value] = found.get(status, 0) + 1
    return found
