"""A seller's balance as figures with words: where each part of it is, and what becomes of it."""

from collections.abc import Iterable, Mapping
from datetime import date

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
        return label, written.text(Money(minor, balance.currency)), words if minor else "nothing"

    run = runs.get(balance.currency)
    found = [
        figure("Pending", balance.pending - kept, "not due yet"),
        figure("Due", balance.due, _due(balance, run)),
        figure("Reserved", balance.reserved - stopped, "in payouts under way"),
        figure("Held back", stopped + kept, _held(stopped, kept, balance.currency)),
        figure("In transit", balance.in_transit, "at the bank"),
    ]
    if balance.given_back:
        found.append(figure("Given back", balance.given_back, "came back, to be paid again"))
    total = written.text(Money(balance.total, balance.currency))
    return [*found, ("We owe in all", total, "they owe us" if balance.total < 0 else "the sum of these")]


def _due(balance: balances.Balance, run: Expected | None) -> str:
    if balance.due < 0:
        return "netted against what is earned next"
    if run is not None and run.run is not None:
        return f"the run of {explain.day(run.run)} takes it"
    return "no run takes it yet: see why"


def _held(stopped: int, kept: int, currency: str) -> str:
    """What holds it back, with the amounts where it is both."""
    if not (stopped and kept):
        return "in payouts that are stopped" if stopped else "a reserve, until its day comes"
    parts = [written.text(Money(minor, currency)) for minor in (stopped, kept)]
    return f"{parts[0]} in payouts that are stopped, {parts[1]} a reserve"
