"""A transaction's page: its accounts are those of the journal, and it stays a page whatever the transaction holds."""

import re

import pytest
from django.test import Client

from sellers.ledger.admin import lineage
from sellers.ledger.models import Book
from sellers.ledger.operations import posting
from tests import books, make

pytestmark = pytest.mark.django_db


def page(key: str, accounts, *, funding: str = "MAIN") -> str:
    """The page of a transaction that takes 1.00 from each account out of our bank account."""
    legs = [
        posting.Leg(Book.IN_TRANSIT, 100, "EUR", account.pk, payout_ref=f"P{at}")
        for at, account in enumerate(accounts)
    ]
    legs.append(posting.Leg(Book.CASH, -100 * len(legs), "EUR", funding_code=funding))
    made = posting.post(
        postings=[posting.Posting(key=key, kind="bank_line", legs=tuple(legs))], now=books.IN_OCTOBER
    )
    client = Client()
    client.force_login(make.user("accountant", is_staff=True))
    answer = client.get(f"/books/transactions/T{made[key]}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_house_s_side_is_on_the_account_that_the_journal_names():
    books.charted()
    books.account(Book.CASH, "5129", "Bank in Spain", country="ES")
    in_spain, in_france = (make.ledger_account(make.seller(country=each)) for each in ("ES", "FR"))
    assert "5129 Bank in Spain" in page("one", [in_spain])
    assert "5129 Bank in Spain" in page("two", [in_spain, make.ledger_account(make.seller(country="ES"))])
    assert "5129 Bank in Spain" not in page("both", [in_spain, in_france])
    books.closed()
    rows = [row.split(",") for row in books.journal(books.OCTOBER, "csv").decode().splitlines()[1:]]
    assert [row[4] for row in rows if row[8]] == ["5129", "5129", "5120"]


def test_a_transaction_of_many_legs_shows_the_first_and_says_how_many_more(monkeypatch):
    monkeypatch.setattr(lineage, "MOST_LEGS", 3)
    monkeypatch.setattr(lineage, "SIZE", 2)
    account = make.ledger_account()
    shown = page("many", [account] * 5)
    assert len(re.findall(r'class="f-what grow"', shown)) == 3
    assert "The first 3, debits first" in shown and "3 more are not shown" in shown
    assert shown.count("/payouts/P") == 2 and "and 3 more" in shown
    assert "are not shown" not in page("few", [account] * 2)
