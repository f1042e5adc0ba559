"""A seller's next payouts: what they owe us is none."""

from datetime import timedelta

import pytest

from payouts.queries.why import expected, paragraphs
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("payable", [True, False])
def test_a_debt_is_no_next_payout(payable):
    account = make.ledger_account(make.seller(country="FR"))
    if payable:
        make_accounts.payable(account.seller)
    make.earning(account, amount_minor=-9_00, kind="refund")
    now = make.NOW + timedelta(hours=1)
    told = paragraphs.seller(seller=account.seller, now=now)
    assert [each.cause for each in told] == ["negative"]  # it is said, and is no payment to come
    assert expected.of_seller(seller=account.seller, told=told, now=now) == []


@pytest.mark.parametrize("days", [0, 3])
def test_what_a_scheduled_run_takes_is_left_to_the_schedule(days):
    account = make.ledger_account(make.seller(country="FR"))
    make_accounts.payable(account.seller)
    make.earning(account, amount_minor=900_00, due_date=make.NOW.date() + timedelta(days=days))
    told = paragraphs.seller(seller=account.seller, now=make.NOW)
    (one,) = expected.of_seller(seller=account.seller, told=told, now=make.NOW)
    assert one.actor == "the schedule" and one.run is not None
