"""What the page of a month asks of the books."""

from datetime import date

import pytest
from django.db import connection

from sellers.ledger.queries import periods
from tests import books, make
from tests.sellers import plans

pytestmark = pytest.mark.django_db


def test_late_facts_are_counted_by_their_month_without_reading_the_month_they_are_booked_in():
    books.charted()
    account = make.ledger_account()
    make.earning(account, due_date=books.IN_OCTOBER.date(), now=books.IN_OCTOBER)
    books.closed(books.OCTOBER)
    for day in (date(2026, 10, 3), date(2026, 10, 4), date(2026, 11, 4)):
        make.earning(account, occurred_date=day, due_date=day, now=books.IN_NOVEMBER)
    november = {"first": books.NOVEMBER, "last": date(2026, 11, 30)}
    assert periods.late(**november) == [("2026-10", 2)]
    plan = plans.of(lambda: periods.late(**november), connection)
    assert "transaction_late" in plan and "transaction_booked" not in plan, plan
