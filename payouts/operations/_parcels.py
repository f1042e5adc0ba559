"""From payouts to the exact bytes of each submission; a payout that cannot become bytes never keeps the rest back.

What fails for one payout alone is that payout's fault; what fails for all of several is the keys' or our account's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backoffice.words import later
from payouts.models import Batch, Payout
from payouts.operations import _envelopes
from payouts.operations._envelopes import Order
from payouts.operations._leases import Parcel
from payouts.queries import outside
from payouts.rails import base, registry
from sellers import vault

SEALED = later("its stored bank details do not open. Ask the seller for them again")


@dataclass
class Made:
    """Parcels ready to be leased, payouts that cannot go with why, and problems that are nobody's payout alone."""

    parcels: list[Parcel] = field(default_factory=list)
    refused: list[tuple[Payout, str]] = field(default_factory=list)
    problems: Sequence[str] = ()


def orders(
    *, payouts: Sequence[Payout], numbers: Mapping[int, int]
) -> tuple[list[Order], list[tuple[Payout, str]]]:
    """Each payout as an order, and those whose bank details do not open.

    Raises `vault.VaultError` when no details of several open: then it is the keys.
    """
    try:
        return _envelopes.orders(payouts=payouts, numbers=numbers), []
    except vault.Unreadable:
        fine: list[Order] = []
        closed: list[tuple[Payout, str]] = []
        for payout in payouts:
            try:
                fine += _envelopes.orders(payouts=[payout], numbers=numbers)
            except vault.Unreadable:
                closed.append((payout, SEALED))
        if len(closed) == len(payouts) > 1:
            raise
        return fine, closed


def make(*, batch: Batch, orders: Sequence[Order], now: datetime) -> Made:
    """The bytes of the batch's next submissions: one file of all orders, or a call for each."""
    if registry.get(batch.rail).capabilities.shape is base.Shape.FILE:
        return _file(batch, orders, now)
    return _calls(batch, orders, now)


def _file(batch: Batch, orders: Sequence[Order], now: datetime) -> Made:
    key = outside.free_file_key(batch)
    try:
        return Made([_parcel(batch, key, orders, now)])
    except base.Unrenderable as whole:
        alone = [(order, _problems(batch, key, order, now)) for order in orders]
        rest = [order for order, problems in alone if not problems]
        if not rest or len(rest) == len(orders):
            return Made(problems=whole.problems)
    try:
        parcel = _parcel(batch, key, rest, now)
    except base.Unrenderable as still:
        return Made(problems=still.problems)
    return Made([parcel], [(order.payout, " ".join(problems)) for order, problems in alone if problems])


def _calls(batch: Batch, orders: Sequence[Order], now: datetime) -> Made:
    made = Made()
    for order in orders:
        try:
            made.parcels.append(_parcel(batch, order.end_to_end_id, [order], now))
        except base.Unrenderable as error:
            made.refused.append((order.payout, " ".join(error.problems)))
            problems = error.problems
    if len(made.refused) == len(orders) > 1:
        return Made(problems=problems)
    return made


def _problems(batch: Batch, key: str, order: Order, now: datetime) -> list[str]:
    try:
        _parcel(batch, key, [order], now)
    except base.Unrenderable as error:
        return error.problems
    return []


def _parcel(batch: Batch, key: str, orders: Sequence[Order], now: datetime) -> Parcel:
    body = registry.get(batch.rail).render(envelope(batch=batch, key=key, orders=orders, now=now))
    return Parcel(key=key, orders=orders, body=body)


def envelope(*, batch: Batch, key: str, orders: Sequence[Order], now: datetime) -> base.Envelope:
    """These orders of the batch under one key, before they are bytes."""
    return base.Envelope(
        key=key,
        created_at=now,
        value_date=batch.value_date,
        debtor=_envelopes.debtor(batch.funding_account),
        instructions=tuple(order.instruction for order in orders),
    )
