"""Accounts that sent the last payment back: what would go there again waits for new details, or for a person."""

from collections import defaultdict
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from payouts.models import Attempt, BankFact, HoldReason, Payout
from payouts.operations import holds
from payouts.rails import reasons
from payouts.rails.base import ReportKind
from payouts.states import PayoutStatus

_CAME_BACK = (PayoutStatus.FAILED, PayoutStatus.RETURNED)
_BECAUSE = {
    reasons.Action.REVERIFY_DETAILS: HoldReason.ACCOUNT_REFUSED,
    reasons.Action.HOLD_COMPLIANCE: HoldReason.COMPLIANCE,
}


def hold(*, payouts: QuerySet[Payout], now: datetime) -> None:
    """Those of these payouts are held whose account sent the last payment back for a reason that lies in the account.

    What a reason asks for is `payouts.rails.reasons`' business: new details, or compliance's look. The caller has just
    made the payouts, or holds their locks.
    """
    last = Attempt.objects.filter(
        account_version=OuterRef("payout_account"), payout__status__in=[PayoutStatus.PAID, *_CAME_BACK]
    ).order_by("-pk")
    to_refused = payouts.annotate(
        last=Subquery(last.values("pk")[:1]), became=Subquery(last.values("payout__status")[:1])
    ).filter(became__in=_CAME_BACK)
    by_attempt: dict[int, list[Payout]] = defaultdict(list)
    for payout in to_refused.order_by("pk"):
        by_attempt[payout.last].append(payout)
    for attempt_id, reason, reference in _reasons(list(by_attempt)):
        if reason.action in _BECAUSE:
            note = _note(reference, reason)
            holds.place_on(payouts=by_attempt[attempt_id], reason=_BECAUSE[reason.action], note=note, now=now)


def _reasons(attempts: list[int]) -> list[tuple[int, reasons.Reason, str]]:
    """Why each of these came back, by what the bank said last, with the payout's reference."""
    kinds = ["rejected", "failed", "returned"]  # refused after it was accepted is failed, too
    facts = BankFact.objects.filter(attempt__in=attempts, kind__in=kinds).exclude(code="")
    said = {fact.attempt_id: fact for fact in facts.select_related("attempt__payout").order_by("pk")}
    return [
        (attempt, reasons.explain(fact.code, kind=ReportKind(fact.kind)), str(fact.attempt.payout.reference))
        for attempt, fact in sorted(said.items())
    ]


def _note(reference: str, reason: reasons.Reason) -> str:
    came_back = f"{reference}, the last payment to this account, came back: {reason.sentence}"
    if reason.action is reasons.Action.HOLD_COMPLIANCE:
        return f"{came_back} Compliance decides."
    return (
        f"{came_back} Ask the seller for new details. Released when they are in effect, or by a person who knows that "
        "the account is right."
    )
