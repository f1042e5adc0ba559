"""A seller's balance as figures with words: where each part of it is, and what becomes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from payouts.queries import explain, held
from payouts.queries.why.expected import Expected
from sellers.ledger import written
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from sellers.models import Seller

Figure = tuple[str, str, str]


@dataclass(frozen=True)
class Standing:
    """``strips``: for each currency its figures, which add up to the last of them. ``debts``: what the seller owes us,
    that is due, as positive amounts. ``pending``: whether anything is to come due.
    """

    strips: list[tuple[str, list[Figure]]]
    debts: list[Money]
    pending: bool


def standing(*, seller: Seller, today: date, coming: Iterable[Expected]) -> Standing:
    """Where the seller's money is. ``coming`` says when what is due is taken."""
    runs = {each.money.currency: each for each in coming if each.money is not None and each.run is not None}
    stopped = held.held_back(seller=seller)
    kept = balances.kept_back(seller_id=seller.pk, today=today)
    debits = balances.to_debit(seller_id=seller.pk, today=today)
    found = balances.balances(seller_id=seller.pk, today=today)
    strips = []
    for each in found:
        parts = _Parts(
            stopped.get(each.currency, 0), kept.get(each.account_id, 0), debits.get(each.account_id, 0)
        )
        strips.append((each.currency, _figures(each, parts, runs)))
    debts = [Money(-each.due, each.currency) for each in found if each.due < 0]
    return Standing(strips, debts, any(each.pending for each in found))


@dataclass(frozen=True)
class _Parts:
    """Parts of a balance in minor units: reserved and ``stopped``; pending and ``kept``, or ``debit``, below zero."""

    stopped: int
    kept: int
    debit: int


def _figures(balance: balances.Balance, parts: _Parts, runs: Mapping[str, Expected]) -> list[Figure]:
    stopped, kept = parts.stopped, parts.kept

    def figure(label: str, minor: int, words: str) -> Figure:
        return label, written.text(Money(minor, balance.currency)), words if minor else _("nothing")

    run = runs.get(balance.currency)
    found = [
        figure(_("Pending"), balance.pending - kept, _pending(balance, parts)),
        figure(_("Due"), balance.due, _due(balance, run)),
        figure(_("Reserved"), balance.reserved - stopped, _("in payouts under way")),
        figure(_("Held back"), stopped + kept, _held(stopped, kept, balance.currency)),
        figure(_("In transit"), balance.in_transit, _("at the bank")),
    ]
    if balance.given_back:
        found.append(figure(_("Given back"), balance.given_back, _("came back, to be paid again")))
    total = written.text(Money(balance.total, balance.currency))
    return [
        *found,
        (_("We owe in all"), total, _("they owe us") if balance.total < 0 else _("the sum of these")),
    ]


def _pending(balance: balances.Balance, parts: _Parts) -> str:
    """What of it comes and what goes, for a seller who owes us: a sum of both explains no debt."""
    minor = balance.pending - parts.kept
    if not parts.debit or (balance.due >= 0 and minor >= 0):
        return _("not due yet")
    said = [written.text(Money(each, balance.currency)) for each in (minor - parts.debit, parts.debit)]
    return _("not due yet: {credit} to be credited, {debit} to be debited").format(
        credit=said[0], debit=said[1]
    )


def _due(balance: balances.Balance, run: Expected | None) -> str:
    if balance.due < 0:
        return _("netted against what is earned next")
    if run is not None and run.run is not None:
        return _("the run of {run} takes it").format(run=explain.day(run.run))
    return _("no run takes it yet: see why")


def _held(stopped: int, kept: int, currency: str) -> str:
    """What holds it back, with the amounts where it is both."""
    if not (stopped and kept):
        return _("in payouts that are stopped") if stopped else _("a reserve, until its day comes")
    parts = [written.text(Money(minor, currency)) for minor in (stopped, kept)]
    return _("{stopped} in payouts that are stopped, {reserve} a reserve").format(
        stopped=parts[0], reserve=parts[1]
    )
