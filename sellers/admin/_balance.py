"""A seller's balance as figures with words: where each part of it is, and what becomes of it."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from payouts.queries import explain, held
from payouts.queries.why.expected import Expected
from sellers.ledger import written
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from sellers.models import Seller

Figure = tuple[str, str, str]


def strips(*, seller: Seller, today: date, coming: Iterable[Expected]) -> list[tuple[str, list[Figure]]]:
    """For each currency its figures, which add up to the last of them. ``coming`` says when what is due is taken."""
    runs = {each.money.currency: each for each in coming if each.money is not None and each.run is not None}
    stopped = held.held_back(seller=seller)
    kept = balances.kept_back(seller_id=seller.pk, today=today)
    return [
        (each.currency, _figures(each, stopped.get(each.currency, 0), kept.get(each.account_id, 0), runs))
        for each in balances.balances(seller_id=seller.pk, today=today)
    ]


def _figures(
    balance: balances.Balance, stopped: int, kept: int, runs: Mapping[str, Expected]
) -> list[Figure]:
    def figure(label: str, minor: int, words: str) -> Figure:
        return label, written.text(Money(minor, balance.currency)), words if minor else _("nothing")

    run = runs.get(balance.currency)
    found = [
        figure(_("Pending"), balance.pending - kept, _("not due yet")),
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
