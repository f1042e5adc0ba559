"""The list of batches: what narrows it, what it comes to, and that it leads to a file of exactly these rows."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from backoffice.templatetags.backoffice_format import day as written_day
from payouts.models import Batch
from payouts.queries import worklist
from tests import make, make_payouts

pytestmark = pytest.mark.django_db


@pytest.fixture
def treasurer() -> Client:
    client = Client()
    client.force_login(make.user("treasurer", is_staff=True))
    return client


@pytest.fixture
def batches() -> dict[str, Batch]:
    return {
        "euros": make_payouts.proposed_batch([1200, 300]),
        "more euros": make_payouts.approved_batch([4_000_00]),
        "dollars": make_payouts.proposed_batch([5000], country="US"),
    }


def listed(client: Client, **query: str) -> set[str]:
    return {row["batch"].reference for row in client.get("/batches/", query).context["rows"]}


def test_batches_are_narrowed_by_currency_and_by_account(treasurer, batches):
    euros = {batches["euros"].reference, batches["more euros"].reference}
    assert listed(treasurer, currency="EUR") == euros
    assert listed(treasurer, funding="SEPA-EUR") == euros
    assert listed(treasurer, funding=batches["dollars"].funding_account.code) == {
        batches["dollars"].reference
    }
    assert listed(treasurer, currency="EUR", status="PROPOSED") == {batches["euros"].reference}


def test_batches_are_narrowed_by_value_dates_the_ends_with_them(treasurer):
    made = [make_payouts.proposed_batch([100], now=make_payouts.NOW + timedelta(days=n)) for n in (0, 7, 14)]
    first, second, third = (batch.value_date for batch in made)
    assert first < second < third
    assert listed(treasurer, value_from=f"{second}", value_until=f"{second}") == {made[1].reference}
    assert listed(treasurer, value_from=f"{second + timedelta(days=1)}") == {made[2].reference}
    assert listed(treasurer, value_until=f"{second - timedelta(days=1)}") == {made[0].reference}
    backwards = treasurer.get("/batches/", {"value_from": f"{third}", "value_until": f"{first}"})
    assert backwards.status_code == 400


def test_the_totals_are_of_all_that_is_filtered_in_each_currency(treasurer, batches):
    page = treasurer.get("/batches/totals/").content.decode()
    assert "3 batches" in page and page.count("data-sum") == 2
    assert ">4,015.00<small>EUR" in page and ">50.00<small>USD" in page
    page = treasurer.get("/batches/totals/", {"currency": "EUR", "status": "PROPOSED"}).content.decode()
    assert "1 batch<" in page and ">15.00<small>EUR" in page and "USD" not in page


def test_more_than_are_added_up_at_once_are_added_up_when_asked_for(treasurer, batches, monkeypatch):
    monkeypatch.setattr(worklist, "TOTALS_CAP", 2)
    page = treasurer.get("/batches/totals/?currency=EUR").content.decode()
    assert "2 batches" in page and ">4,015.00<small>EUR" in page
    page = treasurer.get("/batches/totals/?value_from=2026-01-01").content.decode()
    assert "more than 2 batches" in page and "data-sum" not in page and "Add them all up" in page
    whole = re.search(r'hx-get="([^"]*)"', page)[1]
    page = treasurer.get(html.unescape(whole)).content.decode()
    assert "3 batches" in page and page.count("data-sum") == 2


def test_the_list_asks_for_the_totals_of_its_own_rows(treasurer, batches):
    page = treasurer.get("/batches/", {"currency": "EUR", "before": "999999"}).content.decode()
    assert 'hx-get="/batches/totals/?currency=EUR"' in page


def test_a_tab_keeps_the_filters_and_a_filter_the_tab(treasurer, batches):
    page = treasurer.get("/batches/", {"currency": "EUR", "status": "PROPOSED", "value_from": "2026-01-01"})
    text = html.unescape(page.content.decode())
    assert 'href="?currency=EUR&value_from=2026-01-01&status=SETTLED"' in text
    assert 'href="?status=PROPOSED&value_from=2026-01-01"' in text  # takes the currency away
    assert "Value date from Thu 1 Jan 2026" in text
    assert '<input type="hidden" name="currency" value="EUR">' in text


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ({"currency": "EUR", "value_from": "2026-01-01"}, "currency=EUR&value_from=2026-01-01"),
        ({"funding": "SEPA-EUR"}, "funding=SEPA-EUR"),
        ({"waits_for": "ann"}, "waits_for=ann"),
        ({"waits_for": "bob"}, "waits_for=bob"),
    ],
)
def test_an_export_is_offered_of_the_same_rows(batches, query, offered):
    accountant = Client()
    make.user("treasurer", username="bob")
    accountant.force_login(make.user("accountant", is_staff=True, username="ann"))
    text = html.unescape(accountant.get("/batches/", query).content.decode())
    assert f'href="/exports/new/?kind=batches&{offered}"' in text


def test_an_address_with_the_former_names_of_the_value_dates_leads_to_the_list(treasurer):
    answer = treasurer.get("/batches/?status=PROPOSED&value_after=2026-11-01&value_before=2026-11-30")
    assert answer.status_code == 302
    assert answer.url == "/batches/?status=PROPOSED&value_from=2026-11-01&value_until=2026-11-30"
    assert treasurer.get(answer.url).status_code == 200


def test_a_batch_whose_cut_off_passed_shows_the_value_date_that_its_approval_would_be_for(treasurer):
    batch = make_payouts.proposed_batch([100])  # long before the present of the page
    (row,) = treasurer.get("/batches/").context["rows"]
    page = treasurer.get("/batches/").content.decode()
    assert row["value_date"] > batch.value_date and f"was {written_day(batch.value_date)}" in page
    assert row["value_date"] == treasurer.get(f"/batches/{batch.reference}/").context["value_date"]
    fresh = make_payouts.proposed_batch([100], now=now())
    assert {each["batch"]: each["value_date"] for each in treasurer.get("/batches/").context["rows"]}[
        fresh
    ] == fresh.value_date


def test_the_cut_off_stands_in_the_list_on_a_narrow_screen_too(treasurer):
    make_payouts.proposed_batch([100], now=now())
    (row,) = treasurer.get("/batches/").context["rows"]
    page = treasurer.get("/batches/").content.decode()
    assert f'<td class="quiet wrap f-sub" data-word="cut-off">{row["cut_off"]}</td>' in page
