"""The first person's judgement, and sending back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from backoffice.words import number
from payouts import digests
from payouts.models import Payout, PayoutNote, Review
from payouts.operations import _batches, _move
from payouts.operations._outcome import Outcome, Preview
from payouts.states import PayoutStatus

LONGEST_NOTE = 2000


class ReasonMissing(Refused):
    """A deed that must be explained was not."""

    code = "reason_missing"


def preview(*, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """Which of these payouts a review would mark as reviewed."""
    return _move.preview(name="review", payout_ids=payout_ids, actor=actor)


@transaction.atomic
def review(
    *,
    payout_ids: Iterable[int],
    actor: Actor,
    now: datetime,
    note: str = "",
    seen: dict[int, str] | None = None,
) -> Outcome:
    """Payouts to review become REVIEWED, each for exactly the seller, amount and account it has now.

    A held payout may be reviewed: the hold blocks approval. Refuses (in the outcome) what is not to review
    or changed since the page was read. Raises `NotAllowed` without permission to review.
    """
    fine, refused = _move.verdicts(name="review", payouts=_move.locked(payout_ids), actor=actor, seen=seen)
    Review.objects.bulk_create(
        [
            Review(
                payout=payout,
                round=payout.round,
                reviewer_id=actor.person_id,
                reviewed_at=now,
                digest=digests.of_payout(payout),
                note=note,
            )
            for payout in fine
        ],
        batch_size=2000,
    )
    moved = _move.change(name="review", payouts=fine, actor=actor, reason=note, now=now)
    return Outcome(moved=moved, refused=refused)


def preview_send_back(*, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """Which of these payouts can go back to review."""
    return _move.preview(name="send_back", payout_ids=payout_ids, actor=actor)


@transaction.atomic
def send_back(
    *,
    payout_ids: Iterable[int],
    actor: Actor,
    reason: str,
    now: datetime,
    seen: dict[int, str] | None = None,
) -> Outcome:
    """Payouts not yet sent are to review again, out of their batch; their review and approval are void.

    Raises `ReasonMissing`, `NotAllowed`.
    """
    if not reason.strip():
        raise ReasonMissing(_("Not sent back: say why, so that the reviewer knows what to look at."))
    fine, refused = _move.verdicts(name="send_back", payouts=_move.locked(payout_ids), actor=actor, seen=seen)
    _batches.leave(payouts=[p for p in fine if p.status == PayoutStatus.BATCHED], because=reason, now=now)
    moved = _move.change(name="send_back", payouts=fine, actor=actor, reason=reason, now=now)
    return Outcome(moved=moved, refused=refused)


@transaction.atomic
def annotate(*, payout_id: int, actor: Actor, text: str, now: datetime) -> PayoutNote:
    """A note for colleagues stands on the payout. Raises `Refused` when it is empty or too long, `NotAllowed`."""
    authority.require(actor=actor, permission="sellers.add_note")
    if not text.strip():
        raise Refused(
            _("No note written: the text is empty. Write what a colleague should know."), code="empty"
        )
    if len(text) > LONGEST_NOTE:
        raise Refused(
            _(
                "No note written: it has {text} characters, at most {longest_note} fit. Write what matters."
            ).format(text=number(len(text)), longest_note=number(LONGEST_NOTE)),
            code="too_long",
        )
    payout = Payout.objects.get(pk=payout_id)
    note = PayoutNote.objects.create(
        payout=payout, text=text.strip(), written_by_id=actor.person_id, written_at=now
    )
    recording.record(actor=actor, action="payout.note", subject=payout, now=now)
    return note
