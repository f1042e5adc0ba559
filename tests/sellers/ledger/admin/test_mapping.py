"""The accounts of the books as a page: confirmed is what was seen, and nothing else."""

import re

import pytest
from django.test import Client

from backoffice.audit import actors
from sellers.ledger.models import AccountMapping, Book
from sellers.ledger.operations import mapping
from tests import books, make

pytestmark = pytest.mark.django_db
DECIDE = "/books/accounts/decide/"


def browser() -> Client:
    client = Client()
    client.force_login(make.user("accountant", is_staff=True))
    return client


def wish(book: Book, number: str, actor: actors.Actor | None = None) -> AccountMapping:
    return mapping.ask(
        book=book, currency="", country="", number=number, label="An account", targets={},
        effective_from=books.BEGIN, reason="The chart.", actor=actor or make.person("accountant"), now=make.NOW,
    )  # fmt: skip


def said(client: Client, **sent) -> str:
    return client.post(DECIDE, {"confirmed": "1", **sent}, follow=True).content.decode()


def test_all_are_those_that_the_page_showed():
    seen = [wish(Book.CASH, "5120"), wish(Book.VAT, "4457")]
    client = browser()
    page = client.get("/books/accounts/").content.decode()
    shown = re.findall(r'name="shown" value="([0-9]+)"', page)
    assert shown == [str(each.pk) for each in seen]
    later = wish(Book.SUSPENSE, "4710")
    assert "2 accounts confirmed" in said(client, decision="confirm-all", shown=shown)
    later.refresh_from_db()
    assert later.decided_at is None


def test_nothing_is_confirmed_when_one_of_those_shown_waits_no_more():
    one, other = wish(Book.CASH, "5120"), wish(Book.VAT, "4457")
    client = browser()
    client.post(DECIDE, {"decision": f"dismiss-{one.pk}", "confirmed": "1"})
    answer = client.post(DECIDE, {"decision": "confirm-all", "shown": [one.pk, other.pk], "confirmed": "1"})
    assert answer.status_code == 409 and "confirmed or dismissed by someone else" in answer.content.decode()
    assert not AccountMapping.objects.filter(confirmed=True).exists()


def test_what_will_be_confirmed_is_said_first():
    one, other = wish(Book.CASH, "5120"), wish(Book.VAT, "4457")
    client = browser()
    page = client.get(DECIDE, {"decision": "confirm-all", "shown": [one.pk, other.pk]}).content.decode()
    assert "Confirm 2 accounts" in page and "5120 An account from" in page and "The chart." in page
    page = client.get(DECIDE, {"decision": f"dismiss-{one.pk}"}).content.decode()
    assert "Dismiss 1 account: 5120 An account" in page
    assert not AccountMapping.objects.filter(decided_at__isnull=False).exists()
    said(client, decision=f"dismiss-{one.pk}")
    assert client.get(DECIDE, {"decision": "confirm-all", "shown": [one.pk, other.pk]}).status_code == 409


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"decision": "confirm-all"},
        {"decision": "confirm-all", "shown": ["1", "x"]},
        {"decision": "confirm-"},
        {"decision": "confirm-" + "9" * 30},
        {"decision": "approve-1", "shown": ["1"]},
    ],
)
def test_a_decision_that_nobody_can_read_confirms_nothing(sent):
    made = wish(Book.CASH, "5120")
    sent = {name: [str(made.pk) if each == "1" else each for each in value] if name == "shown" else value
            for name, value in sent.items()}  # fmt: skip
    assert "Nothing confirmed or dismissed" in said(browser(), **sent)
    made.refresh_from_db()
    assert made.decided_at is None


def test_no_page_shows_ones_own_among_those_to_confirm():
    person = make.user("accountant", is_staff=True)
    wish(Book.CASH, "5120", actor=actors.person(person))
    client = Client()
    client.force_login(person)
    assert 'name="shown"' not in client.get("/books/accounts/").content.decode()


@pytest.mark.parametrize(
    ("currency", "target", "refused"),
    [("JPY", "", True), ("JPY", "売掛金", False), ("EUR", "", False), ("", "", False)],
)
def test_a_name_that_yayoi_would_refuse_is_refused_while_it_is_asked_for(currency, target, refused):
    form = {
        "book": "cash", "currency": currency, "country": "", "number": "5121", "label": "Bank account of the company",
        "effective_from": "2026-11-01", "reason": "The chart.", "yayoi_account": target,
    }  # fmt: skip
    page = browser().post("/books/accounts/new/", form)
    assert AccountMapping.objects.exists() != refused
    assert ("at most 24 bytes" in page.content.decode()) == refused


def test_in_books_of_yen_it_is_asked_of_every_account(settings):
    settings.BOOKS_COMPANY = settings.BOOKS_COMPANY | {"currency": "JPY"}
    form = {
        "book": "cash", "currency": "", "country": "", "number": "5121", "label": "Bank account of the company",
        "effective_from": "2026-11-01", "reason": "The chart.",
    }  # fmt: skip
    assert "at most 24 bytes" in browser().post("/books/accounts/new/", form).content.decode()
