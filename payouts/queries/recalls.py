"""Recalls: what the bank is being asked to bring back, what it answered, and whether it can be asked."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from payouts.models import Attempt, Payout, Recall, RecallState
from payouts.states import PayoutStatus

WITH_THE_BANK = (PayoutStatus.SUBMITTED, PayoutStatus.PAID)


def _rows() -> "QuerySet[Recall]":
    return Recall.objects.select_related(
        "attempt__payout__seller", "attempt__submission__batch__funding_account", "asked_by", "recorded_by"
    ).defer("attempt__submission__body_ciphertext")


def open_ones() -> "QuerySet[Recall]":
    """Those the bank has not answered."""
    return _rows().filter(state=RecallState.ASKED)


def answered() -> "QuerySet[Recall]":
    """Those that are over."""
    return _rows().exclude(state=RecallState.ASKED)


def of_payout(payout: Payout) -> "QuerySet[Recall]":
    """Every recall of one payout, newest first."""
    return _rows().filter(attempt__payout=payout).order_by("-pk")


def live_attempt(payout: Payout) -> Attempt | None:
    """The attempt with which the money left, while it has neither come back nor proved not to have left."""
    return (
        Attempt.objects.filter(payout=payout, ended_at__isnull=True)
        .select_related("submission__batch__funding_account")
        .defer("submission__body_ciphertext")
        .first()
    )


def open_of(attempt: Attempt) -> Recall | None:
    """The recall of this attempt that the bank has not answered."""
    return Recall.objects.filter(attempt=attempt, state=RecallState.ASKED).first()


def why_not(payout: Payout) -> str:
    """Why the bank cannot be asked to recall it, as a sentence; empty when it can."""
    attempt = live_attempt(payout)
    if payout.status not in WITH_THE_BANK or attempt is None:
        label = PayoutStatus(payout.status).label.lower()
        return _(
            "{reference} is {label}: the bank has nothing of it. A hold keeps it from being sent."
        ).format(reference=payout.reference, label=label)
    if open_of(attempt) is not None:
        return _("the bank is being asked already. Wait for its answer, or write it down.")
    return ""
