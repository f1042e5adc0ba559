"""The books as pages: months with their totals, closing by two people, journals, and the way down to an order."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise

from backoffice.audit.clock import database_now
from payouts.operations import journals
from sellers.ledger.admin import lineage, months
from sellers.ledger.models import AccountMapping, Book, EarningKind, Entry, JournalFile
from sellers.ledger.queries import periods
from tests import books, make

pytestmark = pytest.mark.django_db
SURE = {"confirmed": "1"}
SEPTEMBER = date(2020, 9, 1)
# The pages take the time from the database: a month that is over whatever the clock says.
WHEN = books.IN_OCTOBER.replace(year=2020, month=9)


def browser(role: str = "accountant") -> Client:
    client = Client()
    client.force_login(make.user(role, is_staff=True))
    return client


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def september(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    account = make.ledger_account(make.seller(country="ES"))
    values = {"due_date": WHEN.date(), "now": WHEN}
    make.earning(account, amount_minor=199_00, order_ref="order-4711", **values)
    make.earning(account, amount_minor=-23_88, kind=EarningKind.COMMISSION, order_ref="order-4711", **values)


def test_a_month_is_closed_by_two_accountants_and_its_journal_fetched(september):
    one, two = browser(), browser()
    page = text(one.get("/books/2020-09/totals/"))
    assert "175.12" in page and "No account for" in page
    assert (
        "Ask to close September 2020"
        not in text(one.get("/books/2020-09/ask/")).split("<h1>")[1].split("</h1>")[1]
    )
    books.charted()
    assert "September 2020" in text(one.get("/books/"))
    asked = text(one.get("/books/2020-09/ask/"))
    assert "175.12" in asked and "Another person closes it" in asked
    assert one.post("/books/2020-09/ask/", {"confirmed": "1"}).status_code == 302
    assert "another person closes it" in text(one.get("/books/2020-09/"))
    live = '<button class="btn main" type="submit" data-key="Enter">Close September 2020'
    own = text(one.get("/books/2020-09/close/"))
    assert "You asked for it: another person closes it." in own and live not in own
    assert live in text(two.get("/books/2020-09/close/"))
    refused = one.post("/books/2020-09/close/", {"confirmed": "1"})
    assert refused.status_code == 422 and "you asked for it" in refused.content.decode()
    assert two.post("/books/2020-09/close/", {"confirmed": "1"}).status_code == 302
    assert two.post("/books/2020-09/close/", {"confirmed": "1"}).status_code == 409

    page = text(two.get("/books/2020-09/"))
    assert "Nothing of it changes any more" in page and "2 journal entries from number 1" in page
    wanted = {"format": "fec", "currency": "EUR", "grouping": "detailed"}
    assert two.post("/books/2020-09/journal/", wanted).status_code == 302
    file = JournalFile.objects.get()
    assert "Waits for a worker" in text(two.get(f"/books/journals/{file.pk}/state/"))
    assert two.get(f"/books/journals/{file.pk}/").status_code == 409
    journals.write(file_id=file.pk, now=make.NOW)
    assert "123456782FEC20200930-part-2020-09-detailed.txt" in text(two.get("/books/2020-09/"))
    answer = two.get(f"/books/journals/{file.pk}/")
    assert (
        answer["Content-Disposition"]
        == 'attachment; filename="123456782FEC20200930-part-2020-09-detailed.txt"'
    )
    assert b"".join(answer.streaming_content).count(b"\r\n") == 5
    assert browser("auditor").get(f"/books/journals/{file.pk}/").status_code == 403
    assert "Download" not in text(browser("auditor").get("/books/2020-09/"))


def test_asking_shows_what_blocks_the_months_that_go_with_it_too(september):
    """September has no account for a book; October, empty, is closed with it."""
    page = text(browser().get("/books/2020-10/ask/"))
    assert "Not yet" in page and "Everything you chose" not in page
    assert "and the month before it" in page and "No account for" in page
    assert 'id="confirm"' not in page
    assert "No account for" in text(browser().get("/books/2020-10/totals/"))
    assert "No account for" in browser().post("/books/2020-10/ask/", {"confirmed": "1"}).content.decode()


def test_a_journal_that_is_written_already_is_not_said_to_be_being_written(september):
    books.charted()
    books.closed(SEPTEMBER, now=make.NOW)
    client, wanted = browser(), {"format": "csv", "currency": "EUR", "grouping": "daily"}
    refused = client.post("/books/2020-09/journal/", {}).content.decode()
    assert 0 < refused.find('role="alert" tabindex="-1">Not exported') < refused.index("<section"), "at the top"
    assert "The journal is being written" in text(client.post("/books/2020-09/journal/", wanted, follow=True))
    journals.write(file_id=JournalFile.objects.get().pk, now=make.NOW)
    page = text(client.post("/books/2020-09/journal/", wanted, follow=True))
    assert "The journal is ready" in page and "being written" not in page


def test_the_list_of_months_asks_once_for_the_numbers_of_all(september):
    books.charted()
    books.closed(SEPTEMBER, now=make.NOW)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(client.get("/books/"))
        return sum("ledger_periodnumbers" in query["sql"] for query in queries)

    client = browser()
    assert asked() == 1
    books.closed(date(2020, 10, 1), now=make.NOW)
    assert asked() == 1


def test_a_format_that_the_company_lacks_something_for_says_what(september, settings):
    books.charted()
    books.closed(SEPTEMBER, now=make.NOW)
    settings.BOOKS_COMPANY = settings.BOOKS_COMPANY | {"siren": ""}
    wanted = {"format": "fec", "currency": "EUR", "grouping": "detailed"}
    for said, change, month in (
        ("set BOOKS_SIREN", {}, "2020-09"),
        ("choose a format", {"currency": "USD"}, "2020-09"),
        ("choose a format", {}, "2020-10"),  # which is open
    ):
        answer = browser().post(f"/books/{month}/journal/", wanted | change)
        assert answer.status_code == 422 and said in answer.content.decode(), said
    assert not JournalFile.objects.exists()


def test_what_a_month_takes_back_is_open_again(september):
    books.charted()
    one = browser()
    one.post("/books/2020-09/ask/", {"confirmed": "1"})
    assert "It is open again" in text(one.get("/books/2020-09/take-back/"))
    assert one.post("/books/2020-09/take-back/", {"confirmed": "1"}).status_code == 302
    assert periods.month(first=SEPTEMBER, now=make.NOW).status == periods.OPEN


def test_a_total_explains_itself_down_to_the_order_line(september):
    books.charted()
    client = browser()
    totals = text(client.get("/books/2020-09/totals/"))
    accounts = "/books/2020-09/accounts/?book=payable&amp;currency=EUR"
    assert accounts in totals
    page = text(client.get(accounts.replace("&amp;", "&")))
    rows = accounts.replace("/accounts/", "/accounts/rows/")
    assert (
        rows in page and "199.00" not in page
    )  # however many entries a month has, the page does not wait for them
    page = text(client.get(rows.replace("&amp;", "&")))
    assert "4671 Sellers" in page and "Spain" in page and "199.00" in page and "23.88" in page
    entries = "/books/2020-09/entries/?book=payable&currency=EUR&country=ES"
    assert entries.replace("&", "&amp;") in page
    page = text(client.get(entries))
    first = min(payable())
    assert f"/books/transactions/T{first}/" in page
    page = text(client.get(f"/books/transactions/T{first}/"))
    assert "order-4711" in page and "7061 Commission" not in page and "5110 Payment providers" in page
    assert client.get("/books/2020-09/accounts/?book=nonsense&currency=EUR").status_code == 400
    assert client.get("/books/2020-09/accounts/?currency=EUR").status_code == 404
    assert "No entry" in text(client.get("/books/2020-09/entries/?book=payable&currency=EUR&country=FR"))


def payable() -> list[int]:
    return list(Entry.objects.filter(book=Book.PAYABLE).values_list("transaction_id", flat=True))


def test_entries_come_in_pages_by_key_each_once(september, monkeypatch):
    monkeypatch.setattr(lineage, "SIZE", 1)
    client, url, seen = browser(), "/books/2020-09/entries/?book=payable&currency=EUR", []
    for _ in range(5):
        page = text(client.get(url))
        seen += [pk for pk in payable() if f"/transactions/T{pk}/" in page]
        found = re.search(r'href="\?[^"]*after=([0-9]+-[0-9]+-[0-9]+)"', page)
        if not found:
            break
        url = f"/books/2020-09/entries/?book=payable&currency=EUR&after={found[1]}"
    assert seen == sorted(payable())
    wrong = client.get("/books/2020-09/entries/?book=payable&currency=EUR&after=nonsense")
    assert wrong.status_code == 400 and "“after=nonsense” is no place in this list" in wrong.content.decode()


def test_an_account_is_asked_for_by_one_and_confirmed_by_another():
    one, two = browser(), browser()
    form = {
        "book": "cash", "currency": "eur", "country": "", "number": "5121", "label": "Bank",
        "effective_from": "2026-11-01",
        "reason": "The chart.", "xero_tax_code": "Zero Rated",
    }  # fmt: skip
    assert "DATEV: BU-Schlüssel" in text(one.get("/books/accounts/new/?book=cash"))
    assert one.post("/books/accounts/new/", form).status_code == 302
    made = AccountMapping.objects.get()
    assert (made.currency, made.targets) == ("EUR", {"xero.tax_code": "Zero Rated"})
    again = one.post("/books/accounts/new/", form)
    assert "waits already" in again.content.decode()
    assert "you asked for it" in text(one.get("/books/accounts/"))
    for who, live in ((one, False), (two, True)):
        page = text(who.get("/books/accounts/decide/", {"decision": f"confirm-{made.pk}"}))
        assert ("Off for you: you asked for it." not in page) == ('data-key="Enter">' in page) == live
    own = one.post("/books/accounts/decide/", {"decision": f"confirm-{made.pk}", **SURE}, follow=True)
    assert "you asked for it" in text(own).lower()
    shown = {"decision": "confirm-all", "shown": [made.pk], **SURE}
    assert "1 account confirmed" in text(two.post("/books/accounts/decide/", shown, follow=True))
    assert two.post("/books/accounts/decide/", {"decision": f"dismiss-{made.pk}", **SURE}).status_code == 409
    assert "in force" in text(browser("auditor").get("/books/accounts/")) or "later" in text(
        two.get("/books/accounts/")
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "=5121", "account number"),
        ("label", "=Bank", "begins with a letter"),
        ("currency", "EUX", "ISO 4217"),
        ("country", "1A", "two letters"),
        ("country", "QQ", "two letters"),
        ("datev_tax_code", "ABC", "is not written so"),
        ("reason", "", "required"),
    ],
)
def test_what_is_no_account_is_refused_with_a_sentence(field, value, words):
    form = {
        "book": "cash", "currency": "", "country": "", "number": "5121", "label": "Bank",
        "effective_from": "2026-11-01",
        "reason": "R",
    }  # fmt: skip
    answer = browser().post(reverse("admin:ledger_mapping_new"), form | {field: value})
    assert words in answer.content.decode()
    assert not AccountMapping.objects.exists()


def test_each_currency_of_the_totals_has_its_heading(september):
    yen = make.ledger_account(make.seller(country="JP"), currency="JPY")
    make.earning(yen, amount_minor=5_000, due_date=WHEN.date(), now=WHEN)
    page = text(browser().get("/books/2020-09/totals/"))
    assert re.findall(r'scope="rowgroup"[^>]*>(\w+)<', page) == ["EUR", "JPY"]


def test_a_month_that_is_over_and_that_nobody_asked_to_close_says_so_and_this_one_does_not(september):
    first = periods.today(now=database_now()).replace(day=1)
    list_ = text(browser().get("/books/"))
    assert "over, not closed yet" in text(browser().get("/books/2020-09/"))
    assert "over, not closed yet" not in text(browser().get(f"/books/{first:%Y-%m}/"))
    assert list_.count("over, not closed yet") == len(periods.to_close(now=database_now()))
    assert "midnight in Paris." in list_


def test_the_state_of_a_month_is_a_word_that_can_be_said_in_any_language():
    assert all(isinstance(word, Promise) for word, _meaning in months.WORDS.values())
