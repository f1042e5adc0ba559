"""A balance is a sum, and says where the money stands."""

import datetime

import pytest

from payouts.models import Payout
from payouts.operations import creation, givebacks
from sellers.ledger.models import Book
from sellers.ledger.operations import posting
from sellers.ledger.queries import balances, earnings, statement
from tests import make, make_payouts

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def moved(account, debit, credit, minor, key="k"):
    posting.post(
        postings=[
            posting.transfer(
                key=key,
                kind="x",
                debit=debit,
                credit=credit,
                amount_minor=minor,
                account=account,
                payout_ref="P1",
            )
        ],
        now=make.NOW,
    )


def test_earnings_are_due_or_pending_by_their_day():
    account = make.ledger_account()
    make.earning(account, amount_minor=1_000, due_date=make.TODAY)
    make.earning(account, amount_minor=-200, due_date=make.TODAY)
    make.earning(account, amount_minor=500, due_date=make.TODAY + DAY)

    (found,) = balances.balances(seller_id=account.seller_id, today=make.TODAY)

    assert (found.due, found.pending, found.given_back, found.reserved, found.in_transit, found.total) == (
        800,
        500,
        0,
        0,
        0,
        1_300,
    )


def paid_out(account):
    """The payout of all that is due today, as a run makes it: the money is reserved."""
    make_payouts.account(account.seller, currency=account.currency, scheme="iban")
    run = creation.run(until=None, country="FR", key="run", actor=make.person("analyst"), now=make.NOW)
    return Payout.objects.get(run=run)


def test_reserved_and_travelling_money_is_still_owed_and_no_longer_due():
    account = make.ledger_account()
    make.earning(account, amount_minor=1_000, due_date=make.TODAY)
    paid_out(account)
    moved(account, Book.RESERVED, Book.IN_TRANSIT, 400)

    (found,) = balances.balances(seller_id=account.seller_id, today=make.TODAY)

    assert (found.due, found.pending, found.given_back) == (0, 0, 0)
    assert (found.reserved, found.in_transit, found.total) == (600, 400, 1_000)


def test_money_of_a_dead_payout_shows_as_given_back_until_it_is_disposed_of():
    account = make.ledger_account()
    make.earning(account, amount_minor=1_000, due_date=make.TODAY)
    givebacks.cancel(
        payout_ids=[paid_out(account).pk], actor=make.person("approver"), reason="a duplicate", now=make.NOW
    )

    (found,) = balances.balances(seller_id=account.seller_id, today=make.TODAY)

    assert (found.due, found.given_back, found.total) == (0, 1_000, 1_000)


def test_each_currency_is_a_balance_of_its_own():
    seller = make.seller()
    make.earning(make.ledger_account(seller, currency="JPY"), amount_minor=7_000)
    make.earning(make.ledger_account(seller, currency="EUR"), amount_minor=100)

    found = balances.balances(seller_id=seller.pk, today=make.TODAY)

    assert [(each.currency, each.total) for each in found] == [("EUR", 100), ("JPY", 7_000)]


def test_later_earnings_are_netted_against_a_debt():
    account = make.ledger_account()
    make.earning(account, amount_minor=-2_500)
    make.earning(account, amount_minor=4_000)

    (found,) = balances.balances(seller_id=account.seller_id, today=make.TODAY)

    assert found.due == 1_500


def test_lines_of_a_span_are_those_due_in_it():
    account = make.ledger_account()
    dates = [datetime.date(2026, 11, day) for day in (9, 10, 11, 16, 17)]
    made = [make.earning(account, amount_minor=100 + n, due_date=day) for n, day in enumerate(dates)]
    make.earning(amount_minor=999, due_date=dates[2])

    after, until = dates[1], dates[3]
    found = earnings.of_span(account_id=account.pk, after=after, until=until)

    assert set(found) == {made[2], made[3]}
    assert earnings.of_span(account_id=account.pk, after=None, until=until).count() == 4


def test_lines_are_grouped_by_kind_and_add_up():
    account = make.ledger_account()
    for minor in (1_000, 500, -300):
        make.earning(account, amount_minor=minor)

    found = earnings.kinds(account_id=account.pk, after=None, until=make.TODAY)

    assert [(each.label, each.count, each.amount_minor) for each in found] == [
        ("Sale", 2, 1_500),
        ("Refund", 1, -300),
    ]


def test_lines_come_in_pages_without_gap_or_repeat():
    account = make.ledger_account()
    made = [make.earning(account, due_date=make.TODAY - DAY * (n % 3)) for n in range(7)]
    seen, following = [], None
    for _ in range(4):
        page = earnings.lines(
            account_id=account.pk, after=None, until=make.TODAY, following=following, size=2
        )
        seen += page.lines
        following = earnings.Cursor.read(str(page.following)) if page.following else None

    assert following is None
    assert seen == sorted(made, key=lambda each: (each.due_date, each.pk))


def test_a_statement_opens_moves_and_closes():
    account = make.ledger_account()
    make.earning(account, amount_minor=700, now=make.NOW - DAY)
    make.earning(account, amount_minor=300)
    moved(account, Book.PAYABLE, Book.RESERVED, 900)
    moved(account, Book.RESERVED, Book.IN_TRANSIT, 900, key="sent")
    make.earning(account, amount_minor=50, now=make.NOW + DAY)

    found = statement.statement(account_id=account.pk, since=make.NOW, until=make.NOW + DAY)

    assert (found.opening, found.closing) == (700, 100)
    assert [(each.kind, each.count, each.amount_minor) for each in found.earned] == [("sale", 1, 300)]
    assert [(each.payout_ref, each.amount_minor) for each in found.payouts] == [("P1", -900)]
