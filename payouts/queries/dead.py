"""Dead payouts whose money waits: what the bank said of each in plain words, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from backoffice.words import labelled, later
from payouts.models import BankFact, Payout
from payouts.rails import reasons
from payouts.rails.base import ReportKind
from payouts.rails.reasons import Action
from payouts.states import DEAD, PayoutStatus
from sellers.ledger.money import Money

# Refused after it was accepted is failed, too.
_REFUSALS = (BankFact.Kind.REJECTED, BankFact.Kind.FAILED, BankFact.Kind.RETURNED)


class Advice(models.TextChoices):
    """What to do about a dead payout, by what the bank said."""

    DETAILS = "details", later("Ask for new bank details")
    AGAIN = "again", later("Pay it again")
    COMPLIANCE = "compliance", later("Compliance decides")
    LOOK = "look", later("Find out first")
    CANCELLED = "cancelled", later("Cancelled here")


_ACTIONS: Mapping[Advice, frozenset[Action]] = {
    Advice.DETAILS: frozenset({Action.REVERIFY_DETAILS}),
    Advice.AGAIN: frozenset({Action.RETRY_SAME, Action.FUND_AND_RETRY, Action.FIX_AND_RESEND}),
    Advice.COMPLIANCE: frozenset({Action.HOLD_COMPLIANCE}),
}
_WORDS = {
    Action.REVERIFY_DETAILS: later("Ask the seller for new bank details, then pay it again."),
    Action.HOLD_COMPLIANCE: later("Hold the seller and leave it to compliance; tell the seller nothing yet."),
    Action.HOLD_INVESTIGATE: later("Reconcile first: it may have been paid."),
    Action.FIX_AND_RESEND: later("Our data was wrong: correct it, then pay it again."),
    Action.FUND_AND_RETRY: later("Fund the account, then pay it again."),
    Action.RETRY_SAME: later("Nothing is wrong with the payment: pay it again."),
}


@dataclass(frozen=True)
class DeadRow:
    """A dead payout with the bank's reason in words, and what to do about it."""

    payout: Payout
    money: Money
    code: str
    why: str
    advice: Advice
    words: str


def waiting(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Those of these that are dead and whose money nobody has reissued or rolled."""
    return payouts.filter(undisposed__isnull=False)


def said(payouts: "QuerySet[Payout]", code: str) -> "QuerySet[Payout]":
    """Those of these against which the bank last gave this reason."""
    ever = BankFact.objects.filter(code=code).values("attempt__payout")  # by index; few of all payouts
    rows: QuerySet[Any] = with_reason(payouts.filter(pk__in=ever))
    return rows.filter(said_code=code)


def with_reason(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Each with ``said_kind`` and ``said_code``: what the bank last said against it; null where it said nothing."""
    facts = BankFact.objects.filter(attempt__payout=OuterRef("pk"), kind__in=_REFUSALS).order_by("-id")
    return payouts.annotate(
        said_kind=Subquery(facts.values("kind")[:1]), said_code=Subquery(facts.values("code")[:1])
    )


def advised(payouts: "QuerySet[Payout]", advice: Advice) -> "QuerySet[Payout]":
    """Those of these for which this is what to do."""
    if advice is Advice.CANCELLED:
        return payouts.filter(status=PayoutStatus.CANCELLED)
    rows = with_reason(payouts.filter(status__in=[each for each in DEAD if each != PayoutStatus.CANCELLED]))
    if advice is not Advice.LOOK:
        return rows.filter(_said(_ACTIONS[advice]))
    rest = _said(frozenset().union(*_ACTIONS.values()))
    return rows.filter(Q(said_kind__isnull=True) | ~rest)


def _said(actions: frozenset[Action]) -> Q:
    return Q(
        said_kind=BankFact.Kind.RETURNED, said_code__in=reasons.codes_for(actions, kind=ReportKind.RETURNED)
    ) | Q(
        said_kind__in=[BankFact.Kind.REJECTED, BankFact.Kind.FAILED],
        said_code__in=reasons.codes_for(actions, kind=ReportKind.FAILED),
    )


def known_reasons() -> list[tuple[str, str]]:
    """(code, code and sentence) of every reason that we know, as of a return where a code means two things."""
    codes = sorted(reasons.codes_for(frozenset(Action), kind=ReportKind.RETURNED))
    return [
        (code, labelled(code, reasons.explain(code, kind=ReportKind.RETURNED).sentence)) for code in codes
    ]


def rows(payouts: Sequence[Payout]) -> list[DeadRow]:
    """The rows of dead payouts, in their order."""
    said: dict[int, BankFact] = {}
    facts = BankFact.objects.filter(
        attempt__payout__in=[p.pk for p in payouts if p.status != PayoutStatus.CANCELLED], kind__in=_REFUSALS
    )
    for fact in facts.select_related("attempt").order_by("id"):
        said[fact.attempt.payout_id] = fact
    return [_row(p, said.get(p.pk)) for p in payouts]


def _row(payout: Payout, fact: BankFact | None) -> DeadRow:
    money = Money(payout.amount_minor, payout.currency)
    if payout.status == PayoutStatus.CANCELLED:
        words = _("Pay it again, or add it to the next payout.")
        return DeadRow(payout, money, "", _("Cancelled here before it was sent."), Advice.CANCELLED, words)
    code, kind = (fact.code, ReportKind(fact.kind)) if fact is not None else ("", ReportKind.FAILED)
    reason = reasons.explain(code, kind=kind)
    advice = next((each for each, actions in _ACTIONS.items() if reason.action in actions), Advice.LOOK)
    return DeadRow(payout, money, code, reason.sentence, advice, _words(reason))


def reason_of(code: str, kind: str) -> tuple[str, str]:
    """What a bank's code for a payment that was rejected, failed or returned says, and what to do about it."""
    reason = reasons.explain(code, kind=ReportKind(kind))
    return reason.sentence, _words(reason)


def _words(reason: reasons.Reason) -> str:
    return _WORDS.get(reason.action, _("Look into it, then pay it again or add it to the next payout."))
