"""Money needed on the front page: by funding account and value date, what is late, and what is in no batch yet."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict

from backoffice import home, home_figures, roles
from payouts.operations import holds
from payouts.queries import filters
from sellers.ledger.money import Money
from sellers.operations import suspend
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def test_money_needed_is_of_the_next_five_business_days_with_what_is_late_and_what_is_in_no_batch():
    late = quick.batch([quick.approved(amount_minor=4_200)])
    quick.approved(amount_minor=1_300)
    held = quick.approved(amount_minor=99_00)
    holds.hold(payout_ids=[held.pk], actor=make.person("analyst"), reason="documents", note="W", now=make.NOW)
    quick.funding(rail="sandbox", currency="GBP", country="GB")
    now = datetime(2026, 12, 23, 12, tzinfo=UTC)
    found = home.page(permissions=roles.ROLES["auditor"], now=now)["funding"]
    (row,) = found["rows"]
    assert row.late.value == Money(late.total_minor, "EUR") and not row.due
    assert row.unbatched.value == Money(1_300, "EUR")
    # TARGET is closed on the 25th; the weekend is no column of its own.
    assert [cell.day.day for cell in row.cells] == [23, 24, 28, 29, 30]
    quick.batch([quick.approved()])
    quick.payout(country="GB", currency="GBP")
    quick.approved(country="GB", currency="GBP", amount_minor=77_00)
    by_name = {
        row.name: row for row in home.page(permissions=roles.ROLES["auditor"], now=now)["funding"]["rows"]
    }
    assert by_name["SANDBOX-GBP"].unbatched.value == Money(77_00, "GBP")
    assert [cell.day.day for cell in by_name["SANDBOX-GBP"].cells if cell.closed] == [28]


def test_a_day_that_is_over_where_an_account_is_is_no_day_on_which_its_banks_are_closed():
    quick.funding(rail="sandbox", currency="JPY", country="JP")
    for country, currency in (("FR", "EUR"), ("JP", "JPY")):
        quick.batch([quick.approved(country=country, currency=currency)])
    now = datetime(2026, 11, 30, 17, tzinfo=UTC)  # a Monday in Paris, Tuesday in Tokyo
    rows = {
        row.name: row for row in home.page(permissions=roles.ROLES["auditor"], now=now)["funding"]["rows"]
    }
    cells = rows["SANDBOX-JPY"].cells
    assert cells[0].day == date(2026, 11, 30) and not any(cell.closed for cell in cells)


def test_money_needed_leaves_out_what_is_blocked_in_a_batch_and_leads_to_the_rest():
    free, of_suspended = quick.approved(amount_minor=4_200), quick.approved(amount_minor=1_300)
    batch = quick.batch([free, of_suspended])
    compliance = make.person("compliance")
    suspend(seller_id=of_suspended.seller_id, reason="Documents", actor=compliance, now=make.NOW)

    def figure(now: datetime) -> home_figures.Figure:
        (row,) = home.page(permissions=roles.ROLES["treasurer"], now=now)["funding"]["rows"]
        return row.late or row.due[batch.value_date]

    for now in (make.NOW, make.NOW + timedelta(days=30)):
        found = figure(now)
        assert found.value == Money(4_200, "EUR")
        behind = filters.read(QueryDict(found.url.partition("?")[2])).qs
        assert list(behind) == [free]
    suspend(seller_id=free.seller_id, reason="Documents", actor=compliance, now=make.NOW)
    assert home.page(permissions=roles.ROLES["treasurer"], now=make.NOW)["funding"]["rows"] == []
