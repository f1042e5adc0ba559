"""Accounts that sent the last payment back: what would go there again waits for new details, or for a person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from payouts.models import AccountVersion, Attempt, BankFact, Hold, HoldReason, Payout
from payouts.operations import holds
from payouts.rails import reasons
from payouts.rails.base import ReportKind
from payouts.states import PayoutStatus

_CAME_BACK = (PayoutStatus.FAILED, PayoutStatus.RETURNED)
_REFUSALS = (
    BankFact.Kind.REJECTED,
    BankFact.Kind.FAILED,
    BankFact.Kind.RETURNED,
)  # after an acceptance it is failed
_BECAUSE = {
    reasons.Action.REVERIFY_DETAILS: HoldReason.ACCOUNT_REFUSED,
    reasons.Action.HOLD_COMPLIANCE: HoldReason.COMPLIANCE,
}


@dataclass(frozen=True)
class _Word:
    """What the bank said last about payments to one account."""

    reference: str
    status: str
    reason: reasons.Reason
    said_at: datetime


def hold(*, payouts: QuerySet[Payout], now: datetime) -> set[int]:
    """Those of these payouts are held whose account the bank last said no to, for a reason that lies in the account.

    Answers their ids. The account is the same whoever gave its details, and when. What a reason asks for is
    `payouts.rails.reasons`' business: new details, or compliance's look. Who was held for it before is not held again.
    The caller has just made the payouts, or holds their locks.
    """
    came_back = Attempt.objects.filter(
        account_version__fingerprint=OuterRef("payout_account__fingerprint"), payout__status__in=_CAME_BACK
    )
    concerned = list(payouts.filter(Exists(came_back)).select_related("payout_account").order_by("pk"))
    words = _last_words({payout.payout_account.fingerprint for payout in concerned})
    looked_into = _held_since(concerned)
    waiting: dict[HoldReason, list[Payout]] = defaultdict(list)
    notes: dict[int, str] = {}
    for payout in concerned:
        word = words[payout.payout_account.fingerprint]
        because = _BECAUSE.get(word.reason.action)
        if word.status not in _CAME_BACK or because is None:
            continue
        if all(held_at < word.said_at for held_at in looked_into[payout.pk, because]):
            waiting[because].append(payout)
            notes[payout.pk] = _note(word)
    for because, held in waiting.items():
        holds.place_on(payouts=held, reason=because, note=notes, now=now)
    return set(notes)


def _last_words(fingerprints: Iterable[str]) -> dict[str, _Word]:
    """By account: a payment that arrived, or came back, whichever was told later. Repeated without why, it keeps it."""
    versions = dict(
        AccountVersion.objects.filter(fingerprint__in=fingerprints).values_list("pk", "fingerprint")
    )
    facts = BankFact.objects.filter(
        attempt__account_version__in=versions, kind__in=[*_REFUSALS, BankFact.Kind.PAID]
    )
    found: dict[str, _Word] = {}
    reason: dict[int, reasons.Reason] = {}
    for fact in facts.select_related("attempt__payout").order_by("pk"):
        payout, refused = fact.attempt.payout, fact.kind in _REFUSALS
        if refused != (payout.status in _CAME_BACK):
            continue  # "paid", and then it came back; or refused before it left, which holds the payout itself
        if refused and (fact.code or fact.attempt_id not in reason):
            reason[fact.attempt_id] = reasons.explain(fact.code, kind=ReportKind(fact.kind))
        why = reason.get(fact.attempt_id) or reasons.explain("", kind=ReportKind.PAID)
        found[versions[fact.attempt.account_version_id]] = _Word(
            str(payout.reference), payout.status, why, fact.received_at
        )
    return found


def _held_since(payouts: Iterable[Payout]) -> dict[tuple[int, str], list[datetime]]:
    """When each of these payouts was held by the program for such a reason."""
    found: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    held = Hold.objects.filter(payout__in=list(payouts), placed_by=None, reason__in=_BECAUSE.values())
    for payout_id, because, placed_at in held.values_list("payout_id", "reason", "placed_at"):
        found[payout_id, because].append(placed_at)
    return found


def _note(word: _Word) -> str:
    came_back = _("{reference}, the last payment to this account, came back: {sentence}").format(
        reference=word.reference, sentence=word.reason.sentence
    )
    if word.reason.action is reasons.Action.HOLD_COMPLIANCE:
        return _("{came_back} Compliance decides.").format(came_back=came_back)
    return _(
        "{came_back} Ask the seller for new details. Released when they are in effect, "
        "or by a person who knows that the account is right."
    ).format(came_back=came_back)
