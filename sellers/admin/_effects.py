"""What a deed on a seller would do, in numbers, as its page says it before: payouts that stop or go on, money due."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.words import number, sentences
from payouts.queries import stopping
from payouts.queries.tallies import Totals
from payouts.queries.why import owed
from payouts.queries.why.causes import Cause
from sellers.admin.sellers import today_of
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from sellers.models import Seller

_SAYS_WHAT_IS_DUE = frozenset({Cause.NEXT_RUN, Cause.UNDER_MINIMUM, Cause.OTHER_CURRENCY})
_NONE = Totals(count=0, sums=[], exact=True)


@dataclass(frozen=True)
class Effect:
    """``stops`` is what `parts/preview.html` shows of a deed that stops payouts; ``goes_on`` are those that go on by
    it; ``follows`` are sentences under their headings.
    """

    stops: dict[str, Any] | None = None
    goes_on: Totals = _NONE
    follows: list[tuple[str, list[str]]] = field(default_factory=list)

    def on_button(self, deed: str) -> str:
        """The button's words with how many payouts, and how much, the deed stops or lets go on."""
        if self.stops is not None and self.stops["count"]:
            count, sums = self.stops["count"], self.stops["sums"]
            words = ngettext("{deed}: {n} payout stops, {sums}", "{deed}: {n} payouts stop, {sums}", count)
        elif self.goes_on.count:
            count, sums = self.goes_on.count, self.goes_on.sums
            words = ngettext("{deed}: {n} payout goes on, {sums}", "{deed}: {n} payouts go on, {sums}", count)
        else:
            return deed
        return words.format(deed=deed, n=number(count), sums=stopping.sums_of(sums))


def of_hold(seller: Seller, now: datetime) -> Effect:
    """Every unsent payout stops; those in a batch leave it."""
    found = stopping.batched(seller=seller)
    words = ngettext(
        "{n} of these leaves its batch ({batches}), {sums} less: the batch goes on without it.",
        "{n} of these leave their batches ({batches}), {sums} less: the batches go on without them.",
        found.payouts.count,
    )
    too_late = _("What is with the bank already goes on: a hold comes too late for it.")
    return _stops(seller, [*_in_batches(found, words), too_late])


def of_suspension(seller: Seller, now: datetime) -> Effect:
    """Every unsent payout stops, and no run pays what is due."""
    follows = _left_out(seller)
    if seller.is_payable:
        follows += _kept_back(seller, now, _("No run pays it while the seller is suspended."))
    too_late = _("What is with the bank already goes on: a suspension does not stop it.")
    return _stops(seller, [*follows, too_late])


def of_lifting(seller: Seller, now: datetime) -> Effect:
    """What goes on once the seller is not suspended, or what then stops it still."""
    heading = _("What will happen")
    if seller.suspended_at is None:
        return Effect(follows=[(heading, [_("Nothing changes: the seller is not suspended.")])])
    then = _standing(seller, suspended_at=None)
    found = stopping.split(seller=then)
    return Effect(goes_on=found.free, follows=[(heading, _opened(then, found, now))])


def of_finding(seller: Seller, now: datetime) -> Effect:
    """What changes by a passed check, and by a failed one."""
    if seller.verified_at is None:
        then = _standing(seller, verified_at=now)
        passed = _opened(then, stopping.split(seller=then), now)
    else:
        passed = [_("Nothing changes: the seller is verified already.")]
    failed = (
        _closed(seller, now)
        if seller.is_payable
        else [_("Nothing changes: no money may go to the seller as it is.")]
    )
    return Effect(follows=[(_("If we know who they are"), passed), (_("If the check failed"), failed)])


def _standing(seller: Seller, **changed: datetime | None) -> Seller:
    """The seller as they would stand then; for questions alone, never saved."""
    then = copy(seller)
    for name, value in changed.items():
        setattr(then, name, value)
    return then


def _stops(seller: Seller, follows: list[str]) -> Effect:
    found = stopping.unsent(seller=seller)
    return Effect(stops={"count": found.count, "sums": found.sums, "follows": follows})


def _opened(then: Seller, found: stopping.Split, now: datetime) -> list[str]:
    """What of the unsent payouts goes on, and what becomes of what is due."""
    return [*stopping.words(found), *_due(then, now)]


def _closed(seller: Seller, now: datetime) -> list[str]:
    """What of the unsent payouts stops, and that no run pays what is due."""
    found = stopping.split(seller=seller)
    words = ngettext(
        "{n} payout that is not sent yet stops: {sums}.",
        "{n} payouts that are not sent yet stop: {sums}.",
        found.free.count,
    )
    stops = [*stopping.counted(words, found.free), *_left_out(seller)] or [_("No payout stops by it.")]
    before = _("No run pays it before the seller is verified again.")
    return [*stops, *stopping.still(found), *_kept_back(seller, now, before)]


def _left_out(seller: Seller) -> list[str]:
    found = stopping.batched(seller=seller)
    words = ngettext(
        "{n} of these is in a batch ({batches}), {sums}: it is left out when the batch is sent.",
        "{n} of these are in batches ({batches}), {sums}: they are left out when the batches are sent.",
        found.payouts.count,
    )
    return _in_batches(found, words)


def _in_batches(found: stopping.Batched, words: str) -> list[str]:
    return stopping.counted(words, found.payouts, batches=", ".join(found.batches))


def _due(then: Seller, now: datetime) -> list[str]:
    """What the next run does with what is due to a seller who stands so, or what keeps it from it, by currency."""
    told = owed.of(seller=then, now=now)
    if [each.cause for each in told] == [Cause.NOTHING_OWED]:
        return [_("Nothing is due that a run could pay.")]
    due = _due_sums(then, now)
    said = []
    for each in told:
        asked = (
            due if each.facts.money is None else [m for m in due if m.currency == each.facts.money.currency]
        )
        said.append(str(each.text) if each.cause in _SAYS_WHAT_IS_DUE else _with_sums(asked, each.text))
    return said


def _kept_back(seller: Seller, now: datetime, why: str) -> list[str]:
    due = _due_sums(seller, now)
    return [_with_sums(due, why)] if due else []


def _with_sums(due: list[Money], text: str) -> str:
    return sentences(_("Due now: {sums}.").format(sums=stopping.sums_of(due)) if due else "", text)


def _due_sums(seller: Seller, now: datetime) -> list[Money]:
    found = balances.balances(seller_id=seller.pk, today=today_of(seller, now))
    return [Money(each.due, each.currency) for each in found if each.due > 0]
