"""The books as a page: what was posted, to be read by those who account for it, and changed by nobody."""

import pytest
from django.test import Client

from tests import make, make_payouts

pytestmark = pytest.mark.django_db


def read(role: str = "accountant", **query: str) -> str:
    browser = Client()
    browser.force_login(make.user(role, is_staff=True))
    answer = browser.get("/books/transactions/", query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def payouts():
    return make_payouts.approved([12_34, 56_78])


def test_each_transaction_stands_with_its_debits_and_credits(payouts):
    page = read()
    for words in (
        "Owed to the seller",
        "In payouts not yet sent",
        "Collected by payment providers",
        "12.34",
        "56.78",
    ):
        assert words in page


def test_a_payout_s_postings_are_found_by_its_reference_in_any_case(payouts):
    first, _ = payouts
    page = read(payout=str(first.reference).lower())
    assert "12.34" in page and "56.78" not in page
    assert f"Payout is {first.reference}" in page


def test_a_seller_and_a_book_narrow_it_down_together(payouts):
    first, _ = payouts
    page = read(seller=str(first.seller.reference), book="psp_clearing")
    assert "No such transaction" in page  # what providers collected is nobody's account
    page = read(seller=str(first.seller.reference), book="reserved")
    assert "12.34" in page and "56.78" not in page


def test_the_auditor_reads_them_too_and_sees_who_may_do_what(payouts):
    assert "12.34" in read("auditor")
    browser = Client()
    browser.force_login(make.user("auditor", is_staff=True))
    assert browser.get("/settings/").status_code == 200
    assert browser.get("/settings/people/add/").status_code == 403


@pytest.mark.parametrize("query", [{"payout": "foo"}, {"seller": "S99999"}])
def test_what_names_nothing_is_refused_with_the_way_back(query):
    browser = Client()
    browser.force_login(make.user("accountant", is_staff=True))
    answer = browser.get("/books/transactions/", query | {"book": "payable"})
    (value,) = query.values()
    assert answer.status_code == 400 and f"There is no “{value}”." in answer.content.decode()
    assert answer.context["back_url"] == "/books/transactions/?book=payable"


def test_a_filter_says_that_it_finds_whole_transactions_also_of_other_sellers(payouts):
    words = "Shown are whole transactions, also what they move of other sellers."
    reference = str(payouts[0].seller.reference)
    assert words in read(seller=reference) and words not in read()
    browser = Client()
    browser.force_login(make.user("accountant", is_staff=True))
    for page in ("rows", "new"):
        text = browser.get(f"/exports/{page}/?kind=transactions&seller={reference}").content.decode()
        assert "the rows and their total are also of what these move of other sellers" in text
