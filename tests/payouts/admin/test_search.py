"""Search everywhere, as its readers use it."""

import pytest
from django.test import Client
from django.urls import reverse

from payouts.models import StatementLine, Submission
from payouts.operations import creation, reconciliation
from tests import make, make_accounts
from tests.payouts import camt, quick

pytestmark = pytest.mark.django_db


def browser(role: str) -> Client:
    made = Client()
    made.force_login(make.user(role, is_staff=True))
    return made


def test_the_way_to_all_that_was_found_keeps_the_words_whole():
    for number in range(21):
        account = make.ledger_account(make.seller(name=f"A&B #{number}"))
        make.earning(account)
        make_accounts.payable(account.seller)
    creation.run(until=None, key="all", actor=make.person("analyst"), now=make.NOW)
    client = browser("support")
    page = client.get(reverse("admin:search"), {"q": "a&b #"})
    listed = client.get(page.context["more_url"])
    assert len(page.context["payouts"]) == 20
    assert listed.status_code == 200
    assert [chip["text"] for chip in listed.context["chips"] if "text" in chip] == ["Search: a&b #"]


def test_an_order_is_found_whether_a_payout_covers_it_yet_or_not():
    covered = quick.payout(order_ref="ORD-1")
    waiting = make.ledger_account()
    make.earning(waiting, amount_minor=700, order_ref="ORD-2")
    page = browser("support").get("/search/", {"q": "ORD-1 ORD-2 ORD-3"})
    assert [(line.order, line.payout) for line in page.context["orders"]] == [
        ("ORD-1", str(covered.reference)),
        ("ORD-2", ""),
    ]
    shown = page.content.decode()
    assert "in no payout yet" in shown and waiting.seller.name in shown
    assert page.context["unknown"] == ["ORD-3"]


def test_a_batch_is_found_by_its_file_and_by_what_the_bank_calls_that(sent):
    carrier = Submission.objects.get(batch=sent)
    url = reverse("admin:payouts_batch_detail", args=[sent.reference])
    assert browser("accountant").get("/search/", {"q": carrier.key.lower()}).url == url
    Submission.objects.filter(pk=carrier.pk).update(bank_reference="BANK/77")
    assert browser("accountant").get("/search/", {"q": "BANK/77"}).url == url


def test_a_line_of_a_statement_is_found_by_the_banks_reference_by_those_who_see_statements(sent):
    body = camt.statement([camt.Line(-4_600, batch=f"{sent.reference}F1", count=2, reference="STMT-9")])
    reconciliation.read(body=body, rail="sepa", name="day", now=make.NOW)
    line = StatementLine.objects.get()
    found = browser("accountant").get("/search/", {"q": line.bank_reference})
    assert [row["line"] for row in found.context["bank_lines"]] == [line]
    assert reverse("admin:payouts_statement_line", args=[line.pk]) in found.content.decode()
    assert browser("support").get("/search/", {"q": line.bank_reference}).context["bank_lines"] == []
