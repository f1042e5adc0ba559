"""The histories of rates and of the books' accounts grow for years: they come page by page, each version once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from sellers.ledger.models import Book
from sellers.ledger.operations import mapping, rates
from tests import books, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """Who asks, and who confirms."""
    return make.person("accountant"), make.person("accountant")


def pages(address: str) -> list[list[dict]]:
    """The rows of each page, from the first to the last and back again."""
    client = Client()
    client.force_login(make.user("accountant", is_staff=True))
    found, page = [], client.get(address)
    while True:
        found.append(page.context["rows"])
        if not page.context["pager"].next_url:
            break
        assert 'rel="next"' in page.content.decode()
        page = client.get(f"{address}{page.context['pager'].next_url}")
    back = client.get(f"{address}{page.context['pager'].previous_url}")
    assert [row["it"] for row in back.context["rows"]] == [row["it"] for row in found[-2]]
    return found


def test_rates_the_newest_month_first_and_which_of_them_counts_on_whatever_page(two):
    asker, other = two

    def rate(month: date, currency: str):
        values = {"home": "EUR", "units": Decimal(1), "worth": Decimal(2), "reason": "The bank's."}
        made = rates.ask(month=month, currency=currency, actor=asker, now=make.NOW, **values)
        return rates.confirm(rate_ids=[made.pk], actor=other, now=make.NOW)[0]

    september = [rate(date(2026, 9, 1), currency) for currency in ("JPY", "USD")]
    october = [rate(books.OCTOBER, "USD") for _ in range(51)]
    first, last = pages("/books/rates/")
    assert [row["it"] for row in (*first, *last)] == [*october[::-1], *september[::-1]]
    assert [row["it"].counts for row in first] == [True] + 49 * [False]
    assert [row["it"].counts for row in last] == [False, True, True]


def test_versions_of_an_account_the_newest_first_and_which_is_in_force_on_whatever_page(two):
    asker, other = two

    def version(book: Book, begins: date, *, currency: str = ""):
        values = {
            "country": "",
            "number": "5120",
            "label": "An account",
            "targets": {},
            "reason": "The chart.",
        }
        made = mapping.ask(
            book=book, currency=currency, effective_from=begins, actor=asker, now=make.NOW, **values
        )
        return mapping.confirm(mapping_ids=[made.pk], actor=other, now=make.NOW)[0]

    cash = [version(Book.CASH, books.BEGIN)]
    dollars = [version(Book.CASH, books.BEGIN, currency="USD")]
    vat = [version(Book.VAT, books.BEGIN + timedelta(days=n // 2)) for n in range(50)]
    later = version(Book.VAT, date(2999, 1, 1))
    first, last = pages("/books/accounts/")
    assert [row["it"] for row in (*first, *last)] == [later, *vat[::-1], *dollars, *cash]
    assert [row["word"] for row in first] == ["later", "in force", *48 * ["replaced"]]
    assert [row["word"] for row in last] == ["replaced", "in force", "in force"]
