"""Payouts that a rule of flagging is about, each of a French seller of its own, made by a run at `make.NOW`.

The seller's past is all that differs: what was paid, which bank account there was, what buyers sent back.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from payouts.models import AccountVersion, Payout
from payouts.operations import accounts, creation
from sellers.ledger.models import EarningKind
from sellers.models import Seller
from tests import make
from tests.payouts import quick, standing

OTHER = {"iban": "FR1420041010050500013M02606"}
ABROAD = {"iban": "DE89370400440532013000"}
A_MONTH_AGO = make.NOW - timedelta(days=30)
LAST_DAY = A_MONTH_AGO.date()
"""Of the payout before that of `after_refunds`."""


def change(
    seller: Seller, fields: Mapping[str, str], *, asked: datetime, at: datetime, holder: str = ""
) -> AccountVersion:
    """Another bank account of the seller is asked for, verified, and in effect from ``at`` on.

    The settings must let it wait no longer than that (`ACCOUNT_WAIT_HOURS`).
    """
    version = accounts.request(
        seller_id=seller.pk, currency="EUR", fields=fields, holder_name=holder or seller.name, country="FR",
        actor=make.person("analyst"), now=asked,
    )  # fmt: skip
    accounts.decide(version_id=version.pk, verified=True, actor=make.person("compliance"), note="", now=asked)
    accounts.take_effect(now=at)
    return version


def after_payouts(amounts: Sequence[int], *, amount_minor: int, status: str = "PAID") -> Payout:
    """A payout of a seller who had payouts of these amounts before, a day apart, all of them in this status."""
    seller = make.seller()
    for back, before in zip(range(len(amounts), 0, -1), amounts, strict=True):
        standing.payout(status, seller=seller, amount_minor=before, now=make.NOW - timedelta(days=back))
    return quick.payout(seller=seller, amount_minor=amount_minor)


def after_change(*, asked: datetime, fields: Mapping[str, str] = OTHER) -> Payout:
    """A payout to the seller's second bank account, which was asked for then."""
    seller = quick.payout(now=A_MONTH_AGO).seller
    change(seller, fields, asked=asked, at=asked)
    return quick.payout(seller=seller)


def to_a_first_account(*, asked: datetime) -> Payout:
    """A payout to the only bank account that the seller ever had, which was asked for then."""
    account = make.ledger_account(make.seller())
    make.earning(account)
    change(account.seller, OTHER, asked=asked, at=asked)
    creation.run(until=None, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW)
    return Payout.objects.get(account=account)


def after_refunds(
    refunds: int, *, before: int, kind: EarningKind = EarningKind.REFUND, day: date = LAST_DAY
) -> Payout:
    """A payout of sales of 100.00 less ``refunds``. The payout before it ended a month ago, and was of sales of 100.00
    on its last day less ``before``, which came back on ``day``. Both of this kind, in cents.
    """
    account = make.ledger_account(make.seller())
    make.earning(account, kind=kind, amount_minor=-before, due_date=day)
    quick.payout(seller=account.seller, amount_minor=100_00, now=A_MONTH_AGO)
    make.earning(account, kind=kind, amount_minor=-refunds, due_date=make.TODAY)
    return quick.payout(seller=account.seller, amount_minor=100_00)
