"""A seller's statement: opening balance and movements are the closing balance, whatever happened."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from payouts.exports.statements import seller as seller_sheet
from payouts.operations import creation, givebacks
from payouts.queries import seller_statement
from payouts.states import PayoutStatus
from sellers.ledger.models import Account, Book, Entry
from sellers.ledger.operations import posting
from tests import make, make_accounts
from tests.payouts import quick
from tests.sellers import plans

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 4), date(2026, 10, 7)


def stated(account, first=FIRST, last=LAST):
    return seller_statement.of_seller(
        seller=account.seller, currency=account.currency, first=first, last=last
    )


def payable(account, *, before: datetime) -> int:
    """What the seller had earned that was in no payout: summed without the query under test."""
    rows = Entry.objects.filter(account=account, book=Book.PAYABLE, transaction__posted_at__lt=before)
    return -(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


happenings = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from(["earn", "pay", "back"]), st.integers(-5_000, 9_000).filter(bool)
    ),
    max_size=14,
)


class RandomHistories(TestCase):
    @settings(max_examples=20)
    @given(happenings, st.sampled_from(["EUR", "JPY"]))
    def test_opening_and_movements_are_closing(self, history, currency):
        account = make.ledger_account(currency=currency)
        for day, what, minor in history:
            self.happen(account, what, minor, NOON + timedelta(days=day))
        found = stated(account)
        moved = sum(each.amount_minor for each in [*found.earned, *found.payouts])
        since, until = (datetime(2026, 10, day, tzinfo=UTC) - timedelta(hours=2) for day in (4, 8))  # Paris
        assert found.opening == payable(account, before=since)
        assert found.closing == payable(account, before=until) == found.opening + moved
        following = stated(account, LAST + timedelta(days=1), LAST + timedelta(days=9))
        assert following.opening == found.closing

    def happen(self, account, what, minor, now):
        if what == "earn":
            make.earning(account, amount_minor=minor, now=now)
            return
        legs = (Book.PAYABLE, Book.RESERVED) if what == "pay" else (Book.IN_TRANSIT, Book.PAYABLE)
        made = posting.transfer(
            key=f"k{make.number()}", kind="reserve" if what == "pay" else "given_back", debit=legs[0], credit=legs[1],
            amount_minor=abs(minor), account=account, payout_ref="P999999999",
        )  # fmt: skip
        posting.post(postings=[made], now=now)


@pytest.fixture
def account(db) -> Account:
    """100 earned before, 250 sold and 50 refunded within, all of it put into a payout that is cancelled later."""
    made = make.ledger_account()
    make_accounts.payable(made.seller)
    make.earning(made, amount_minor=100_00, due_date=date(2026, 10, 2), now=NOON)
    make.earning(made, amount_minor=250_00, due_date=FIRST, now=NOON + timedelta(days=3))
    make.earning(made, amount_minor=-50_00, due_date=FIRST, now=NOON + timedelta(days=4))
    creation.run(
        until=None, country="FR", key="run", actor=make.person("analyst"), now=NOON + timedelta(days=5)
    )
    return made


def test_earned_and_paid_out_stand_with_their_sums(account):
    found = stated(account)
    assert (found.opening, found.closing) == (100_00, 0)
    assert [(each.kind, each.count, each.amount_minor) for each in found.earned] == [
        ("sale", 1, 250_00), ("refund", 1, -50_00),
    ]  # fmt: skip
    (payout,) = found.payouts
    assert (payout.day, payout.amount_minor, payout.status) == (
        date(2026, 10, 6), -300_00, PayoutStatus.PENDING_REVIEW,
    )  # fmt: skip


def test_what_happens_later_does_not_change_a_statement_of_days_that_are_over(account):
    before = stated(account)
    payout = account.payouts.get()
    givebacks.cancel(
        payout_ids=[payout.pk], actor=make.person("approver"), reason="x", now=NOON + timedelta(days=20)
    ).only()
    assert stated(account) == before
    later = stated(account, LAST + timedelta(days=1), date(2026, 10, 31))
    (back,) = later.payouts
    assert (back.amount_minor, back.status, back.status_day) == (
        300_00, PayoutStatus.CANCELLED, date(2026, 10, 21),
    )  # fmt: skip
    assert (later.opening, later.closing) == (0, 300_00)


def test_what_is_committed_after_the_period_stands_in_the_day_it_was_begun(account):
    """As the statement's own words say: a posting bears the moment its run or import began."""
    before, following = stated(account), (LAST + timedelta(days=1), date(2026, 10, 31))
    begun = datetime(2026, 10, 7, 21, 59, tzinfo=UTC)  # 23:59 in Paris on the last day
    make.earning(account, amount_minor=5_00, due_date=date(2026, 10, 8), now=begun)
    assert stated(account).closing == before.closing + 5_00 == stated(account, *following).opening


def test_everything_of_the_ledger_is_read_by_one_statement(account):
    with CaptureQueriesContext(connection) as asked:
        stated(account)
    assert sum("ledger_entry" in each["sql"] for each in asked.captured_queries) == 1


def test_days_are_those_of_the_sellers_country(db):
    account = make.ledger_account(make.seller(country="JP"), currency="JPY")
    make.earning(account, amount_minor=700, now=datetime(2026, 10, 3, 15, tzinfo=UTC))  # midnight in Tokyo
    make.earning(account, amount_minor=1, now=datetime(2026, 10, 3, 14, 59, tzinfo=UTC))
    found = stated(account)
    assert (found.opening, found.closing) == (1, 701)


def test_the_sheet_adds_up_in_words(account):
    quick.funding()
    sheet = seller_sheet.sheet(stated(account), language="en")
    balance, earned, payouts = sheet.tables
    assert [[str(cell) for cell in row] for row in balance.rows] == [
        ["Opening balance", "100.00"],
        ["Earned", "200.00"],
        ["Put into payouts", "−300.00"],
        ["Given back", "0.00"],
    ]
    assert str(balance.total[1]) == "0.00" and str(earned.total[1]) == "200.00"
    assert [str(cell) for cell in payouts.rows[0]][1:] == [
        "6 Oct 2026", "Put into payouts", "Being prepared, 6 Oct 2026", "−300.00",
    ]  # fmt: skip
    assert sheet.issuer == "Marketplace SAS"


def test_nothing_in_the_period_is_said(db):
    sheet = seller_sheet.sheet(stated(make.ledger_account()), language="es")
    assert [table.note for table in sheet.tables] == ["", "Nada en este periodo.", "Nada en este periodo."]


def test_no_table_is_read_whole(account):
    plan = plans.of(lambda: stated(account), connection)
    assert "ledger_entry" in plan and "payouts_transition" in plan
    assert "Seq Scan" not in plan.replace("Seq Scan on payouts_fundingaccount", ""), plan
