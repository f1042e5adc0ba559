"""Asking the bank to bring back what was handed over, and writing down what it answered.

A case for people: nothing here moves money or a status. If the money comes back, a return says so.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import number
from payouts.models import Recall, RecallChannel, RecallState
from payouts.operations import _locks
from payouts.queries import recalls

LONGEST = 2000


class BadRecall(Refused):
    """The recall lacks what the bank is told, or how; or the answer lacks its words or its moment."""

    code = "bad_recall"


class NothingToRecall(Refused):
    """The bank does not have it, or it came back already."""

    code = "nothing_to_recall"


@transaction.atomic
def ask(*, payout_id: int, reason: str, channel: str, actor: Actor, now: datetime) -> Recall:
    """The bank is being asked to stop or bring back this payout's live attempt; the payout stands as it stood.

    Raises `BadRecall`, `NothingToRecall` while the bank does not have it, `Conflict` when it is being asked already,
    `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.ask_recall")
    if channel not in RecallChannel.values:
        raise BadRecall(_("Not asked: choose from the list how you asked the bank."))
    if not reason.strip() or len(reason) > LONGEST:
        raise BadRecall(
            _("Not asked: write what the bank is told, in at most {longest} characters.").format(
                longest=number(LONGEST)
            )
        )
    (payout,) = _locks.payouts([payout_id])
    attempt = recalls.live_attempt(payout)
    if attempt is not None and recalls.open_of(attempt) is not None:
        raise Conflict(_("Not asked: the bank is being asked already. Wait for its answer."))
    why_not = recalls.why_not(payout)
    if why_not or attempt is None:
        raise NothingToRecall(_("Not asked: {why_not}").format(why_not=why_not))
    made = Recall.objects.create(
        attempt=attempt,
        reason=reason.strip(),
        channel=channel,
        asked_by_id=actor.person_id,
        asked_at=now,
    )
    data = {"recall": made.pk, "channel": channel, "reason": made.reason}
    recording.record(actor=actor, action="recall.ask", subject=payout, data=data, now=now)
    return made


@transaction.atomic
def answer(
    *, recall_id: int, state: str, words: str, answered_at: datetime | None, actor: Actor, now: datetime
) -> Recall:
    """What the bank answered stands, once: "recalled", "refused", or "no_answer" after waiting long enough.

    ``words`` is who said what; ``answered_at`` when (None for no answer). Only a return by the bank moves money.
    Raises `BadRecall`, `Conflict` when it was answered already, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.answer_recall")
    if state not in RecallState.values or state == RecallState.ASKED:
        raise BadRecall(_("Not recorded: say whether the bank brings it back, refuses, or does not answer."))
    if not words.strip() or len(words) > LONGEST:
        raise BadRecall(
            _("Not recorded: write who at the bank said what, in at most {longest} characters.").format(
                longest=number(LONGEST)
            )
        )
    row = Recall.objects.select_for_update(of=("self",)).select_related("attempt__payout").get(pk=recall_id)
    if not row.is_open:
        raise Conflict(_("Not recorded: somebody else wrote down what the bank answered. Look again."))
    row.state, row.answer = state, words.strip()
    row.answered_at = _when(row, answered_at, now) if state != RecallState.NO_ANSWER else None
    row.recorded_by_id, row.recorded_at = actor.person_id, now
    row.save(update_fields=["state", "answer", "answered_at", "recorded_by", "recorded_at"])
    data = {"recall": row.pk, "state": state, "answer": row.answer}
    recording.record(actor=actor, action="recall.answer", subject=row.attempt.payout, data=data, now=now)
    return row


def _when(row: Recall, answered_at: datetime | None, now: datetime) -> datetime:
    """When the bank answered. People say it in minutes: in the minute of the question, it is not before it."""
    if answered_at is None or not row.asked_at.replace(second=0, microsecond=0) <= answered_at <= now:
        raise BadRecall(
            _("Not recorded: say when the bank answered; not before it was asked, and not in the future.")
        )
    return max(answered_at, row.asked_at)
