"""A transaction's page: its accounts are those of the journal, and it stays a page whatever the transaction holds."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils.html import strip_tags

from sellers.ledger.admin import lineage, months
from sellers.ledger.models import Book, Period
from sellers.ledger.operations import posting
from sellers.ledger.queries import periods
from tests import books, make
from tests.sellers.ledger.test_book_guards import earned

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


def words(url: str) -> tuple[str, list[str]]:
    """What stands there, tags aside, and where its links of the books lead."""
    client = Client()
    client.force_login(make.user("accountant", is_staff=True))
    answer = client.get(url)
    assert answer.status_code == 200
    text = answer.content.decode()
    links = [each.replace("&amp;", "&") for each in re.findall(r'href="(/books/2026[^"]*)"', text)]
    return " ".join(strip_tags(re.sub("<(td|th|tr|small|li)", r" <\1", text)).split()), links


def opened(code: str, minor: int, now) -> None:
    """Our account begins with this balance, and a line of its bank matches nothing."""
    for kind, amount in (("opening_balance", minor), ("bank_line", -5_00)):
        legs = (
            posting.Leg(Book.CASH, amount, "EUR", funding_code=code),
            posting.Leg(Book.SUSPENSE, -amount, "EUR"),
        )
        posting.post(postings=[posting.Posting(key=f"{kind}:{code}:{now}", kind=kind, legs=legs)], now=now)


def test_what_matches_nothing_is_told_apart_from_what_our_accounts_began_with_down_to_the_entries():
    opened("MAIN", 1_000_00, books.IN_OCTOBER)
    opened("SPARE", 500_00, books.IN_OCTOBER + timedelta(days=1))
    book = "?book=suspense&currency=EUR"
    assert "the balances with which our accounts" in words(f"/books/2026-10/accounts/{book}")[0]
    shown, links = words(f"/books/2026-10/accounts/rows/{book}")
    made = shown.split("What it is made of")[1]
    assert "Bank line 2 10.00 EUR 0.00 EUR Opening balance 2 0.00 EUR 1,500.00 EUR Total 4 10.00 EUR" in made
    (url,) = [each for each in links if "kind=opening_balance" in each]
    rows = words(url)[0]
    assert "1,000.00" in rows and "500.00" in rows and "5.00 EUR" not in rows and "2 entries" in rows
    assert "opening balance, October 2026" in rows


def test_the_entries_of_a_kind_are_turned_page_by_page(monkeypatch):
    monkeypatch.setattr(lineage, "SIZE", 1)
    for day in range(2):
        opened("MAIN", 1_000_00 + day, books.IN_OCTOBER + timedelta(days=day))
    client = Client()
    client.force_login(make.user("accountant", is_staff=True))
    url = "/books/2026-10/entries/?book=suspense&currency=EUR&kind=opening_balance"
    first = client.get(url).context
    second = client.get(f"/books/2026-10/entries/{first['pager']['next_url']}").context
    kinds = [row["it"].kind for page in (first, second) for row in page["rows"]]
    assert kinds == ["opening_balance"] * 2 and not second["pager"]["next_url"]


def test_a_book_says_its_sums_what_it_opened_with_and_that_all_books_balance():
    opened("MAIN", 1_000_00, books.IN_OCTOBER)
    opened("MAIN", 2_000_00, books.IN_NOVEMBER)
    url = "/accounts/rows/?book=suspense&currency=EUR"
    october, links = words(f"/books/2026-10{url}")
    assert "Total 2 5.00 EUR 1,000.00 EUR" in october
    assert "The book opened with €0.00 and closes with −€995.00" in october
    assert "In balance All books of the month in EUR: debits of €1,005.00, credits of €1,005.00." in october
    assert not [each for each in links if "2026-09" in each]
    november, links = words(f"/books/2026-11{url}")
    assert "opened with −€995.00 and closes with −€2,990.00" in november
    assert "/books/2026-10/accounts/?book=suspense&currency=EUR" in links


def test_a_month_says_below_its_books_that_they_balance():
    opened("MAIN", 1_000_00, books.IN_OCTOBER)
    opened("MAIN", 2_000_00, books.IN_NOVEMBER)
    assert "Total In balance 0.00 EUR 2,005.00 EUR 2,005.00 EUR 0.00 EUR" in words("/books/2026-11/totals/")[0]


def _as_closed(ask):
    """A month as if it were closed: nothing keeps these two transactions of it from that but what is not explained."""
    return lambda month: replace(ask(month), period=Period(closed=True))


@pytest.mark.parametrize("closed", [False, True])
def test_sums_that_are_not_one_are_said(monkeypatch, closed):
    opened("MAIN", 1_000_00, books.IN_OCTOBER)
    if closed:
        monkeypatch.setattr(months, "month_or_404", _as_closed(months.month_or_404))
    asked = periods.totals
    off = {Book.SUSPENSE: 7}
    monkeypatch.setattr(
        periods,
        "totals",
        lambda **days: [replace(each, debit=each.debit + off.get(each.book, 0)) for each in asked(**days)],
    )
    assert "Total Out of balance" in words("/books/2026-10/totals/")[0]
    shown, _links = words("/books/2026-10/accounts/rows/?book=suspense&currency=EUR")
    assert "Out of balance All books of the month in EUR: debits of €1,005.07" in shown
    differs = "Differs The totals of the month have debits of €5.07 and credits of €1,000.00 in this book."
    assert (differs in shown) is closed, "an open month goes on while it is added up"


def test_books_whose_balances_do_not_add_up_to_nothing_are_not_in_balance(monkeypatch):
    opened("MAIN", 1_000_00, books.IN_OCTOBER)
    asked = periods.totals
    monkeypatch.setattr(periods, "totals", lambda **days: [replace(each, opening=7) for each in asked(**days)])
    assert "Total Out of balance" in words("/books/2026-10/totals/")[0]


def test_totals_of_one_currency_are_those_of_all_that_are_in_it():
    opened("MAIN", 1_000_00, books.IN_OCTOBER)
    make.earning(make.ledger_account(currency="USD"), now=books.IN_OCTOBER)
    days = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
    both = periods.totals(**days)
    assert {each.currency for each in both} == {"EUR", "USD"}
    for code in ("EUR", "USD"):
        assert periods.totals(**days, currency=code) == [each for each in both if each.currency == code]


def test_the_day_a_fact_happened_stands_beside_the_one_it_is_booked_on_where_they_differ():
    books.charted()
    entries = "/entries/?book=payable&currency=EUR"
    earned(date(2026, 10, 7), now=books.IN_OCTOBER)
    assert "Happened on" not in words(f"/books/2026-10{entries}")[0]
    books.closed()
    earned(date(2026, 10, 8), now=books.IN_NOVEMBER)
    late = words(f"/books/2026-11{entries}")[0]
    assert "Happened on" in late and "Thu 8 Oct" in late
