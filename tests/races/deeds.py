"""What people do to a payout of a batch that is being submitted, and what the program answers them."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backoffice.audit.actors import Actor
from payouts import countries
from payouts.countries import schemes
from payouts.models import Payout
from payouts.operations import accounts, holds
from payouts.operations._watch import Watch
from sellers import operations as sellers
from tests import make
from tests.races.market import Staff


class Kind(StrEnum):
    PAYOUT = "payout"
    """A hold on one payout, or on two in one action."""
    SELLER = "seller"
    """A hold on everything of the seller."""
    ACCOUNT = "account"
    """Another bank account is asked for: what is unsent waits for it."""
    SUSPENSION = "suspension"
    """The seller is suspended: nothing leaves the batch before the submission itself looks."""


MIX = (Kind.PAYOUT,) * 7 + (Kind.SELLER, Kind.ACCOUNT, Kind.SUSPENSION)
"""How often each kind comes."""


@dataclass
class Deed:
    """One person's one action. ``moment``: seconds after the start of the round. ``answer``: what they were told."""

    kind: Kind
    payouts: Sequence[Payout]
    moment: float
    answer: Any = None
    began: float = 0
    ended: float = 0


def plan(payouts: Sequence[Payout], *, within: float, rng: random.Random) -> list[Deed]:
    """A deed for each of these payouts, now and then one for two, at moments within so many seconds."""
    left, planned = rng.sample(payouts, len(payouts)), []
    while left:
        kind = rng.choice(MIX)
        size = rng.choice((1, 1, 1, 2)) if kind is Kind.PAYOUT else 1
        chosen, left = left[:size], left[size:]
        planned.append(Deed(kind, chosen, rng.uniform(0, within)))
    return sorted(planned, key=lambda deed: deed.moment)


def do_all(deeds: Sequence[Deed], *, who: Actor, staff: Staff, clock: Watch) -> None:
    """One person's deeds, each at its moment or as soon after it as the one before is done."""
    started = time.perf_counter()
    for deed in deeds:
        time.sleep(max(0.0, started + deed.moment - time.perf_counter()))
        deed.began = time.perf_counter()
        try:
            deed.answer = _do(deed, who=who, staff=staff, clock=clock)
        except Exception as error:
            deed.answer = error
        deed.ended = time.perf_counter()


def _do(deed: Deed, *, who: Actor, staff: Staff, clock: Watch) -> Any:
    first = deed.payouts[0]
    if deed.kind is Kind.PAYOUT:
        ids = [payout.pk for payout in deed.payouts]
        return holds.hold(payout_ids=ids, actor=who, reason="dispute", note="Wait.", now=clock.now())
    if deed.kind is Kind.SELLER:
        return holds.hold_seller(
            seller_id=first.seller_id, actor=who, reason="compliance", note="A case.", now=clock.now()
        )
    if deed.kind is Kind.SUSPENSION:
        return sellers.suspend(
            seller_id=first.seller_id, reason="A case.", actor=staff.officer, now=clock.now()
        )
    scheme = schemes.get(countries.get(first.country).account_scheme)
    return accounts.request(
        seller_id=first.seller_id,
        currency=first.currency,
        fields=scheme.simulated(first.seller_id + 500_000 + make.number(), first.country),
        holder_name="Another",
        country=first.country,
        actor=staff.other_analyst,
        now=clock.now(),
    )
