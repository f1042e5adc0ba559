"""Search everywhere, as its readers use it."""

import pytest
from django.test import Client
from django.urls import reverse

from payouts.models import Attempt, Payout, PayoutRun, StatementLine, Submission
from payouts.operations import creation
from payouts.queries import filters, searching, streams
from payouts.queries.why import question
from sellers.ledger.models import AdjustmentKind
from sellers.ledger.operations import adjustments
from tests import make, make_accounts
from tests.payouts import camt, quick, standing

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
    camt.read(body=body, rail="sepa", name="day", now=make.NOW)
    line = StatementLine.objects.get()
    found = browser("accountant").get("/search/", {"q": line.bank_reference})
    assert [row["line"] for row in found.context["bank_lines"]] == [line]
    assert reverse("admin:payouts_statement_line", args=[line.pk]) in found.content.decode()
    assert browser("support").get("/search/", {"q": line.bank_reference}).context["bank_lines"] == []


def test_what_the_bank_calls_a_payment_finds_it_everywhere(sent):
    """A submission of one payout opens it; of a file, and of a line that was matched, the list has every payout."""
    alone = standing.payout("SUBMITTED")
    Submission.objects.filter(batch=alone.batch).update(bank_reference="ONE/1")
    client = browser("support")
    assert client.get("/search/", {"q": "ONE/1"}).url == payout_url(alone)
    assert question.ask(text="ONE/1", now=make.NOW).answer.payout == alone
    body = camt.statement([camt.Line(-4_600, batch=f"{sent.reference}F1", count=2, reference="STMT-9")])
    camt.read(body=body, rail="sepa", name="day", now=make.NOW)
    inside = set(Payout.objects.filter(batch=sent))
    Submission.objects.filter(batch=sent).update(bank_reference="FILE/2")
    for words in ("FILE/2", "STMT-9"):
        listed = filters.read({"search": words})
        assert set(listed.qs) == set(streams.newest(listed, size=9)) == inside
        choices = question.ask(text=words, now=make.NOW).choices
        assert {choice.text for choice in choices} == {str(each.reference) for each in inside}
        assert searching.unknown_in(f"{words} NOWHERE") == ["NOWHERE"]
    assert set(filters.read({"search": "ONE/1, STMT-9"}).qs) == {alone, *inside}
    assert not filters.read({"search": "one/1"}).qs.exists()


def test_what_the_bank_calls_one_payment_of_a_file_finds_that_one_alone(sent):
    """A line about a payment names its file, too: the others of the file are none of its business."""
    attempt = Attempt.objects.filter(submission__batch=sent).earliest("pk")
    body = camt.statement(
        [camt.Line(-attempt.amount_minor, end_to_end_id=attempt.end_to_end_id, reference="STMT-10")]
    )
    camt.read(body=body, rail="sepa", name="day", now=make.NOW)
    line = StatementLine.objects.get()
    assert (line.attempt, line.submission) == (attempt, attempt.submission)
    assert set(filters.read({"search": "STMT-10"}).qs) == {attempt.payout}


def payout_url(payout: Payout) -> str:
    return reverse("admin:payouts_payout_detail", args=[payout.reference])


def test_batches_are_rows_with_status_and_sum_and_what_is_left_out_is_said(sent):
    other = quick.batch([quick.approved(amount_minor=1_234)])
    page = browser("support").get("/search/", {"q": f"{sent.reference} {other.reference}"})
    shown = page.content.decode()
    assert [batch for batch, _money in page.context["batches"]] == [other, sent]
    assert "Awaiting approval" in shown or "Proposed" in shown
    assert shown.count("<tr data-row>") >= 2 and "12.34" in shown
    for number in range(21):
        make.seller(name=f"Same name {number}")
    page = browser("support").get("/search/", {"q": "same name"})
    assert len(page.context["sellers"]) == 20 and "the newest 20 of more" in page.content.decode()


def test_a_run_and_an_adjustment_open_by_their_number_for_those_who_may():
    made = quick.payout()
    run = PayoutRun.objects.get()
    url = reverse("admin:payouts_run_detail", args=[run.pk])
    assert browser("support").get("/search/", {"q": f"r{run.pk}"}).url == url
    assert browser("support").get("/search/", {"q": f"R{run.pk + 1_000}"}).status_code == 200
    asked = adjustments.request(
        seller_id=made.seller_id,
        currency="EUR",
        kind=AdjustmentKind.ADJUSTMENT,
        amount_minor=500,
        reason="Goodwill",
        document_name="claim.pdf",
        document=b"%PDF-1.7 claim",
        actor=make.person("analyst"),
        now=make.NOW,
    )
    detail = reverse("admin:ledger_adjustment_detail", args=[asked.pk])
    assert browser("accountant").get("/search/", {"q": f"A{asked.pk}"}).url == detail
    assert browser("support").get("/search/", {"q": f"A{asked.pk}"}).status_code == 200


def test_a_line_is_found_by_what_its_source_calls_it():
    account = make.ledger_account()
    earning = make.earning(account, amount_minor=700, external_id="tx_ABC/7", source="generic")
    page = browser("support").get("/search/", {"q": "tx_ABC/7"})
    assert [(line.order, line.money.minor) for line in page.context["orders"]] == [
        (earning.order_ref or "tx_ABC/7", 700)
    ]


def test_an_order_of_the_same_name_as_a_run_is_found_beside_it():
    quick.payout()
    run = PayoutRun.objects.get()
    make.earning(make.ledger_account(), amount_minor=700, order_ref=f"R{run.pk}")
    page = browser("support").get("/search/", {"q": f"R{run.pk}"})
    assert [line.order for line in page.context["orders"]] == [f"R{run.pk}"]
    assert f'href="{reverse("admin:payouts_run_detail", args=[run.pk])}"' in page.content.decode()
